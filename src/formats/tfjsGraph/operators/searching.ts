import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope } from '../nodeScope';
import type { OperatorLowering } from './operator';

/** The k largest of the last axis and where they are. */
const topK: OperatorLowering = (scope) => {
  const x = scope.shaped(scope.x(0));
  const k = scope.numberAt(1);
  const shape = [...x.shape.slice(0, -1), k ?? null];
  const one = scope.integersConstant([1], 'k/shape');
  const count =
    k === undefined
      ? scope.emit('Reshape', [scope.cast(scope.x(1), 'int64', 'k/int64'), one], {}, { shape: [1], part: 'k' })
      : scope.integersConstant([k], 'k');
  const attributes = { axis: attribute.int(-1), sorted: attribute.int(Number(scope.flag('sorted', true))) };
  const [values, places] = scope.emitAll('TopK', [x, count], attributes, [
    { shape },
    { shape, dtype: 'int64', part: 'int64' },
  ]);
  return [values, scope.cast(places, 'int32', 'indices')];
};

/** The values in the order in which they come first, and for each element which of them it is. */
function unique(axisInput: number | undefined): OperatorLowering {
  return (scope) => {
    const x = scope.x(0);
    const axes = axisInput === undefined ? [] : scope.numbers(axisInput, 'axis');
    if (axes.length === 0 && x.shape?.length !== 1) throw new NotLowered(say`it has no axis`);
    const axis = axes[0] ?? 0;
    const attributes = { sorted: attribute.int(0), axis: attribute.int(axis) };
    const isWhole = x.dtype === 'int32';
    const [found, , places] = scope.emitAll(
      'Unique',
      [isWhole ? scope.cast(x, 'int64', 'wide') : x],
      attributes,
      [
        { shape: x.shape?.map((n, i) => (i === axis ? null : n)), part: 'values' },
        { shape: [null], dtype: 'int64', part: 'first' },
        { shape: [x.shape?.at(axis) ?? null], dtype: 'int64', part: 'int64' },
      ],
      'unique',
    );
    const values = isWhole ? scope.cast(found, 'int32') : scope.emit('Identity', [found], {}, { shape: found.shape });
    return [values, scope.cast(places, 'int32', 'indices')];
  };
}

/** Where a condition holds: one row of indices for each true element. */
function placesOf(scope: NodeScope, condition: TensorValue): TensorValue {
  const rank = condition.shape?.length ?? null;
  const columns = scope.emit('NonZero', [condition], {}, { shape: [rank, null], dtype: 'int64', part: 'columns' });
  const attributes = { perm: attribute.ints([1, 0]) };
  return scope.emit('Transpose', [columns], attributes, { shape: [null, rank], dtype: 'int64', part: 'rows' });
}

const where: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const condition = x.dtype === 'bool' ? x : scope.cast(x, 'bool', 'condition');
  return [scope.cast(placesOf(scope, condition), 'int32')];
};

/** How many values of a row come before each of some others: LowerBound, UpperBound. */
function bound(opType: 'Less' | 'LessOrEqual'): OperatorLowering {
  return (scope) => {
    const [row, values] = [scope.ranked(scope.x(0), 2), scope.ranked(scope.x(1), 2)];
    const axes = [1, 2].map((axis) => scope.integersConstant([axis], `axis_${axis}`));
    const sorted = scope.emit(
      'Unsqueeze',
      [row, axes[0]],
      {},
      { shape: [row.shape[0], 1, row.shape[1]], part: 'sorted' },
    );
    const wanted = scope.emit('Unsqueeze', [values, axes[1]], {}, { shape: [...values.shape, 1], part: 'wanted' });
    const all = [...values.shape, row.shape[1]];
    const before = scope.emit(opType, [sorted, wanted], {}, { shape: all, dtype: 'bool', part: 'before' });
    const ones = scope.cast(before, 'int32', 'ones');
    return [scope.emit('ReduceSum', [ones, axes[1]], { keepdims: attribute.int(0) }, { shape: values.shape })];
  };
}

/** What the first list has and the second has not, and where. */
const listDifference: OperatorLowering = (scope) => {
  const [x, y] = [scope.ranked(scope.x(0), 1), scope.ranked(scope.x(1), 1)];
  const axes = [0, 1].map((axis) => scope.integersConstant([axis], `axis_${axis}`));
  const column = scope.emit('Unsqueeze', [x, axes[1]], {}, { shape: [...x.shape, 1], part: 'column' });
  const all = [...x.shape, ...y.shape];
  const equal = scope.emit('Equal', [column, y], {}, { shape: all, dtype: 'bool', part: 'equal' });
  const ones = scope.cast(equal, 'int32', 'ones');
  const times = scope.emit(
    'ReduceSum',
    [ones, axes[1]],
    { keepdims: attribute.int(0) },
    { shape: x.shape, part: 'times' },
  );
  const isNew = scope.emit(
    'Not',
    [scope.cast(times, 'bool', 'found')],
    {},
    { shape: x.shape, dtype: 'bool', part: 'new' },
  );
  const places = scope.emit('Squeeze', [placesOf(scope, isNew), axes[1]], {}, { shape: [null], part: 'places' });
  const rest = scope.emit('Gather', [x, places], {}, { shape: [null], dtype: x.dtype });
  return [rest, scope.cast(places, 'int32', 'indices')];
};

/** How often each number below `size` occurs, or the sum of its weights: Bincount, DenseBincount over one axis. */
const bincount: OperatorLowering = (scope) => {
  const x = scope.ranked(scope.x(0), 1);
  const [size] = scope.numbers(1, 'size');
  if (!(size >= 0)) throw new NotLowered(say`its size is negative`);
  if (scope.flag('binary_output', false)) throw new NotLowered(say`it only says which numbers occur`);
  const weights = scope.constant(2)?.dims.includes(0) === true ? undefined : scope.x(2);
  const values = scope.vector([0, 1], 'values');
  const depth = scope.integerScalar(size, 'depth');
  const shape = [x.shape[0], size];
  const hot = scope.emit(
    'OneHot',
    [scope.cast(x, 'int64', 'numbers'), depth, values],
    {},
    { shape, dtype: 'float32', part: 'places' },
  );
  const weighted =
    weights === undefined ? hot : scope.emit('Mul', [hot, columnOf(scope, weights)], {}, { shape, part: 'weighted' });
  const axes = scope.integersConstant([0], 'axes');
  const sums = scope.emit(
    'ReduceSum',
    [weighted, axes],
    { keepdims: attribute.int(0) },
    { shape: [size], part: 'sums' },
  );
  const dtype = weights?.dtype === 'float32' ? 'float32' : 'int32';
  return [scope.cast(sums, dtype)];
};

function columnOf(scope: NodeScope, weights: TensorValue): TensorValue {
  const floats = scope.cast(weights, 'float32', 'weights');
  const axes = scope.integersConstant([1], 'weights/axes');
  return scope.emit(
    'Unsqueeze',
    [floats, axes],
    {},
    { shape: weights.shape && [...weights.shape, 1], part: 'weights/column' },
  );
}

export const searchingOperators: Readonly<Record<string, OperatorLowering>> = {
  TopKV2: topK,
  Unique: unique(undefined),
  UniqueV2: unique(1),
  Where: where,
  LowerBound: bound('Less'),
  UpperBound: bound('LessOrEqual'),
  ListDiff: listDifference,
  Bincount: bincount,
  DenseBincount: bincount,
};
