import type { GradientRule } from '../call';

/** d exp(x) = y. */
export const Exp: GradientRule = ({ y, dy }, g) => [() => g.mul(dy, y)];
