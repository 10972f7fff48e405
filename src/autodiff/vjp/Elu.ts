import type { GradientRule } from '../call';

/** y = alpha (exp(x) - 1) for x <= 0, so its slope there is y + alpha. */
export const Elu: GradientRule = (c, g) => [
  () => g.mul(c.dy, g.where(g.compare('Greater', c.x, 0), 1, g.add(c.y, c.float('alpha', 1)))),
];
