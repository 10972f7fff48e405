import type { GradientRule } from '../call';

/** y = alpha (exp(x / alpha) - 1) for x <= 0, so its slope there is y / alpha + 1. */
export const Celu: GradientRule = (c, g) => [
  () => g.mul(c.dy, g.where(g.compare('Greater', c.x, 0), 1, g.add(g.mul(c.y, 1 / c.float('alpha', 1)), 1))),
];
