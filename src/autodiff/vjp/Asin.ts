import type { GradientRule } from '../call';

/** d asin(x) = 1 / sqrt(1 - x^2). */
export const Asin: GradientRule = ({ x, dy }, g) => [() => g.div(dy, g.unary('Sqrt', g.sub(1, g.mul(x, x))))];
