import type { GradientRule } from '../call';
import { channelSum, convolve } from '../convolution';
import { weightGradient } from '../weightGradient';
import { transposedWindow } from '../window';

/**
 * ConvTranspose is the input gradient of a convolution from its output to its input, so its own input gradient is
 * that convolution and its weight gradient is that convolution's with input and cotangent exchanged (opset 11).
 */
export const ConvTranspose: GradientRule = (c, g) => {
  const { x, dy } = c;
  const w = c.input(1);
  const kernel = g.shape(w).slice(2);
  const input = g.shape(x).slice(2);
  const group = c.int('group', 1);
  const conv = { ...transposedWindow(c, kernel, input, g.shape(dy).slice(2)), group };
  return [() => convolve(dy, w, conv, input, g), () => weightGradient(dy, x, conv, g), () => channelSum(dy, g)];
};
