import { say } from '../../texts/say';
import type { Call, GradientRule } from '../call';
import type { GradientBuilder } from '../gradientBuilder';
import { NoGradient } from '../noGradient';
import { range } from '../shapes';

/** Samples of a bin that can lie within one pixel of a pixel, when they are more than half a pixel apart. */
const MOST_NEIGHBOURS = 5;

/**
 * A bin is the average over a grid of samples that are interpolated row by row and column by column, so that all of it is one
 * matrix for the rows of a box and one for its columns: y = R x C. Their transposes bring the cotangent back.
 * @see He et al. 2017, Mask R-CNN, section 3; ONNX RoiAlign, opset 16.
 */
export const RoiAlign: GradientRule = (c, g) => [
  () => {
    if (c.string('mode', 'avg') !== 'avg')
      throw new NoGradient(say`it takes the largest sample of a bin, not the average`);
    const [batch, channels, height, width] = g.shape(c.x);
    const [boxes, , rows, columns] = g.shape(c.dy);
    const [left, top, right, bottom] = g.split(c.input(1), 1, [1, 1, 1, 1]);
    const byColumns = binMatrices(c, left, right, columns, width, g);
    const byRows = binMatrices(c, top, bottom, rows, height, g);
    const lines = g.reshape(g.transpose(c.dy, [0, 2, 1, 3]), [boxes, rows * channels, columns]);
    const wide = g.reshape(g.matMul(lines, byColumns), [boxes * rows, channels * width]);
    // one matrix for all boxes: each row of pixels gathers from the boxes of its picture
    const numbers = g.reshape(g.ints(range(batch)), [batch, 1]);
    const owned = g.cast(g.compare('Equal', numbers, g.reshape(c.input(2), [1, boxes])), g.dtype(c.dy));
    const placed = g.mul(g.reshape(owned, [batch, 1, boxes, 1]), g.transpose(byRows, [2, 0, 1]));
    const whole = g.matMul(g.reshape(placed, [batch * height, boxes * rows]), wide);
    return g.transpose(g.reshape(whole, [batch, height, channels, width]), [0, 2, 1, 3]);
  },
  () => {
    throw new NoGradient(say`its boxes get no gradient, nor do they in torchvision`);
  },
];

/**
 * How much each pixel of an axis counts in each bin of each box: [boxes, bins, size].
 * @param start, end the boxes' edges, [boxes, 1]
 */
function binMatrices(c: Call, start: string, end: string, bins: number, size: number, g: GradientBuilder): string {
  const [boxes] = g.shape(start);
  const scale = c.float('spatial_scale', 1);
  const shifted = c.string('coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const scaled = g.mul(start, scale);
  const from = shifted ? g.sub(scaled, 0.5) : scaled;
  const length = g.mul(g.sub(end, start), scale);
  const bin = g.mul(shifted ? length : g.binary('Max', length, 1), 1 / bins);
  const stated = c.int('sampling_ratio', 0);
  // by default as many samples as pixels
  const count = stated > 0 ? stated : g.unary('Ceil', bin);
  const divisor = typeof count === 'number' ? count : g.binary('Max', count, 1);
  const step = g.div(bin, divisor);
  const dtype = g.dtype(start);
  const first = g.add(g.add(from, g.mul(bin, g.floats([1, bins], range(bins), dtype))), g.mul(step, 0.5));
  const spread = (x: string) => g.reshape(x, [...g.shape(x), 1, 1]);
  const pixel = g.floats([size, 1], range(size), dtype);
  const distance = typeof count === 'number' ? step : g.binary('Max', step, 0.5);
  // the numbers of the samples that may be near a pixel: all of them, or those from one pixel before it on
  const sample =
    typeof count === 'number'
      ? g.floats([count], range(count), dtype)
      : g.add(
          g.unary('Floor', g.div(g.sub(g.sub(pixel, 1), spread(first)), spread(distance))),
          g.floats([MOST_NEIGHBOURS], range(MOST_NEIGHBOURS), dtype),
        );
  const position = g.add(spread(first), g.mul(spread(distance), sample));
  const inside = g.binary('Min', g.binary('Max', position, 0), size - 1);
  const weight = g.binary('Max', g.sub(1, g.unary('Abs', g.sub(inside, pixel))), 0);
  const conditions = [g.compare('GreaterOrEqual', position, -1), g.compare('LessOrEqual', position, size)];
  if (typeof count === 'string') {
    conditions.push(g.compare('GreaterOrEqual', sample, 0), g.compare('Less', sample, spread(count)));
  }
  const counted = conditions.reduce((a, b) => g.binary('And', a, b, 'bool'));
  const sum = g.sumAxes(g.where(counted, weight, 0), [3]);
  return g.div(
    g.reshape(sum, [boxes, bins, size]),
    typeof divisor === 'number' ? divisor : g.reshape(divisor, [boxes, 1, 1]),
  );
}
