import type { GradientRule } from '../call';

/** Slope 1 where x > alpha, else 0. */
export const ThresholdedRelu: GradientRule = (c, g) => [() => g.mul(c.dy, g.mask('Greater', c.x, c.float('alpha', 1)))];
