import type { GradientRule } from '../call';
import type { Call } from '../call';
import { inputGradient } from '../inputGradient';
import { product, range, type Shape } from '../shapes';
import { slidingWindow, type Window } from '../window';

/**
 * Each window gives its share of the cotangent to every element it covers: the input gradient of a convolution with a
 * constant kernel, after dividing by the number of elements that each window counted.
 */
export const AveragePool: GradientRule = (c, g) => [
  () => {
    const { x, dy } = c;
    const [n, channels, ...input] = g.shape(x);
    const output = g.shape(dy).slice(2);
    const kernel = c.ints('kernel_shape') ?? [];
    const conv = { ...slidingWindow(c, kernel, input, output), group: 1 };
    const taps = product(kernel);
    const shares = windowShares(c, conv, input, output);
    const scaled = shares ? g.mul(dy, g.floats(output, shares, g.dtype(dy))) : dy;
    const ones = g.floats([1, 1, ...kernel], new Array<number>(taps).fill(shares ? 1 : 1 / taps), g.dtype(dy));
    return g.reshape(inputGradient(g.reshape(scaled, [n * channels, 1, ...output]), ones, conv, input, g), g.shape(x));
  },
];

/** One over the number of elements that each window averages; undefined when all windows count the whole kernel. */
function windowShares(c: Call, window: Window, input: Shape, output: Shape): number[] | undefined {
  const { kernel, strides, dilations, before } = window;
  const padded = c.int('count_include_pad', 0) !== 0;
  const pads = c.ints('pads');
  const first = kernel.map((_, axis) => (padded ? -before[axis] : 0));
  // with ceil_mode the last window can reach beyond the padding, and what lies there is never counted
  const end = input.map((size, axis) => size + (padded ? (pads?.[axis + kernel.length] ?? kernel[axis]) : 0));
  const counts = kernel.map((k, axis) =>
    range(output[axis]).map((o) => {
      const places = range(k).map((i) => o * strides[axis] - before[axis] + i * dilations[axis]);
      return places.filter((p) => p >= first[axis] && p < end[axis]).length;
    }),
  );
  if (counts.every((list, axis) => list.every((count) => count === kernel[axis]))) return undefined;
  return counts.reduce((all, list) => all.flatMap((a) => list.map((b) => a * b)), [1]).map((count) => 1 / count);
}
