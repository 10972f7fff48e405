import type { GradientRule } from '../call';

/** d erf(x) = 2 / sqrt(pi) exp(-x^2). */
export const Erf: GradientRule = ({ x, dy }, g) => [
  () => g.mul(g.mul(dy, 2 / Math.sqrt(Math.PI)), g.unary('Exp', g.neg(g.mul(x, x)))),
];
