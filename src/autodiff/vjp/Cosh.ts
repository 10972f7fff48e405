import type { GradientRule } from '../call';

/** d cosh(x) = sinh(x). */
export const Cosh: GradientRule = ({ x, dy }, g) => [() => g.mul(dy, g.unary('Sinh', x))];
