import type { GradientRule } from '../call';

/** Slope 1 for positive inputs, `alpha` for the others. */
export const LeakyRelu: GradientRule = (c, g) => [
  () => g.mul(c.dy, g.where(g.compare('Greater', c.x, 0), g.scalar(1, c.x), g.scalar(c.float('alpha', 0.01), c.x))),
];
