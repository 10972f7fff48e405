import type { GradientRule } from '../call';

/** y = clip(alpha x + beta, 0, 1): slope alpha where the output is strictly inside. */
export const HardSigmoid: GradientRule = (c, g) => [
  () => {
    const inside = g.binary('And', g.compare('Greater', c.y, 0), g.compare('Less', c.y, 1));
    return g.where(inside, g.mul(c.dy, c.float('alpha', 0.2)), 0);
  },
];
