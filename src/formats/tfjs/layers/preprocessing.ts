import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';
import type { LayerLowering } from './lowering';
import { moveToAxis1 } from './spatial';

type Image = TensorValue & { readonly shape: Shape };

/**
 * Images `[N, H, W, C]` in another size.
 * @param aligned corner pixels lie on corner pixels; else pixel 0 on pixel 0
 */
function resized(scope: LayerScope, x: Image, mode: 'linear' | 'nearest', aligned: boolean): TensorValue {
  const size = [scope.size('height'), scope.size('width')];
  const { value, restore } = moveToAxis1(scope, x, 3);
  const [batch, channels] = value.shape;
  const y = scope.emit(
    'Resize',
    [value, '', '', scope.integersConstant(size, 'size')],
    {
      axes: attribute.ints([2, 3]),
      mode: attribute.string(mode),
      coordinate_transformation_mode: attribute.string(aligned ? 'align_corners' : 'asymmetric'),
      ...(mode === 'nearest' && { nearest_mode: attribute.string(aligned ? 'round_prefer_ceil' : 'floor') }),
    },
    { shape: [batch, channels, ...size] },
  );
  return restore(y);
}

/** tfjs aligns the corners unless it is told to keep the aspect ratio, which it does not otherwise do. */
const resizing: LayerLowering = (scope, [x]) => {
  const interpolation = scope.string('interpolation', 'bilinear');
  if (interpolation !== 'bilinear' && interpolation !== 'nearest')
    throw new NotLowered(say`its interpolation is neither nearest nor bilinear`);
  const mode = interpolation === 'nearest' ? 'nearest' : 'linear';
  return [resized(scope, scope.ranked(x, 4), mode, !scope.flag('crop_to_aspect_ratio', false))];
};

/**
 * The rows (or columns) of an axis of `size` that tfjs takes for its middle `wanted`: cropAndResize with the nearest neighbour, whose
 * box is a fraction of the size and not of the distance between the outer pixels, so that rows may repeat or be left out.
 */
function middle(size: number, wanted: number, before: number): number[] {
  const start = Math.fround(before / size);
  const end = Math.fround((wanted + before) / size);
  const scale = wanted > 1 ? ((end - start) * (size - 1)) / (wanted - 1) : 0;
  return Array.from({ length: wanted }, (_, i) =>
    Math.round(wanted > 1 ? start * (size - 1) + i * scale : 0.5 * (start + end) * (size - 1)),
  );
}

const centerCrop: LayerLowering = (scope, [x]) => {
  const input = scope.ranked(x, 4);
  const [batch, height, width, channels] = input.shape;
  const wanted = [scope.size('height'), scope.size('width')];
  if (height === null || width === null) throw new NotLowered(say`the size of its input is not known`);
  const rowsBefore = Math.floor((height - wanted[0]) / 2);
  // an odd column too many is taken from the left, as tfjs has it
  const columnsBefore = width === wanted[1] ? 0 : Math.floor((width - wanted[1]) / 2) || 1;
  if (rowsBefore < 0 || columnsBefore < 0) return [resized(scope, input, 'linear', false)];
  const take = (value: TensorValue, axis: number, indices: number[], shape: Shape, part?: string) =>
    scope.emit(
      'Gather',
      [value, scope.integersConstant(indices, `${axis === 1 ? 'rows' : 'columns'}/indices`)],
      { axis: attribute.int(axis) },
      { shape, part },
    );
  const shapes = [
    [batch, wanted[0], width, channels],
    [batch, ...wanted, channels],
  ];
  const rows = take(input, 1, middle(height, wanted[0], rowsBefore), shapes[0], 'rows');
  return [take(rows, 2, middle(width, wanted[1], columnsBefore), shapes[1])];
};

/** Numbers of categories `[N, n]` as which of them occur, or how often, `[N, num_tokens]`. */
const categoryEncoding: LayerLowering = (scope, [x]) => {
  const mode = scope.string('output_mode', 'multi_hot');
  const input = scope.ranked(x, 2);
  const [batch, count] = input.shape;
  const depth = scope.size('num_tokens');
  if (!['one_hot', 'multi_hot', 'count'].includes(mode)) throw new NotLowered(say`its output_mode is not known`);
  if (mode === 'one_hot' && count !== 1) throw new NotLowered(say`it encodes one category, but is given several`);
  const options = { shape: input.shape, dtype: 'int64', part: 'tokens' } as const;
  const tokens = scope.emit('Cast', [input], { to: attribute.int(INT64) }, options);
  const values = scope.vector([0, 1], 'values');
  const size = scope.integersConstant([depth], 'depth');
  const hot = scope.emit(
    'OneHot',
    [tokens, size, values],
    { axis: attribute.int(-1) },
    { shape: [batch, count, depth], dtype: 'float32', part: 'one_hot' },
  );
  const axes = scope.integersConstant([1], 'axes');
  const reduce = mode === 'count' ? 'ReduceSum' : 'ReduceMax';
  return [scope.emit(reduce, [hot, axes], { keepdims: attribute.int(0) }, { shape: [batch, depth] })];
};

/** TensorProto.DataType */
const INT64 = 7;

export const preprocessingLayers: Readonly<Record<string, LayerLowering>> = {
  Resizing: resizing,
  CenterCrop: centerCrop,
  CategoryEncoding: categoryEncoding,
};
