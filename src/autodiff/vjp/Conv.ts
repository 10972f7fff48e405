import type { GradientRule } from '../call';
import { channelSum } from '../convolution';
import { inputGradient } from '../inputGradient';
import { weightGradient } from '../weightGradient';
import { slidingWindow } from '../window';

/** Any stride, padding, dilation and group, with one to three spatial axes (opset 11). */
export const Conv: GradientRule = (c, g) => {
  const { x, dy } = c;
  const w = c.input(1);
  const input = g.shape(x).slice(2);
  const window = slidingWindow(c, g.shape(w).slice(2), input, g.shape(dy).slice(2));
  const conv = { ...window, group: c.int('group', 1) };
  return [() => inputGradient(dy, w, conv, input, g), () => weightGradient(x, dy, conv, g), () => channelSum(dy, g)];
};
