import { say } from '../../texts/say';
import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';
import type { Call } from '../call';
import type { GradientBuilder } from '../gradientBuilder';
import { NoGradient } from '../noGradient';
import { interpolation, isBlockCopy, type Region } from '../interpolation';
import { product, range } from '../shapes';

/**
 * Interpolation is a fixed linear map on each axis, and the gradient its transpose. Enlarging by whole factors with
 * equal blocks is a sum over blocks.
 * @see ONNX Resize, opset 18: inputs X, roi, scales, sizes.
 */
export const Resize: GradientRule = (c, g) => [
  () => {
    const input = g.shape(c.x);
    const output = g.shape(c.y);
    const scales = scalesOf(c, g);
    const regions = regionsOf(c, g);
    const axes = range(input.length).filter((i) => input[i] !== output[i] || scales[i] !== 1);
    const maps = axes.map((axis) => interpolation(c, input[axis], output[axis], scales[axis], regions?.[axis]));
    const factors = maps.map((map) => map.rows / map.columns);
    if (input.length > 2 && axes.every((a) => a > 1) && maps.every(isBlockCopy)) {
      const kernel = input.slice(2).map((_, i) => factors[axes.indexOf(i + 2)] ?? 1);
      const attributes = { kernel_shape: attribute.ints(kernel), strides: attribute.ints(kernel) };
      return g.mul(g.node('AveragePool', [c.dy], input, attributes), product(kernel));
    }
    return axes.reduce((dy, axis, i) => g.mapAxis(dy, axis, maps[i]), c.dy);
  },
];

/** What of each axis is read with tf_crop_and_resize; undefined for axes that are read whole, and for other modes. */
function regionsOf(c: Call, g: GradientBuilder): (Region | undefined)[] | undefined {
  if (c.string('coordinate_transformation_mode', 'half_pixel') !== 'tf_crop_and_resize') return undefined;
  const given = c.has(1) ? g.constantFloats(c.input(1)) : undefined;
  if (given === undefined) throw new NoGradient(say`its region is decided at run time`);
  const input = g.shape(c.x);
  const regions = input.map((): Region | undefined => undefined);
  const axes = c.ints('axes') ?? range(input.length);
  axes.forEach((a, i) => {
    const axis = g.axis(c.x, a);
    // the runtime copies an axis whose size stays, whatever the region
    if (input[axis] !== g.shape(c.y)[axis]) regions[axis] = [given[i], given[i + axes.length]];
  });
  return regions;
}

/** The scale of each axis; the ratio of the sizes when the node states sizes. */
function scalesOf(c: Call, g: GradientBuilder): number[] {
  const input = g.shape(c.x);
  const scales = input.map((d, i) => g.shape(c.y)[i] / d);
  if (!c.has(2) || product(g.shape(c.input(2))) === 0) return scales;
  const given = g.constantFloats(c.input(2));
  if (given === undefined) {
    // a scale that the sizes do not tell exactly leaves the positions unknown
    if (scales.every((s) => Number.isInteger(s) || Number.isInteger(1 / s))) return scales;
    throw new NoGradient(say`its scales are decided at run time`);
  }
  (c.ints('axes') ?? range(input.length)).forEach((axis, i) => (scales[g.axis(c.x, axis)] = given[i]));
  return scales;
}
