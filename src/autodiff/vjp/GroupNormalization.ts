import type { GradientRule } from '../call';
import { channelSum } from '../convolution';
import { lazy } from '../lazy';
import { normalize, normInputGradient } from '../normalization';
import { product } from '../shapes';

/**
 * Statistics per sample and group of channels; scale and bias per group (opset 18). @see Wu and He 2018.
 */
export const GroupNormalization: GradientRule = (c, g) => {
  const { x, dy } = c;
  const shape = g.shape(x);
  const groups = c.int('num_groups', 1);
  const grouped = [shape[0], groups, product(shape.slice(1)) / groups];
  const { normalized, inverse } = normalize(() => g.reshape(x, grouped), [2], c.float('epsilon', 1e-5), g);
  const cotangent = lazy(() => g.reshape(dy, grouped));
  return [
    () => {
      const scaled = g.mul(cotangent(), g.reshape(c.input(1), [groups, 1]));
      return g.reshape(normInputGradient(scaled, normalized(), inverse(), [2], g), shape);
    },
    () => channelSum(g.mul(cotangent(), normalized()), g),
    () => channelSum(cotangent(), g),
  ];
};
