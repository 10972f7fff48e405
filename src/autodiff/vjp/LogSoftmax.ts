import type { GradientRule } from '../call';

/** dx = dy - exp(y) sum(dy) along the axis (opset 13: one axis). */
export const LogSoftmax: GradientRule = (c, g) => [
  () => {
    const { y, dy } = c;
    const total = g.reduce('ReduceSum', dy, [g.axis(y, c.int('axis', -1))]);
    return g.sub(dy, g.mul(g.unary('Exp', y), total));
  },
];
