import type { GradientRule } from '../call';

/** y = x t, t = tanh(softplus(x)): slope t + x (1 - t^2) sigmoid(x). */
export const Mish: GradientRule = ({ x, dy }, g) => [
  () => {
    const t = g.unary('Tanh', g.unary('Softplus', x));
    const dt = g.mul(g.sub(1, g.mul(t, t)), g.unary('Sigmoid', x));
    return g.mul(dy, g.add(t, g.mul(x, dt)));
  },
];
