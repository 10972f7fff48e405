import type { GradientRule } from '../call';

/** d sin(x) = cos(x). */
export const Sin: GradientRule = ({ x, dy }, g) => [() => g.mul(dy, g.unary('Cos', x))];
