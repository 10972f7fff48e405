import type { GradientRule } from '../call';

/** d sinh(x) = cosh(x). */
export const Sinh: GradientRule = ({ x, dy }, g) => [() => g.mul(dy, g.unary('Cosh', x))];
