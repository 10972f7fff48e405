import type { GradientRule } from '../call';

/** d acos(x) = -1 / sqrt(1 - x^2). */
export const Acos: GradientRule = ({ x, dy }, g) => [() => g.neg(g.div(dy, g.unary('Sqrt', g.sub(1, g.mul(x, x)))))];
