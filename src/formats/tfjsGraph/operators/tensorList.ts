import { attribute } from '../../../ir/attribute';
import type { DataType } from '../../../ir/dataType';
import { tensorFromBytes } from '../../../ir/tensor';
import { say } from '../../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../../tfjs/layerScope';
import { settingShape, settingType, shapeOfNumbers } from '../attributeValues';
import type { NodeScope } from '../nodeScope';
import type { OperatorLowering } from './operator';

/*
 * A list whose elements have one shape is a tensor with an axis more, the first. A list that is only reserved has zeros, and 1 for each
 * size that is not known before something is written into it: what is written widens it.
 */

/** The shape of a list's elements as an input states it: undefined where not even the rank is known. */
function elementShape(scope: NodeScope, input: number): Shape | undefined {
  const constant = scope.constant(input);
  if (constant?.dims.length !== 1 || constant.atHand === undefined) return undefined;
  return shapeOfNumbers(constant.atHand);
}

function elementType(scope: NodeScope, key: string): DataType {
  const dtype = settingType(scope.config[key]);
  if (dtype === 'string' || dtype === undefined) throw new NotLowered(say`its elements are not numbers`);
  return dtype;
}

/** What ConstantOfShape fills with. */
function zeroOf(dtype: DataType) {
  return { value: attribute.tensor(tensorFromBytes('', dtype, [1], new Uint8Array(dtype === 'bool' ? 1 : 4))) };
}

/** Zeros: `[size, ...element]`. */
function reserved(
  scope: NodeScope,
  size: number | TensorValue,
  element: Shape | undefined,
  dtype: DataType,
  part?: string,
): TensorValue {
  const dims = (element ?? []).map((n) => n ?? 1);
  const known = typeof size === 'number' ? size : scope.factOf(size)?.numbers?.[0];
  if (typeof known === 'number' && !(known >= 0)) throw new NotLowered(say`its size is negative`);
  const shape = [known ?? null, ...dims];
  const sizes =
    typeof size === 'number' || typeof known === 'number'
      ? scope.integersConstant([known as number, ...dims], 'list/sizes')
      : joined(scope, [vectorOf(scope, size), scope.integersConstant(dims, 'element')], shape.length, 'list/sizes');
  const list = scope.emit('ConstantOfShape', [sizes], zeroOf(dtype), { shape, dtype, part });
  const name = typeof size === 'number' ? size : size.name;
  scope.note(list, { reserved: { size: known ?? name, isRankOpen: element === undefined } });
  return list;
}

/** A size as int64 `[1]`. */
function vectorOf(scope: NodeScope, size: TensorValue): TensorValue {
  const shape = scope.integersConstant([1], 'size/shape');
  return scope.emit('Reshape', [scope.cast(size, 'int64', 'size/int64'), shape], {}, { shape: [1], part: 'size' });
}

/** Sizes of a value's axes from `start` on as int64. */
function sizesOf(scope: NodeScope, x: TensorValue, part: string, start: number, end?: number): TensorValue {
  const attributes = { start: attribute.int(start), ...(end !== undefined && { end: attribute.int(end) }) };
  const count = end !== undefined ? end - start : x.shape === undefined ? null : x.shape.length - start;
  return scope.emit('Shape', [x], attributes, { shape: [count], dtype: 'int64', part });
}

function joined(
  scope: NodeScope,
  parts: readonly (TensorValue | string)[],
  rank: number | null,
  part: string,
): TensorValue {
  return scope.emit('Concat', parts, { axis: attribute.int(0) }, { shape: [rank], dtype: 'int64', part });
}

/** The size that an input states. */
function sizeInput(scope: NodeScope, input: number): number | TensorValue {
  return scope.numberAt(input) ?? scope.x(input);
}

/** The list with its elements as wide as the rows that are to be written into it. */
function widened(scope: NodeScope, list: TensorValue, rows: TensorValue): TensorValue {
  const row = rows.shape?.slice(1);
  const isSame = row?.every((n, i) => n !== null && n === list.shape?.[i + 1]);
  if (isSame && list.shape?.length === row!.length + 1) return list;
  let own = list;
  if (scope.factOf(list)?.reserved?.isRankOpen) {
    if (row === undefined) throw new NotLowered(say`the number of axes of its elements is not known`);
    const shape = [list.shape?.[0] ?? null, ...row.map(() => 1)];
    const axes = scope.integersConstant(
      row.map((_, i) => i + 1),
      'list/axes',
    );
    own = scope.emit('Unsqueeze', [list, axes], {}, { shape, part: 'list/ranked' });
  }
  const one = scope.integersConstant([1], 'one');
  const to = joined(scope, [one, sizesOf(scope, rows, 'element', 1)], rows.shape?.length ?? null, 'widths');
  return scope.emit('Expand', [own, to], {}, { shape: row && [own.shape?.[0] ?? null, ...row], part: 'list' });
}

