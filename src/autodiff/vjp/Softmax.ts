import type { GradientRule } from '../call';

/** dx = y (dy - sum(dy y)) along the axis (opset 13: one axis). */
export const Softmax: GradientRule = (c, g) => [
  () => {
    const { y, dy } = c;
    const inner = g.reduce('ReduceSum', g.mul(dy, y), [g.axis(y, c.int('axis', -1))]);
    return g.mul(y, g.sub(dy, inner));
  },
];
