import type { GradientRule } from '../call';

/** d(1/x) = -y^2. */
export const Reciprocal: GradientRule = ({ y, dy }, g) => [() => g.neg(g.mul(dy, g.mul(y, y)))];
