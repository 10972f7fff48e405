import type { GradientRule } from '../call';

/** d atan(x) = 1 / (1 + x^2). */
export const Atan: GradientRule = ({ x, dy }, g) => [() => g.div(dy, g.add(g.mul(x, x), 1))];
