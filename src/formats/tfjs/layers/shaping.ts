import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { isCount, member } from '../jsonAccess';
import { NotLowered, type LayerScope, type Shape } from '../layerScope';
import type { LayerLowering } from './lowering';
import { channelsFirst } from './spatial';

/** Product of sizes; null when one is open or the product leaves the exact integers. */
function product(sizes: Shape): number | null {
  let total = 1;
  for (const size of sizes) {
    if (size === null) return null;
    total *= size;
  }
  return Number.isSafeInteger(total) ? total : null;
}

/** Row-major in the file's layout; a channels_first input is brought to channels-last before, as Keras does. */
const flatten: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const rank = input.shape.length;
  const first = scope.string('data_format', '').toLowerCase().replace('_', '') === 'channelsfirst';
  const order = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
  const value = first && rank > 2 ? scope.layout(input, order, 'channels_last') : input;
  return [
    scope.emit(
      'Flatten',
      [value],
      { axis: attribute.int(1) },
      { shape: [input.shape[0], product(input.shape.slice(1))] },
    ),
  ];
};

const reshape: LayerLowering = (scope, [x]) => {
  if (x === undefined) throw new NotLowered(say`it has no input`);
  // the operation of Keras 3 states the batch as well
  const whole = member(scope.config, 'newshape');
  const target = Array.isArray(whole) && whole[0] === -1 ? whole.slice(1) : member(scope.config, 'target_shape');
  if (!Array.isArray(target)) throw new NotLowered(say`its target_shape is not a list`);
  const sizes = target.map((d: unknown) => {
    if (isCount(d) && d > 0) return d;
    if (d === null || (typeof d === 'number' && d < 0)) return null;
    throw new NotLowered(say`its target_shape holds something that is not a positive size`);
  });
  if (sizes.filter((d) => d === null).length > 1)
    throw new NotLowered(say`its target_shape leaves more than one size open`);
  const known = product(sizes.filter((d) => d !== null));
  const total = x.shape === undefined ? null : product(x.shape.slice(1));
  if (known === null) throw new NotLowered(say`its target_shape is too large to exist`);
  if (total !== null && (sizes.includes(null) ? total % known !== 0 : total !== known)) {
    throw new NotLowered(say`${total} elements do not fit its target_shape`);
  }
  const shape = sizes.map((d) => d ?? (total === null ? null : total / known));
  // 0 keeps the batch as it is
  const list = scope.integersConstant([0, ...sizes.map((d) => d ?? -1)], 'shape');
  return [scope.emit('Reshape', [x, list], {}, { shape: [x.shape?.[0] ?? null, ...shape] })];
};

const permute: LayerLowering = (scope, [x]) => {
  const dims = scope.integers('dims', 1);
  const input = scope.ranked(x, dims.length + 1);
  const order = [0, ...dims];
  if (new Set(order).size !== order.length || order.some((d) => d < 0 || d > dims.length)) {
    throw new NotLowered(say`its dims are not a permutation of the axes after the batch`);
  }
  return [
    scope.emit('Transpose', [input], { perm: attribute.ints(order) }, { shape: order.map((d) => input.shape[d]) }),
  ];
};

const repeatVector: LayerLowering = (scope, [x]) => {
  const input = scope.ranked(x, 2);
  const times = scope.size('n');
  const [batch, features] = input.shape;
  const axes = scope.integersConstant([1], 'axes');
  const row = scope.emit('Unsqueeze', [input, axes], {}, { shape: [batch, 1, features], part: 'unsqueeze' });
  const shape = scope.integersConstant([1, times, 1], 'shape');
  return [scope.emit('Expand', [row, shape], {}, { shape: [batch, times, features] })];
};

/** `[[before, after], ...]` for each spatial axis, from the several ways in which Keras lets it be written. */
function margins(scope: LayerScope, key: string, rank: number, fallback: number): [number, number][] {
  const value = member(scope.config, key) ?? fallback;
  const pair = (v: unknown): [number, number] => {
    if (isCount(v)) return [v, v];
    if (Array.isArray(v) && v.length === 2 && isCount(v[0]) && isCount(v[1])) return [v[0], v[1]];
    throw new NotLowered(say`${key} has to hold sizes before and after each axis`);
  };
  if (!Array.isArray(value)) return Array.from({ length: rank }, () => pair(value));
  if (rank === 1) return [pair(value.length === 1 ? (value as unknown[])[0] : value)];
  if (value.length !== rank) throw new NotLowered(say`${key} has to have one entry for each of ${rank} axes`);
  return value.map(pair);
}

function zeroPadding(rank: number): LayerLowering {
  return (scope, [x]) => {
    const { value, restore } = channelsFirst(scope, x, rank);
    const sides = margins(scope, 'padding', rank, 1);
    const pads = scope.integersConstant([0, 0, ...sides.map((s) => s[0]), 0, 0, ...sides.map((s) => s[1])], 'pads');
    const [batch, channels, ...sizes] = value.shape;
    const padded = sizes.map((n, i) => (n === null ? null : n + sides[i][0] + sides[i][1]));
    return [restore(scope.emit('Pad', [value, pads], {}, { shape: [batch, channels, ...padded] }))];
  };
}

function cropping(rank: number): LayerLowering {
  return (scope, [x]) => {
    const { value, restore } = channelsFirst(scope, x, rank);
    const sides = margins(scope, 'cropping', rank, rank === 1 ? 1 : 0);
    const [batch, channels, ...sizes] = value.shape;
    const cropped = sizes.map((n, i) => (n === null ? null : n - sides[i][0] - sides[i][1]));
    if (cropped.some((n) => n !== null && n <= 0)) throw new NotLowered(say`it crops all of its input`);
    const starts = scope.integersConstant(
      sides.map((s) => s[0]),
      'starts',
    );
    // an end of 0 would cut everything; the largest integer stands for the end of the axis
    const ends = scope.integersConstant(
      sides.map((s) => (s[1] === 0 ? Infinity : -s[1])),
      'ends',
    );
    const axes = scope.integersConstant(
      sides.map((_, i) => i + 2),
      'axes',
    );
    return [restore(scope.emit('Slice', [value, starts, ends, axes], {}, { shape: [batch, channels, ...cropped] }))];
  };
}

/** tfjs resizes with alignCorners and halfPixelCenters off: ONNX's asymmetric coordinates, rounded down for `nearest`. */
const upSampling2D: LayerLowering = (scope, [x]) => {
  const { value, restore } = channelsFirst(scope, x, 2);
  const factors = scope.sizes('size', 2, 2);
  const interpolation = scope.string('interpolation', 'nearest').toLowerCase();
  const mode = interpolation === 'nearest' ? 'nearest' : interpolation === 'bilinear' ? 'linear' : undefined;
  if (mode === undefined) throw new NotLowered(say`its interpolation is neither nearest nor bilinear`);
  const scales = scope.vector([1, 1, ...factors], 'scales');
  const [batch, channels, ...sizes] = value.shape;
  const shape = [batch, channels, ...sizes.map((n, i) => (n === null ? null : n * factors[i]))];
  const y = scope.emit(
    'Resize',
    [value, '', scales],
    {
      mode: attribute.string(mode),
      coordinate_transformation_mode: attribute.string('asymmetric'),
      nearest_mode: attribute.string('floor'),
    },
    { shape },
  );
  return [restore(y)];
};

export const shapingLayers: Readonly<Record<string, LayerLowering>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: zeroPadding(1),
  ZeroPadding2D: zeroPadding(2),
  ZeroPadding3D: zeroPadding(3),
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  Cropping3D: cropping(3),
  UpSampling2D: upSampling2D,
};
