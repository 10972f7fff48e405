import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope } from '../nodeScope';
import type { OperatorLowering } from './operator';
import { positive } from './shaping';

/** ReverseV2: the axes are an input. */
const reverse: OperatorLowering = (scope) => reversed(scope, scope.x(0), scope.numbers(1, 'axes'));

/** The first version has a truth for each axis. */
const reverseMarked: OperatorLowering = (scope) => {
  const marks = scope.numbers(1, 'dims');
  return reversed(
    scope,
    scope.x(0),
    [...marks.keys()].filter((i) => marks[i] !== 0),
  );
};

function reversed(scope: NodeScope, x: TensorValue, axes: readonly number[]): TensorValue[] {
  if (axes.length === 0) return [scope.emit('Identity', [x], {}, { shape: x.shape })];
  const list = (value: number, part: string) =>
    scope.integersConstant(
      axes.map(() => value),
      part,
    );
  const inputs = [
    x,
    list(-1, 'starts'),
    list(Number.NEGATIVE_INFINITY, 'ends'),
    scope.integersConstant(axes, 'axes'),
    list(-1, 'steps'),
  ];
  return [scope.emit('Slice', inputs, {}, { shape: x.shape })];
}

interface Blocks {
  readonly x: TensorValue & { readonly shape: Shape };
  readonly block: readonly number[];
  /** Begin and end of each blocked axis. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Sizes of the blocked axes, and of those behind them. */
  readonly spatial: readonly number[];
  readonly rest: readonly number[];
}

/** SpaceToBatchND and BatchToSpaceND: block sizes `[m]` of the axes behind the batch, paddings or crops `[m, 2]`. */
function blocksOf(scope: NodeScope): Blocks {
  const x = scope.shaped(scope.x(0));
  const block = scope.numbers(1, say`block shape`);
  const flat = scope.numbers(2, 'paddings');
  const inner = x.shape.slice(1);
  if (block.length > inner.length || flat.length !== 2 * block.length) {
    throw new NotLowered(say`its blocks do not fit its input`);
  }
  if (block.some((n) => n < 1) || flat.some((n) => n < 0)) throw new NotLowered(say`its blocks are not positive`);
  if (!inner.every((n): n is number => n !== null)) throw new NotLowered(say`the size of its input is not known`);
  const pairs = block.map((_, i) => [flat[2 * i], flat[2 * i + 1]] as const);
  return { x, block, pairs, spatial: inner.slice(0, block.length), rest: inner.slice(block.length) };
}

/** Pads, and puts each place of a block into a batch of its own: what TensorFlow writes around a dilated convolution. */
const spaceToBatch: OperatorLowering = (scope) => {
  const { x, block, pairs, spatial, rest } = blocksOf(scope);
  const m = block.length;
  const sizes = spatial.map((n, i) => n + pairs[i][0] + pairs[i][1]);
  if (sizes.some((n, i) => n % block[i] !== 0)) throw new NotLowered(say`its blocks do not divide its input`);
  const counts = sizes.map((n, i) => n / block[i]);
  const behind = rest.map(() => 0);
  const pads = [0, ...pairs.map((p) => p[0]), ...behind, 0, ...pairs.map((p) => p[1]), ...behind];
  const isPadded = pads.some((n) => n > 0);
  const padded = isPadded
    ? scope.emit(
        'Pad',
        [x, scope.integersConstant(pads, 'pads')],
        {},
        { shape: [x.shape[0], ...sizes, ...rest], part: 'padded' },
      )
    : x;
  const apart = counts.flatMap((n, i) => [n, block[i]]);
  const split = reshapedTo(scope, padded, [-1, ...apart, ...rest], [x.shape[0], ...apart, ...rest], 'split');
  const axes = block.map((_, i) => i);
  const perm = [...axes.map((i) => 2 * i + 2), 0, ...axes.map((i) => 2 * i + 1), ...rest.map((_, i) => 2 * m + 1 + i)];
  const moved = transposed(scope, split, perm);
  const batch = x.shape[0] === null ? null : x.shape[0] * block.reduce((a, b) => a * b, 1);
  return [reshapedTo(scope, moved, [-1, ...counts, ...rest], [batch, ...counts, ...rest])];
};

