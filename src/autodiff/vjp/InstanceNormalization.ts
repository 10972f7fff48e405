import type { GradientRule } from '../call';
import { channelSum } from '../convolution';
import { normalize, normInputGradient } from '../normalization';
import { range } from '../shapes';

/** Statistics per sample and channel, computed again from the input. @see ONNX InstanceNormalization, opset 6. */
export const InstanceNormalization: GradientRule = (c, g) => {
  const { x, dy } = c;
  const shape = g.shape(x);
  const axes = range(shape.length).slice(2);
  const perChannel = [shape[1], ...axes.map(() => 1)];
  const { normalized, inverse } = normalize(() => x, axes, c.float('epsilon', 1e-5), g);
  return [
    () => normInputGradient(g.mul(dy, g.reshape(c.input(1), perChannel)), normalized(), inverse(), axes, g),
    () => channelSum(g.mul(dy, normalized()), g),
    () => channelSum(dy, g),
  ];
};
