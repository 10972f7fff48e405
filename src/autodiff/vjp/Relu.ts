import type { GradientRule } from '../call';

/** d max(x, 0) = 1 where y > 0, else 0. */
export const Relu: GradientRule = ({ y, dy }, g) => [() => g.mul(dy, g.mask('Greater', y, 0))];