/** An input of indices as int64 `[n, 1]`, as ScatterND wants them. */
function indexColumn(scope: NodeScope, input: number): string {
  const index = scope.cast(scope.x(input), 'int64', 'indices/int64');
  const shape = scope.integersConstant([-1, 1], 'indices/shape');
  return scope.emit('Reshape', [index, shape], {}, { shape: [null, 1], part: 'indices' }).name;
}

function written(scope: NodeScope, list: TensorValue, rows: TensorValue, indices: number): TensorValue {
  const whole = widened(scope, list, rows);
  return scope.emit('ScatterND', [whole, indexColumn(scope, indices), rows], {}, { shape: whole.shape });
}

function asRow(scope: NodeScope, item: TensorValue): TensorValue {
  const axes = scope.integersConstant([0], 'row/axes');
  return scope.emit('Unsqueeze', [item, axes], {}, { shape: item.shape && [1, ...item.shape], part: 'row' });
}

/** Writes one element, or adds one at the end. What a loop writes turn by turn is collected by the loop instead (`countedLoop.ts`). */
function setItem(list: number, index: number, item: number): OperatorLowering {
  return (scope) => {
    const x = scope.x(list);
    const row = asRow(scope, scope.x(item));
    const at = scope.numberAt(index);
    const size = x.shape?.[0];
    // Keras keeps only the last result of a recurrent layer in a list of one element
    if (at === 0 && size === 1) return [row];
    if (at !== undefined && at === size) return [extended(scope, x, row)];
    if (scope.flag('resize_if_index_out_of_bounds', false) || (at !== undefined && at > (size ?? at))) {
      throw new NotLowered(say`it makes its list longer`);
    }
    return [written(scope, x, row, index)];
  };
}

function extended(scope: NodeScope, x: TensorValue, row: TensorValue): TensorValue {
  const list = widened(scope, x, row);
  const size = list.shape?.[0];
  const shape = list.shape && [typeof size === 'number' ? size + 1 : null, ...list.shape.slice(1)];
  return scope.emit('Concat', [list, row], { axis: attribute.int(0) }, { shape });
}

function getItem(list: number, index: number): OperatorLowering {
  return (scope) => {
    const x = scope.x(list);
    const i = scope.x(index);
    const shape = x.shape && i.shape && [...i.shape, ...x.shape.slice(1)];
    return [scope.emit('Gather', [x, i], { axis: attribute.int(0) }, { shape })];
  };
}

/** Hands on what the input is: a list from a tensor, and the tensor from the list. */
function same(input: number): OperatorLowering {
  return (scope) => [scope.x(input)];
}

function length(list: number): OperatorLowering {
  return (scope) => {
    const x = scope.x(list);
    const size = scope.emit('Squeeze', [sizesOf(scope, x, 'sizes', 0, 1)], {}, { shape: [], part: 'int64' });
    const count = scope.cast(size, 'int32');
    scope.note(count, { numbers: [x.shape?.[0] ?? null] });
    return [count];
  };
}

const elementShapeOf: OperatorLowering = (scope) => {
  const shape = scope.cast(sizesOf(scope, scope.x(0), 'int64', 1), 'int32');
  return [shape];
};

const pushBack: OperatorLowering = (scope) => [extended(scope, scope.x(0), asRow(scope, scope.x(1)))];

/** The list without its last element, and that element. */
const popBack: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const size = x.shape?.[0];
  const shape = x.shape && [typeof size === 'number' ? size - 1 : null, ...x.shape.slice(1)];
  const range = [scope.integersConstant([0], 'start'), scope.integersConstant([-1], 'end')];
  const rest = scope.emit('Slice', [x, ...range], {}, { shape });
  const last = scope.integerScalar(-1, 'last/index');
  const element = { shape: x.shape?.slice(1), part: 'last' };
  return [rest, scope.emit('Gather', [x, last], { axis: attribute.int(0) }, element)];
};

/** Longer by zeros, or cut off. */
const resize: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const size = sizeInput(scope, 1);
  const count = typeof size === 'number' ? scope.integersConstant([size], 'size') : vectorOf(scope, size);
  const sizes = joined(scope, [count, sizesOf(scope, x, 'element', 1)], x.shape?.length ?? null, 'sizes');
  const element = x.shape?.slice(1);
  const open = element && [null, ...element];
  const more = scope.emit('ConstantOfShape', [sizes], zeroOf(x.dtype), { shape: open, dtype: x.dtype, part: 'zeros' });
  const both = scope.emit('Concat', [x, more], { axis: attribute.int(0) }, { shape: open, part: 'both' });
  const shape = element && [typeof size === 'number' ? size : null, ...element];
  return [scope.emit('Slice', [both, scope.integersConstant([0], 'start'), count], {}, { shape })];
};

