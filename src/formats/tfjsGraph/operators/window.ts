import { attribute, type Attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../../tfjs/layerScope';
import { moveToAxis1, slide } from '../../tfjs/layers/spatial';
import type { NodeScope, ShapedValue } from '../nodeScope';

/** Data with its channels on axis 1, as ONNX's spatial operators have them. */
export interface SpatialInput {
  readonly value: ShapedValue;
  readonly channelsLast: boolean;
  /** Back to the file's layout. */
  readonly restore: (y: TensorValue) => ShapedValue;
}

/** Channels are last (NHWC, NDHWC) unless the node says NCHW or NCDHW. */
export function isChannelsLast(scope: NodeScope): boolean {
  const format = scope.string('data_format', 'NHWC');
  if (!/^N(C|D?H?W?C)/.test(format)) throw new NotLowered(say`its data_format is not known`);
  return !format.startsWith('NC');
}

export function spatialInput(scope: NodeScope, x: TensorValue, rank: number): SpatialInput {
  const channelsLast = isChannelsLast(scope);
  const input = scope.ranked(x, rank + 2);
  return channelsLast
    ? { ...inside(scope, input), channelsLast }
    : { value: input, channelsLast, restore: (y) => scope.ranked(y, rank + 2) };
}

/** The last axis moved to axis 1 and back. */
export function inside(scope: NodeScope, x: ShapedValue): Pick<SpatialInput, 'value' | 'restore'> {
  const { value, restore } = moveToAxis1(scope, x, x.shape.length - 1);
  const marked = (y: TensorValue) => {
    const restored = restore(y);
    scope.markInside(restored);
    return restored;
  };
  return { value, restore: marked };
}

/** Attributes and output sizes of the node's window (strides, dilations, padding) over the spatial axes. */
export function windowOf(
  scope: NodeScope,
  sizes: Shape,
  kernel: readonly number[],
  channelsLast: boolean,
): { attributes: Record<string, Attribute>; sizes: Shape } {
  const rank = kernel.length;
  const strides = scope.spatial('strides', channelsLast, rank);
  const dilations = scope.spatial('dilations', channelsLast, rank);
  const padding = scope.string('padding', 'VALID');
  if (padding === 'SAME' || padding === 'VALID') {
    const slid = slide(sizes, { kernel, strides, dilations, padding: padding === 'SAME' ? 'same' : 'valid' });
    return { ...slid, attributes: { ...slid.attributes, ...dilated(dilations) } };
  }
  const pairs = scope.listed('explicit_paddings');
  if (padding !== 'EXPLICIT' || pairs.length !== 2 * (rank + 2)) throw new NotLowered(say`its padding is not known`);
  const first = channelsLast ? 1 : 2;
  const begins = kernel.map((_, i) => pairs[2 * (first + i)]);
  const ends = kernel.map((_, i) => pairs[2 * (first + i) + 1]);
  if ([...begins, ...ends].some((p) => p < 0)) throw new NotLowered(say`its paddings are negative`);
  const results = sizes.map((n, i) => {
    if (n === null) return null;
    const room = n + begins[i] + ends[i] - (kernel[i] - 1) * dilations[i] - 1;
    if (room < 0) throw new NotLowered(say`its window does not fit into an axis of ${n}`);
    return Math.floor(room / strides[i]) + 1;
  });
  const attributes = {
    kernel_shape: attribute.ints(kernel),
    strides: attribute.ints(strides),
    pads: attribute.ints([...begins, ...ends]),
    ...dilated(dilations),
  };
  return { attributes, sizes: results };
}

function dilated(dilations: readonly number[]): Record<string, Attribute> {
  return dilations.every((d) => d === 1) ? {} : { dilations: attribute.ints(dilations) };
}
