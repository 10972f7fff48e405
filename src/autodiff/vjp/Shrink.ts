import type { GradientRule } from '../call';

/** The cotangent where the input lies beyond lambd on either side. */
export const Shrink: GradientRule = (c, g) => [
  () => g.where(g.compare('Greater', g.unary('Abs', c.x), c.float('lambd', 0.5)), c.dy, 0),
];