/** The elements one behind the other along their first axis, and how long each is. */
function concatenated(list: number): OperatorLowering {
  return (scope) => {
    const x = scope.shaped(scope.x(list));
    const [count, each, ...rest] = x.shape;
    if (each === undefined) throw new NotLowered(say`its elements have no axis`);
    const all = count === null || each === null ? null : count * each;
    const to = [scope.integersConstant([-1], 'all'), sizesOf(scope, x, 'rest', 2)];
    const y = scope.emit('Reshape', [x, joined(scope, to, 1 + rest.length, 'shape')], {}, { shape: [all, ...rest] });
    const each64 = [sizesOf(scope, x, 'each', 1, 2), sizesOf(scope, x, 'count', 0, 1)];
    const lengths = scope.emit('Expand', each64, {}, { shape: [count], part: 'lengths/int64' });
    return [y, scope.cast(lengths, 'int32', 'lengths')];
  };
}

/** Parts of one length: elements of a list are of one shape. */
function split(tensor: number, lengths: number): OperatorLowering {
  return (scope) => {
    const x = scope.shaped(scope.x(tensor));
    const sizes = scope.numbers(lengths, 'lengths');
    if (sizes.length === 0 || sizes.some((n) => n < 0 || n !== sizes[0])) {
      throw new NotLowered(say`its parts are not of one length`);
    }
    const shape = [sizes.length, sizes[0], ...x.shape.slice(1)];
    const to = [scope.integersConstant([sizes.length, sizes[0]], 'parts'), sizesOf(scope, x, 'rest', 1)];
    return [scope.emit('Reshape', [x, joined(scope, to, shape.length, 'shape')], {}, { shape })];
  };
}

/** Rows of a tensor as elements of a new list; without a size it ends with the highest index. */
const scatter: OperatorLowering = (scope) => {
  const rows = scope.x(0);
  const indices = scope.numbers(1, 'indices');
  const stated = scope.inputCount > 3 ? sizeInput(scope, 3) : -1;
  const size = stated === -1 ? 1 + indices.reduce((a, b) => Math.max(a, b), -1) : stated;
  if (size === indices.length && indices.every((n, i) => n === i)) return [rows];
  const list = reserved(scope, size, rows.shape?.slice(1) ?? elementShape(scope, 2), rows.dtype, 'reserved');
  return [written(scope, list, rows, 1)];
};

const intoList =
  (list: number, rows: number, indices: number): OperatorLowering =>
  (scope) => {
    const start = scope.x(list);
    const given = scope.constant(indices)?.atHand;
    const size = scope.factOf(start)?.reserved?.size;
    if (given?.every((n, i) => n === i) && given.length === size) return [scope.x(rows)];
    return [written(scope, start, scope.x(rows), indices)];
  };

/** TensorArrays of TensorFlow 1: what writes into one is handed on as its flow; the handle stands for what it starts with. */
const tensorArray: OperatorLowering = (scope) => {
  const element = settingShape(scope.config.element_shape);
  const list = reserved(scope, sizeInput(scope, 0), element, elementType(scope, 'dtype'));
  return [list, list];
};

const reserve: OperatorLowering = (scope) => [
  reserved(scope, sizeInput(scope, 1), elementShape(scope, 0), elementType(scope, 'element_dtype')),
];
const empty: OperatorLowering = (scope) => [
  reserved(scope, 0, elementShape(scope, 0), elementType(scope, 'element_dtype')),
];

export const tensorListOperators: Readonly<Record<string, OperatorLowering>> = {
  EmptyTensorList: empty,
  TensorListReserve: reserve,
  TensorListFromTensor: same(0),
  TensorListStack: same(0),
  TensorListGetItem: getItem(0, 1),
  TensorListSetItem: setItem(0, 1, 2),
  TensorListGather: getItem(0, 1),
  TensorListScatter: scatter,
  TensorListScatterV2: scatter,
  TensorListScatterIntoExistingList: intoList(0, 1, 2),
  TensorListPushBack: pushBack,
  TensorListPopBack: popBack,
  TensorListLength: length(0),
  TensorListElementShape: elementShapeOf,
  TensorListResize: resize,
  TensorListConcat: concatenated(0),
  TensorListConcatV2: concatenated(0),
  TensorListSplit: split(0, 2),
  TensorArrayV3: tensorArray,
  TensorArrayWriteV3: setItem(3, 1, 2),
  TensorArrayReadV3: getItem(2, 1),
  TensorArrayGatherV3: getItem(2, 1),
  TensorArrayScatterV3: intoList(3, 2, 1),
  TensorArrayConcatV3: concatenated(1),
  TensorArraySplitV3: split(1, 2),
  TensorArraySizeV3: length(1),
};
