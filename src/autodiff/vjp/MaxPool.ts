import { attribute } from '../../ir/attribute';
import type { GradientRule } from '../call';
import { NoGradient } from '../noGradient';
import { product } from '../shapes';
import { extents, slidingWindow } from '../window';

/**
 * The cotangent to the element that was the largest in its window, found by the operator's second output (flat indices
 * into the input). Windows that overlap add up.
 */
export const MaxPool: GradientRule = (c, g) => [
  () => {
    const { x, dy } = c;
    if (c.int('storage_order', 0) !== 0) throw new NoGradient('storage_order is not 0');
    const shape = g.shape(x);
    const kernel = c.ints('kernel_shape') ?? [];
    const output = g.shape(dy).slice(2);
    const window = slidingWindow(c, kernel, shape.slice(2), output);
    const indices = g.addOutput(c.node, 1, 'int64', g.shape(dy), 'indices');
    // MaxUnpool sets where ScatterElements adds up, and wants an output that holds all windows
    const fits = extents(window).every(
      (extent, i) => extent <= window.strides[i] && (output[i] - 1) * window.strides[i] + kernel[i] <= shape[i + 2],
    );
    if (fits) {
      const attributes = { kernel_shape: attribute.ints(kernel), strides: attribute.ints(window.strides) };
      return g.node('MaxUnpool', [dy, indices, g.ints(shape)], shape, attributes);
    }
    const size = product(shape);
    const count = product(g.shape(dy));
    const flat = [g.reshape(indices, [count]), g.reshape(dy, [count])] as const;
    return g.reshape(g.scatterAdd('ScatterElements', g.zeros([size], g.dtype(x)), ...flat), shape);
  },
];
