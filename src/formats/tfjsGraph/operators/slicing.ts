import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope } from '../nodeScope';
import type { OperatorLowering } from './operator';

/** ONNX clamps ends to the size of the axis. */
const TO_THE_END = Number.POSITIVE_INFINITY;

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Elements of the range in an axis of n; null where the size is open. */
function lengthOf({ start, end, step }: Range, n: number | null): number | null {
  if (n === null) return null;
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? n : n - 1;
  const place = (i: number) => Math.min(high, Math.max(low, i < 0 ? i + n : i));
  const from = place(start);
  // an end of -infinity stands for "before the first element"
  const to = end === -Infinity ? low : place(end);
  return Math.max(0, Math.ceil((to - from) / step));
}

function sliced(scope: NodeScope, x: TensorValue, ranges: readonly Range[], part: string | undefined): TensorValue {
  const name = (suffix: string) => (part === undefined ? suffix : `${part}/${suffix}`);
  const shape = x.shape?.map((n, i) => {
    const range = ranges.find((r) => r.axis === i);
    return range === undefined ? n : lengthOf(range, n);
  });
  const inputs = [
    x,
    scope.integersConstant(
      ranges.map((r) => r.start),
      name('starts'),
    ),
    scope.integersConstant(
      ranges.map((r) => r.end),
      name('ends'),
    ),
    scope.integersConstant(
      ranges.map((r) => r.axis),
      name('axes'),
    ),
    scope.integersConstant(
      ranges.map((r) => r.step),
      name('steps'),
    ),
  ];
  return scope.emit('Slice', inputs, {}, { shape, part });
}

/** Slice: begin and size, -1 for the rest of the axis. */
const slice: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const begin = scope.numbers(1, 'begin');
  const size = scope.numbers(2, 'size');
  if (begin.length !== size.length) throw new NotLowered(say`its begin and size do not fit each other`);
  const ranges = begin.map((start, axis) => ({
    axis,
    start,
    end: size[axis] < 0 ? TO_THE_END : start + size[axis],
    step: 1,
  }));
  return [sliced(scope, x, ranges, undefined)];
};

/** One entry of a StridedSlice's begin, end and strides with its bits of the masks. */
interface Entry {
  readonly begin: number;
  readonly end: number;
  readonly step: number;
  readonly openBegin: boolean;
  readonly openEnd: boolean;
  readonly isEllipsis: boolean;
  readonly isNew: boolean;
  readonly isSingle: boolean;
}

function entriesOf(scope: NodeScope): Entry[] {
  const begin = scope.numbers(1, 'begin');
  const end = scope.numbers(2, 'end');
  const steps = scope.numbers(3, 'strides');
  if (begin.length !== end.length || begin.length !== steps.length || begin.length > 16 || steps.includes(0)) {
    throw new NotLowered(say`its begin, end and strides do not fit each other`);
  }
  const bit = (key: string, i: number) => ((scope.number(key, 0) >> i) & 1) === 1;
  return begin.map((b, i) => ({
    begin: b,
    end: end[i],
    step: steps[i],
    openBegin: bit('begin_mask', i),
    openEnd: bit('end_mask', i),
    isEllipsis: bit('ellipsis_mask', i),
    isNew: bit('new_axis_mask', i),
    isSingle: bit('shrink_axis_mask', i),
  }));
}

function rangeOf(entry: Entry, axis: number): Range {
  const { begin, end, step } = entry;
  // one element, whatever the end says; the element before the end has index -1 and none after it
  if (entry.isSingle) return { axis, start: begin, end: begin === -1 ? TO_THE_END : begin + 1, step: 1 };
  return {
    axis,
    start: entry.openBegin ? (step > 0 ? 0 : TO_THE_END) : begin,
    end: entry.openEnd ? (step > 0 ? TO_THE_END : -Infinity) : end,
    step,
  };
}

