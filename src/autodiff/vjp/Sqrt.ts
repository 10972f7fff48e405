import type { GradientRule } from '../call';

/** d sqrt(x) = 1 / (2 y). */
export const Sqrt: GradientRule = ({ y, dy }, g) => [() => g.div(g.mul(dy, 0.5), y)];
