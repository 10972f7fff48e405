import { attribute } from '../../../ir/attribute';
import { tensorFromBytes } from '../../../ir/tensor';
import { say } from '../../../texts/say';
import { NotLowered } from '../../tfjs/layerScope';
import type { OperatorLowering } from './operator';

/** ScatterNd: sums of the rows that go to one place, zeros elsewhere. */
const scatterNd: OperatorLowering = (scope) => {
  const rows = scope.x(1);
  const shape = scope.sizesAt(2);
  const zero = tensorFromBytes('', rows.dtype, [1], new Uint8Array(rows.dtype === 'bool' ? 1 : 4));
  const zeros = scope.emit(
    'ConstantOfShape',
    [scope.int64(2, 'shape')],
    { value: attribute.tensor(zero) },
    { shape, dtype: rows.dtype, part: 'zeros' },
  );
  const indices = scope.cast(scope.x(0), 'int64', 'indices');
  return [scope.emit('ScatterND', [zeros, indices, rows], { reduction: attribute.string('add') }, { shape })];
};

/** TensorScatterUpdate: rows of a tensor replaced. */
const scatterUpdate: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const indices = scope.cast(scope.x(1), 'int64', 'indices');
  return [scope.emit('ScatterND', [x, indices, scope.x(2)], {}, { shape: x.shape })];
};

/** SparseToDense: indices `[n, rank]`, the shape, a value for each, and one for all other places. */
const sparseToDense: OperatorLowering = (scope) => {
  const shape = scope.sizesAt(1);
  const places = scope.ranked(scope.x(0), 2);
  const [values, others] = [scope.x(2), scope.x(3)];
  const to = scope.int64(1, 'shape');
  const dense = scope.emit('Expand', [others, to], {}, { shape, part: 'dense' });
  const count = scope.emit(
    'Shape',
    [places],
    { start: attribute.int(0), end: attribute.int(1) },
    {
      shape: [1],
      dtype: 'int64',
      part: 'count',
    },
  );
  const rows = scope.emit('Expand', [values, count], {}, { shape: [places.shape[0]], part: 'values' });
  const indices = scope.cast(places, 'int64', 'indices');
  return [scope.emit('ScatterND', [dense, indices, rows], {}, { shape })];
};

/** SparseSegmentSum, SparseSegmentMean: rows with one segment's number added up; the numbers ascend. */
function segments(isMean: boolean): OperatorLowering {
  return (scope) => {
    const data = scope.shaped(scope.x(0));
    const rank = data.shape.length;
    if (rank < 1) throw new NotLowered(say`its input has no rows`);
    const element = data.shape.slice(1);
    const picked = [scope.x(1).shape?.[0] ?? null, ...element];
    const rows = scope.emit('Gather', [data, scope.x(1)], { axis: attribute.int(0) }, { shape: picked, part: 'rows' });
    const ids = scope.cast(scope.x(2), 'int64', 'ids');
    const last = scope.emit('ReduceMax', [ids], { keepdims: attribute.int(1) }, { shape: [1], part: 'last' });
    const one = scope.integersConstant([1], 'one');
    const count = scope.emit('Add', [last, one], {}, { shape: [1], part: 'count' });
    const column = scope.emit('Unsqueeze', [ids, one], {}, { shape: [picked[0], 1], part: 'column' });
    const rest = scope.emit(
      'Shape',
      [data],
      { start: attribute.int(1) },
      { shape: [rank - 1], dtype: 'int64', part: 'rest' },
    );
    const shape = [null, ...element];
    const add = { reduction: attribute.string('add') };
    const sizes = scope.emit('Concat', [count, rest], { axis: attribute.int(0) }, { shape: [rank], part: 'sizes' });
    const zeros = scope.emit('ConstantOfShape', [sizes], {}, { shape, dtype: 'float32', part: 'zeros' });
    const sums = scope.emit('ScatterND', [zeros, column, rows], add, {
      shape,
      dtype: 'float32',
      part: isMean ? 'sums' : undefined,
    });
    if (!isMean) return [sums];
    const all = scope.emit('Shape', [rows], {}, { shape: [rank], dtype: 'int64', part: 'ones/shape' });
    const ones = scope.emit(
      'Expand',
      [scope.scalar(1, 'unit'), all],
      {},
      { shape: picked, dtype: 'float32', part: 'ones' },
    );
    const times = scope.emit('ScatterND', [zeros, column, ones], add, { shape, part: 'times' });
    const atLeast = scope.emit('Max', [times, scope.scalar(1, 'least')], {}, { shape, part: 'divisors' });
    return [scope.emit('Div', [sums, atLeast], {}, { shape })];
  };
}

export const scatteringOperators: Readonly<Record<string, OperatorLowering>> = {
  ScatterNd: scatterNd,
  TensorScatterUpdate: scatterUpdate,
  SparseToDense: sparseToDense,
  SparseSegmentSum: segments(false),
  SparseSegmentMean: segments(true),
};
