import type { GradientRule } from '../call';

/** Slope gamma for x > 0, else gamma alpha exp(x) = y + gamma alpha (defaults of the operator, opset 6). */
export const Selu: GradientRule = (c, g) => {
  const gamma = c.float('gamma', 1.0507009873554805);
  const alpha = c.float('alpha', 1.6732632423543772);
  return [() => g.mul(c.dy, g.where(g.compare('Greater', c.x, 0), gamma, g.add(c.y, gamma * alpha)))];
};
