import type { GradientRule } from '../call';

/** As LeakyRelu with a slope of its own for each element of the broadcast `slope`: d slope = min(x, 0). */
export const PRelu: GradientRule = ({ x, dy, inputs }, g) => [
  () => g.where(g.compare('Greater', x, 0), dy, g.mul(dy, inputs[1])),
  () => g.sumTo(g.mul(dy, g.binary('Min', x, 0)), inputs[1]),
];
