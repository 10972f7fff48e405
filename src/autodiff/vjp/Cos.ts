import type { GradientRule } from '../call';

/** d cos(x) = -sin(x). */
export const Cos: GradientRule = ({ x, dy }, g) => [() => g.neg(g.mul(dy, g.unary('Sin', x)))];
