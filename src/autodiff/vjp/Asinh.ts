import type { GradientRule } from '../call';

/** d asinh(x) = 1 / sqrt(x^2 + 1). */
export const Asinh: GradientRule = ({ x, dy }, g) => [() => g.div(dy, g.unary('Sqrt', g.add(g.mul(x, x), 1)))];
