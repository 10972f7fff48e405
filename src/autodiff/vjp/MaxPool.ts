import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';
import { NoGradient } from '../gradientBuilder';
import { product } from '../shapes';
import { extents, slidingWindow } from '../window';

/**
 * The cotangent to the element that was the largest in its window, found by the operator's second output (flat
 * indices into the input). Windows that overlap add up.
 */
export const MaxPool: GradientRule = (c, g) => [
  () => {
    const { x, dy } = c;
    if (c.int('storage_order', 0) !== 0) throw new NoGradient('storage_order is not 0');
    const shape = g.shape(x);
    const size = product(shape);
    const count = product(g.shape(dy));
    const kernel = c.ints('kernel_shape') ?? [];
    const window = slidingWindow(c, kernel, shape.slice(2), g.shape(dy).slice(2));
    const indices = g.addOutput(c.node, 1, 'int64', g.shape(dy), 'indices');
    const overlap = extents(window).some((extent, i) => extent > window.strides[i]);
    const inputs = [g.zeros([size], g.dtype(x)), g.reshape(indices, [count]), g.reshape(dy, [count])];
    const reduction = attribute.string(overlap ? 'add' : 'none');
    return g.reshape(g.node('ScatterElements', inputs, [size], { reduction }), shape);
  },
];
