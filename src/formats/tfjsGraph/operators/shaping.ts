import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope, ShapedValue } from '../nodeScope';
import type { OperatorLowering } from './operator';
import { inside } from './window';

/** ONNX's ranks are small; a hostile file may state a million axes. */
const HIGHEST_RANK = 16;
const MOST_PARTS = 4096;

/** An axis counted from the front. */
export function positive(axis: number, rank: number): number {
  const a = axis < 0 ? axis + rank : axis;
  if (!Number.isSafeInteger(a) || a < 0 || a >= rank) throw new NotLowered(say`it has no such axis`);
  return a;
}

const reshape: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const stated = scope.sizesAt(1);
  return [scope.emit('Reshape', [x, scope.int64(1, 'shape')], {}, { shape: stated && reshaped(x.shape, stated) })];
};

function reshaped(from: Shape | undefined, to: Shape): Shape {
  if (!to.every((n): n is number => n !== null)) return to.map((n) => (n === -1 ? null : n));
  const count = from?.every((n): n is number => n !== null) ? from.reduce((a, b) => a * b, 1) : undefined;
  const known = to.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
  return to.map((n) => (n !== -1 ? n : count !== undefined && known > 0 ? count / known : null));
}

const transpose: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const perm = scope.numbers(1, 'permutation');
  const { shape } = scope.ranked(x, perm.length);
  const order = perm.map((a) => positive(a, perm.length));
  if (new Set(order).size !== order.length) throw new NotLowered(say`its permutation names an axis twice`);
  return [scope.emit('Transpose', [x], { perm: attribute.ints(order) }, { shape: order.map((a) => shape[a]) })];
};

const squeeze: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const axes = [...scope.listed('squeeze_dims'), ...scope.listed('axis')];
  if (axes.length > 0) {
    const own = x.shape === undefined ? axes : axes.map((a) => positive(a, x.shape!.length));
    const shape = x.shape?.filter((_, i) => !own.includes(i));
    return [scope.emit('Squeeze', [x, scope.integersConstant(own, 'axes')], {}, { shape })];
  }
  const isKnown = x.shape?.every((n) => n !== null);
  return [scope.emit('Squeeze', [x], {}, { shape: isKnown ? x.shape.filter((n) => n !== 1) : undefined })];
};

const expandDims: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const [axis] = scope.numbers(1, 'axis');
  return [unsqueezed(scope, x, axis, undefined)];
};

function unsqueezed(scope: NodeScope, x: TensorValue, axis: number, part: string | undefined): TensorValue {
  const rank = x.shape?.length;
  if (axis === undefined || (rank !== undefined && (axis > rank || axis < -rank - 1))) {
    throw new NotLowered(say`it has no such axis`);
  }
  const at = axis < 0 && rank !== undefined ? axis + rank + 1 : axis;
  const shape = x.shape && [...x.shape.slice(0, at), 1, ...x.shape.slice(at)];
  const axes = scope.integersConstant([axis], part === undefined ? 'axes' : `${part}/axes`);
  return scope.emit('Unsqueeze', [x, axes], {}, { shape, part });
}

function concatenated(scope: NodeScope, inputs: readonly TensorValue[], axis: number): TensorValue {
  if (inputs.length === 0) throw new NotLowered(say`it has no inputs`);
  const known = inputs.map((x) => x.shape).filter((s) => s !== undefined);
  const rank = known[0]?.length;
  const at = rank === undefined ? axis : positive(axis, rank);
  const isWhole = known.length === inputs.length && known.every((s) => s.length === rank);
  const shape = isWhole
    ? known[0].map((_, i) => {
        const sizes = known.map((s) => s[i]);
        if (i !== at) return sizes.find((n) => n !== null) ?? null;
        return sizes.every((n): n is number => n !== null) ? sizes.reduce((a, b) => a + b, 0) : null;
      })
    : undefined;
  const y = scope.emit('Concat', inputs, { axis: attribute.int(at) }, { shape });
  return inputs.every((x) => scope.isInside(x)) ? scope.markInside(y) : y;
}

/** ConcatV2 has its axis last, the first version has it first. */
const concatV2: OperatorLowering = (scope) => {
  const last = scope.inputCount - 1;
  const [axis] = scope.numbers(last, 'axis');
  return [concatenated(scope, scope.all(0, last), axis)];
};