/** A Slice, a Squeeze of the axes that were single indices, and an Unsqueeze of the new ones. */
const stridedSlice: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const entries = entriesOf(scope);
  const taken = entries.filter((e) => !e.isEllipsis && !e.isNew).length;
  const ellipses = entries.filter((e) => e.isEllipsis).length;
  if (ellipses > 1) throw new NotLowered(say`it has more than one ellipsis`);
  const rank = ellipses > 0 ? scope.shaped(x).shape.length : (x.shape?.length ?? taken);
  if (taken > rank) throw new NotLowered(say`it has more entries than its input has axes`);
  const ranges: Range[] = [];
  const removed: number[] = [];
  const added: number[] = [];
  let axis = 0;
  let result = 0;
  for (const entry of entries) {
    if (entry.isEllipsis) {
      axis += rank - taken;
      result += rank - taken;
    } else if (entry.isNew) added.push(result++);
    else {
      ranges.push(rangeOf(entry, axis));
      if (entry.isSingle) removed.push(axis);
      else result++;
      axis++;
    }
  }
  const y = reshapedSlice(scope, x, ranges, removed, added);
  const [only] = entries;
  // one size of a shape
  const sizes = entries.length === 1 && only.isSingle ? scope.factOf(x)?.numbers : undefined;
  if (sizes !== undefined) scope.note(y, { numbers: [sizes.at(only.begin) ?? null] });
  return [y];
};

function reshapedSlice(
  scope: NodeScope,
  x: TensorValue,
  ranges: readonly Range[],
  removed: readonly number[],
  added: readonly number[],
): TensorValue {
  const last = added.length > 0 ? 'added' : removed.length > 0 ? 'removed' : 'sliced';
  const part = (step: string) => (step === last ? undefined : step);
  let y = ranges.length > 0 || last === 'sliced' ? sliced(scope, x, ranges, part('sliced')) : x;
  if (removed.length > 0) {
    const shape = y.shape?.filter((_, i) => !removed.includes(i));
    y = scope.emit(
      'Squeeze',
      [y, scope.integersConstant(removed, 'removed_axes')],
      {},
      { shape, part: part('removed') },
    );
  }
  if (added.length > 0) {
    const shape = y.shape && [...y.shape];
    if (shape !== undefined) for (const at of added) shape.splice(at, 0, 1);
    y = scope.emit('Unsqueeze', [y, scope.integersConstant(added, 'added_axes')], {}, { shape });
  }
  return y;
}

/** GatherV2 along one axis; indices beyond it are an error in both. */
const gather: OperatorLowering = (scope) => {
  const [data, indices] = [scope.x(0), scope.x(1)];
  const axis = scope.inputCount > 2 ? (scope.numbers(2, 'axis')[0] ?? 0) : 0;
  if (scope.number('batch_dims', 0) !== 0) throw new NotLowered(say`it gathers by batch`);
  const rank = data.shape?.length;
  const at = axis < 0 && rank !== undefined ? axis + rank : axis;
  const shape =
    data.shape && indices.shape && at >= 0
      ? [...data.shape.slice(0, at), ...indices.shape, ...data.shape.slice(at + 1)]
      : undefined;
  return [scope.emit('Gather', [data, indices], { axis: attribute.int(at) }, { shape })];
};

const gatherNd: OperatorLowering = (scope) => {
  const [data, indices] = [scope.x(0), scope.x(1)];
  const depth = indices.shape?.at(-1);
  const known = data.shape !== undefined && indices.shape !== undefined && typeof depth === 'number';
  const shape = known ? [...indices.shape.slice(0, -1), ...data.shape.slice(depth)] : undefined;
  return [scope.emit('GatherND', [data, scope.int64(1, 'indices')], {}, { shape })];
};

export const slicingOperators: Readonly<Record<string, OperatorLowering>> = {
  Slice: slice,
  StridedSlice: stridedSlice,
  Gather: gather,
  GatherV2: gather,
  GatherNd: gatherNd,
};