/** The way back, and what stands out is cut off. */
const batchToSpace: OperatorLowering = (scope) => {
  const { x, block, pairs, spatial, rest } = blocksOf(scope);
  const m = block.length;
  const places = block.reduce((a, b) => a * b, 1);
  const batch = x.shape[0] === null ? null : x.shape[0] / places;
  if (batch !== null && !Number.isInteger(batch)) throw new NotLowered(say`its blocks do not divide its batch`);
  const apart = reshapedTo(
    scope,
    x,
    [...block, -1, ...spatial, ...rest],
    [...block, batch, ...spatial, ...rest],
    'split',
  );
  const axes = block.map((_, i) => i);
  const perm = [m, ...axes.flatMap((i) => [m + 1 + i, i]), ...rest.map((_, i) => 2 * m + 1 + i)];
  const moved = transposed(scope, apart, perm);
  const whole = spatial.map((n, i) => n * block[i]);
  const isCut = pairs.some((p) => p[0] + p[1] > 0);
  const joined = reshapedTo(
    scope,
    moved,
    [-1, ...whole, ...rest],
    [batch, ...whole, ...rest],
    isCut ? 'joined' : undefined,
  );
  if (!isCut) return [joined];
  const sizes = whole.map((n, i) => n - pairs[i][0] - pairs[i][1]);
  if (sizes.some((n) => n < 0)) throw new NotLowered(say`it cuts off more than there is`);
  const inputs = [
    joined,
    scope.integersConstant(
      pairs.map((p) => p[0]),
      'starts',
    ),
    scope.integersConstant(
      pairs.map((p, i) => whole[i] - p[1]),
      'ends',
    ),
    scope.integersConstant(
      axes.map((i) => i + 1),
      'axes',
    ),
  ];
  return [scope.emit('Slice', inputs, {}, { shape: [batch, ...sizes, ...rest] })];
};

function reshapedTo(scope: NodeScope, x: TensorValue, to: readonly number[], shape: Shape, part?: string): TensorValue {
  const sizes = scope.integersConstant(to, part === undefined ? 'shape' : `${part}/shape`);
  return scope.emit('Reshape', [x, sizes], {}, { shape, part });
}

function transposed(scope: NodeScope, x: TensorValue, perm: readonly number[]): TensorValue {
  const { shape } = scope.shaped(x);
  return scope.emit(
    'Transpose',
    [x],
    { perm: attribute.ints(perm) },
    { shape: perm.map((i) => shape[i]), part: 'moved' },
  );
}

/** MatrixBandPart: what lies at most `lower` below the diagonal and `upper` above it; negative for all of that side. */
const bandPart: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const [[lower], [upper]] = [
    scope.numbers(1, say`number of lower diagonals`),
    scope.numbers(2, say`number of upper diagonals`),
  ];
  let y = x;
  if (lower >= 0) {
    const k = scope.integerScalar(-lower, 'lower');
    y = scope.emit(
      'Trilu',
      [y, k],
      { upper: attribute.int(1) },
      { shape: x.shape, part: upper >= 0 ? 'above' : undefined },
    );
  }
  if (upper >= 0) {
    y = scope.emit('Trilu', [y, scope.integerScalar(upper, 'upper')], { upper: attribute.int(0) }, { shape: x.shape });
  }
  return [y];
};

/** Sums along an axis: Cumsum. */
const cumulated: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const axis = scope.numberAt(1);
  if (axis === undefined) throw new NotLowered(say`its axis is not a constant`);
  const at = x.shape === undefined ? axis : positive(axis, x.shape.length);
  const attributes = {
    exclusive: attribute.int(Number(scope.flag('exclusive', false))),
    reverse: attribute.int(Number(scope.flag('reverse', false))),
  };
  return [scope.emit('CumSum', [x, scope.integerScalar(at, 'axis')], attributes, { shape: x.shape })];
};

/** The shape that two shapes come to together. */
const broadcastShapes: OperatorLowering = (scope) => {
  const ones = scope.emit(
    'ConstantOfShape',
    [scope.int64(0, 'a')],
    {},
    { shape: undefined, dtype: 'float32', part: 'ones' },
  );
  const both = scope.emit('Expand', [ones, scope.int64(1, 'b')], {}, { shape: undefined, part: 'both' });
  return [scope.cast(scope.emit('Shape', [both], {}, { shape: [null], dtype: 'int64', part: 'int64' }), 'int32')];
};

export const rearrangingOperators: Readonly<Record<string, OperatorLowering>> = {
  Reverse: reverseMarked,
  ReverseV2: reverse,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  MatrixBandPart: bandPart,
  Cumsum: cumulated,
  BroadcastArgs: broadcastShapes,
};