const concat: OperatorLowering = (scope) => {
  const [axis] = scope.numbers(0, 'axis');
  return [concatenated(scope, scope.all(1), axis)];
};

const pack: OperatorLowering = (scope) => {
  const axis = scope.number('axis', 0);
  const stacked = scope.all();
  const inputs = stacked.map((x, i) => unsqueezed(scope, x, axis, `input_${i}`));
  const y = concatenated(scope, inputs, axis);
  // the sizes of a shape, one by one
  if (stacked.every((x) => x.shape?.length === 0)) {
    scope.note(y, { numbers: stacked.map((_, i) => scope.sizesAt(i)?.[0] ?? null) });
  }
  return [y];
};

function partNames(count: number): (string | undefined)[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? undefined : `output_${i}`));
}

function split(
  scope: NodeScope,
  x: ShapedValue,
  axis: number,
  sizes: readonly (number | null)[],
  stated: boolean,
): TensorValue[] {
  const at = positive(axis, x.shape.length);
  const results = partNames(sizes.length).map((part, i) => ({
    shape: x.shape.map((n, k) => (k === at ? sizes[i] : n)),
    part,
  }));
  const parts = stated ? [scope.integersConstant(sizes as number[], 'sizes')] : [];
  const attributes = { axis: attribute.int(at), ...(stated ? {} : { num_outputs: attribute.int(sizes.length) }) };
  return scope.emitAll('Split', [x, ...parts], attributes, results);
}

function partCount(scope: NodeScope, key: string): number {
  const count = scope.size(key);
  if (count > MOST_PARTS) throw new NotLowered(say`it has ${count} outputs`);
  return count;
}

/** Equal parts; the axis comes first. */
const splitEqually: OperatorLowering = (scope) => {
  const [axis] = scope.numbers(0, 'axis');
  const x = scope.shaped(scope.x(1));
  const count = partCount(scope, 'num_split');
  const size = x.shape[positive(axis, x.shape.length)];
  if (size !== null && size % count !== 0) throw new NotLowered(say`its parts are not equal`);
  return split(
    scope,
    x,
    axis,
    Array.from({ length: count }, () => (size === null ? null : size / count)),
    false,
  );
};

const splitV: OperatorLowering = (scope) => {
  const x = scope.shaped(scope.x(0));
  const sizes = [...scope.numbers(1, 'sizes')];
  const [axis] = scope.numbers(2, 'axis');
  const open = sizes.indexOf(-1);
  if (open >= 0) {
    const whole = x.shape[positive(axis, x.shape.length)];
    if (whole === null) throw new NotLowered(say`the size of its axis is not known`);
    sizes[open] = whole - sizes.reduce((a, b) => a + b, 1);
  }
  if (sizes.length > MOST_PARTS || sizes.some((n) => n < 0)) throw new NotLowered(say`its sizes do not fit its input`);
  return split(scope, x, axis, sizes, true);
};

const unpack: OperatorLowering = (scope) => {
  const x = scope.shaped(scope.x(0));
  const axis = positive(scope.number('axis', 0), x.shape.length);
  const count = partCount(scope, 'num');
  const shape = x.shape.map((n, i) => (i === axis ? 1 : n));
  const slices = Array.from({ length: count }, (_, i) => ({ shape, part: `slice_${i}` }));
  const attributes = { axis: attribute.int(axis), num_outputs: attribute.int(count) };
  const parts = scope.emitAll('Split', [x], attributes, slices, 'slices');
  const axes = scope.integersConstant([axis], 'axes');
  const names = partNames(count);
  return parts.map((p, i) =>
    scope.emit('Squeeze', [p, axes], {}, { shape: shape.filter((_, k) => k !== axis), part: names[i] }),
  );
};

