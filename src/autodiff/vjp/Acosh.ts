import type { GradientRule } from '../call';

/** d acosh(x) = 1 / sqrt(x^2 - 1). */
export const Acosh: GradientRule = ({ x, dy }, g) => [() => g.div(dy, g.unary('Sqrt', g.sub(g.mul(x, x), 1)))];
