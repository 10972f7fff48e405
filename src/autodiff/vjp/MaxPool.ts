import { attribute } from '../../ir/attribute';
import { say } from '../../texts/say';
import type { Call, GradientRule } from '../call';
import type { GradientBuilder } from '../gradientBuilder';
import { NoGradient } from '../noGradient';
import { product, type Shape } from '../shapes';
import { slidingWindow, type Window } from '../window';

/** The cotangent to the element that was the largest in its window. */
export const MaxPool: GradientRule = (c, g) => [
  () => {
    const input = g.shape(c.x).slice(2);
    const output = g.shape(c.dy).slice(2);
    const window = slidingWindow(c, c.ints('kernel_shape') ?? [], input, output);
    return tiles(window, input, output) ? byComparison(c, window.kernel, g) : byIndices(c, g);
  },
];

/** Whether the windows lie side by side and cover the input: stride and kernel are one and divide it, from its first element on. */
function tiles({ kernel, strides, dilations, before }: Window, input: Shape, output: Shape): boolean {
  const dense = (i: number) => before[i] === 0 && (dilations[i] === 1 || kernel[i] === 1);
  return kernel.every((k, i) => dense(i) && k === strides[i] && k * output[i] === input[i]);
}

/**
 * The elements of a window that are equal to its largest share its cotangent. Having the runtime find the places of the
 * largest (`byIndices`) makes its forward pass several times slower.
 */
function byComparison({ x, y, dy }: Call, kernel: Shape, g: GradientBuilder): string {
  const scales = g.floats([kernel.length + 2], [1, 1, ...kernel], 'float32');
  const nearest = {
    mode: attribute.string('nearest'),
    coordinate_transformation_mode: attribute.string('asymmetric'),
    nearest_mode: attribute.string('floor'),
  };
  const enlarged = (value: string) => g.node('Resize', [value, '', scales], g.shape(x), nearest);
  const mask = g.mask('Equal', x, enlarged(y));
  const window = { kernel_shape: attribute.ints(kernel), strides: attribute.ints(kernel) };
  const count = g.mul(g.node('AveragePool', [mask], g.shape(dy), window), product(kernel));
  return g.mul(mask, enlarged(g.div(dy, count)));
}

/** By the operator's second output, flat indices into the input. Windows that overlap add up. */
function byIndices(c: Call, g: GradientBuilder): string {
  const { x, dy } = c;
  if (c.int('storage_order', 0) !== 0) throw new NoGradient(say`storage_order is not 0`);
  const shape = g.shape(x);
  const size = product(shape);
  const count = product(g.shape(dy));
  const indices = g.addOutput(c.node, 1, 'int64', g.shape(dy), 'indices');
  const flat = [g.reshape(indices, [count]), g.reshape(dy, [count])] as const;
  return g.reshape(g.scatterAdd('ScatterElements', g.zeros([size], g.dtype(x)), ...flat), shape);
}