/** Pad, PadV2, MirrorPad: `[rank, 2]` paddings. Of a convolution's output it stays where the operators have the image. */
function pad(mode: 'constant' | 'mirror'): OperatorLowering {
  return (scope) => {
    const x = scope.x(0);
    const pairs = scope.numbers(1, 'paddings');
    const rank = pairs.length / 2;
    if (!Number.isInteger(rank) || rank > HIGHEST_RANK) throw new NotLowered(say`its paddings are no pairs`);
    const input = scope.ranked(x, rank);
    const reflects = mode === 'mirror';
    if (reflects && scope.string('mode', 'REFLECT') !== 'REFLECT')
      throw new NotLowered(say`it mirrors the border as well`);
    const moves = scope.isInside(input) && rank > 2;
    const own = moves ? inside(scope, input) : { value: input, restore: (y: TensorValue) => y };
    const order = input.shape.map((_, i) => (!moves || i === 0 ? i : i === 1 ? rank - 1 : i - 1));
    const begins = order.map((a) => pairs[2 * a]);
    const ends = order.map((a) => pairs[2 * a + 1]);
    const shape = own.value.shape.map((n, i) => (n === null ? null : n + begins[i] + ends[i]));
    const pads = scope.integersConstant([...begins, ...ends], 'pads');
    const fill = !reflects && scope.inputCount > 2 ? [scope.x(2)] : [];
    const attributes = { mode: attribute.string(reflects ? 'reflect' : 'constant') };
    return [own.restore(scope.emit('Pad', [own.value, pads, ...fill], attributes, { shape }))];
  };
}

const tile: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const repeats = scope.constant(1)?.atHand;
  const shape = repeats && x.shape?.map((n, i) => (n === null ? null : n * repeats[i]));
  return [scope.emit('Tile', [x, scope.int64(1, 'repeats')], {}, { shape })];
};

const shapeOperator: OperatorLowering = (scope) => [sizesOf(scope, scope.x(0), undefined)];

/** The shapes of several values. */
const shapes: OperatorLowering = (scope) => scope.all().map((x, i) => sizesOf(scope, x, partNames(i + 1)[i]));

function sizesOf(scope: NodeScope, x: TensorValue, part: string | undefined): TensorValue {
  const int64 = part === undefined ? 'int64' : `${part}/int64`;
  const shape = x.shape && [x.shape.length];
  const sizes = scope.cast(scope.emit('Shape', [x], {}, { shape, dtype: 'int64', part: int64 }), 'int32', part);
  scope.note(sizes, { numbers: x.shape });
  return sizes;
}

const size: OperatorLowering = (scope) => [
  scope.cast(scope.emit('Size', [scope.x(0)], {}, { shape: [], dtype: 'int64', part: 'int64' }), 'int32'),
];

const rank: OperatorLowering = (scope) => {
  const sizes = scope.emit('Shape', [scope.x(0)], {}, { shape: [null], dtype: 'int64', part: 'shape' });
  return [scope.cast(scope.emit('Size', [sizes], {}, { shape: [], dtype: 'int64', part: 'int64' }), 'int32')];
};

const identities: OperatorLowering = (scope) =>
  scope.all().map((x, i) => scope.emit('Identity', [x], {}, { shape: x.shape, part: partNames(i + 1)[i] }));

/** Fill has the shape first, BroadcastTo the value. */
function expanded(value: 0 | 1, sizes: 0 | 1): OperatorLowering {
  return (scope) => {
    const stated = value === 1 ? scope.sizesAt(sizes) : undefined;
    return [scope.emit('Expand', [scope.x(value), scope.int64(sizes, 'shape')], {}, { shape: stated })];
  };
}

function filledLike(fill: number): OperatorLowering {
  return (scope) => {
    const x = scope.x(0);
    if (x.dtype !== 'float32') throw new NotLowered(say`it does not fill with floats`);
    const shape = x.shape && [x.shape.length];
    const sizes = scope.emit('Shape', [x], {}, { shape, dtype: 'int64', part: 'shape' });
    return [scope.emit('Expand', [scope.scalar(fill, 'value'), sizes], {}, { shape: x.shape, dtype: 'float32' })];
  };
}

const range: OperatorLowering = (scope) => [scope.emit('Range', scope.all(0, 3), {}, { shape: [null] })];

export const shapingOperators: Readonly<Record<string, OperatorLowering>> = {
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  ExpandDims: expandDims,
  Concat: concat,
  ConcatV2: concatV2,
  Pack: pack,
  Unpack: unpack,
  Split: splitEqually,
  SplitV: splitV,
  Pad: pad('constant'),
  PadV2: pad('constant'),
  MirrorPad: pad('mirror'),
  Tile: tile,
  Shape: shapeOperator,
  ShapeN: shapes,
  Size: size,
  Rank: rank,
  IdentityN: identities,
  Fill: expanded(1, 0),
  BroadcastTo: expanded(0, 1),
  ZerosLike: filledLike(0),
  OnesLike: filledLike(1),
  Range: range,
};
