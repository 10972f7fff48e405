import { attribute, type Attribute } from '../ir/attribute';
import { dataTypeCode, type DataType } from '../ir/dataType';
import { BLOCKED_DOMAIN } from '../ir/channelBlocks';
import type { ValueType } from '../ir/graph';
import type { MutableGraph } from '../ir/mutableGraph';
import { reductionStages } from '../ir/reductionStages';
import type { AxisMatrix } from './axisMatrix';
import { broadcastShapes, product, range, sameShape } from './shapes';
import { TypedGraph, type Attributes } from './typedGraph';

/** A value of the graph, or a number that becomes a scalar constant of the other operand's type. */
export type Operand = string | number;

/** Above this many rows the constant would weigh more than the time it saves. */
const LONGEST_ROW_OF_ONES = 65536;

/** What gradient rules build with: the operators of opset 18 that they use, with the shape of each result known. */
export class GradientBuilder extends TypedGraph {
  private readonly made = new Map<string, string>();

  /** @param channelBlock channels of a block where the runtime convolves blocks of channels; 1 elsewhere */
  constructor(
    graph: MutableGraph,
    types: ReadonlyMap<string, ValueType>,
    readonly channelBlock = 1,
  ) {
    super(graph, types);
  }

  unary(opType: string, x: string, attributes: Attributes = {}): string {
    return this.node(opType, [x], this.shape(x), attributes);
  }

  /** An elementwise operator with broadcasting. */
  binary(opType: string, a: Operand, b: Operand, dtype?: DataType): string {
    const [left, right] = this.operands(a, b);
    return this.node(opType, [left, right], broadcastShapes(this.shape(left), this.shape(right)), {}, dtype);
  }

  private operands(a: Operand, b: Operand): [string, string] {
    if (typeof a === 'string') return [a, typeof b === 'string' ? b : this.scalar(b, a)];
    if (typeof b === 'string') return [this.scalar(a, b), b];
    throw new TypeError('two numbers make no node');
  }

  add(a: Operand, b: Operand): string {
    return this.binary('Add', a, b);
  }

  sub(a: Operand, b: Operand): string {
    return this.binary('Sub', a, b);
  }

  mul(a: Operand, b: Operand): string {
    if (a === 1) return b as string;
    if (b === 1) return a as string;
    return this.binary('Mul', a, b);
  }

  div(a: Operand, b: Operand): string {
    return this.binary('Div', a, b);
  }

  neg(x: string): string {
    return this.unary('Neg', x);
  }

  /** A comparison (Greater, Less, Equal ...), as bools. */
  compare(opType: string, a: Operand, b: Operand): string {
    return this.binary(opType, a, b, 'bool');
  }

  /** A comparison as ones and zeros of the type of `a`. */
  mask(opType: string, a: string, b: Operand): string {
    return this.cast(this.compare(opType, a, b), this.dtype(a));
  }

  where(condition: string, a: Operand, b: Operand): string {
    const [left, right] = this.operands(a, b);
    const shape = broadcastShapes(this.shape(condition), broadcastShapes(this.shape(left), this.shape(right)));
    return this.node('Where', [condition, left, right], shape, {}, this.dtype(left));
  }

  cast(x: string, dtype: DataType): string {
    if (this.dtype(x) === dtype) return x;
    return this.node('Cast', [x], this.shape(x), { to: attribute.int(dataTypeCode(dtype)) }, dtype);
  }

  /** The sum of values of one shape. */
  sum(values: readonly string[]): string {
    if (values.length === 1) return values[0];
    if (values.length === 2) return this.add(values[0], values[1]);
    return this.node('Sum', values, this.shape(values[0]));
  }

  // ---- layout

  reshape(x: string, shape: readonly number[]): string {
    if (sameShape(this.shape(x), shape)) return x;
    return this.node('Reshape', [x, this.ints(shape)], shape, { allowzero: attribute.int(1) });
  }

  transpose(x: string, permutation: readonly number[]): string {
    const shape = this.shape(x);
    const result = permutation.map((p) => shape[p]);
    // axes of one element may stand anywhere: the others in their order is what it was
    const moved = permutation.filter((p) => shape[p] !== 1);
    if (moved.every((p, i) => i === 0 || p > moved[i - 1])) return this.reshape(x, result);
    return this.node('Transpose', [x], result, { perm: attribute.ints(permutation) });
  }

  /** Exchanges the last two axes. */
  transposeMatrix(x: string): string {
    const rank = this.rank(x);
    const permutation = Array.from({ length: rank }, (_, i) => i);
    permutation.push(...permutation.splice(rank - 2, 2).reverse());
    return this.transpose(x, permutation);
  }

  expand(x: string, shape: readonly number[]): string {
    if (sameShape(this.shape(x), shape)) return x;
    return this.node('Expand', [x, this.ints(shape)], shape);
  }

  concat(values: readonly string[], axis: number): string {
    if (values.length === 1) return values[0];
    const shape = [...this.shape(values[0])];
    shape[axis] = values.reduce((total, v) => total + this.shape(v)[axis], 0);
    return this.node('Concat', values, shape, { axis: attribute.int(axis) });
  }

  split(x: string, axis: number, counts: readonly number[]): string[] {
    const shapes = counts.map((count) => this.shape(x).map((d, i) => (i === axis ? count : d)));
    return this.nodes('Split', [x, this.ints(counts)], shapes, { axis: attribute.int(axis) });
  }

  /** Takes `count` elements from `start` with a positive `step` on each of the given axes. */
  slice(x: string, axes: readonly { axis: number; start: number; count: number; step?: number }[]): string {
    const shape = [...this.shape(x)];
    const wanted = axes.filter((a) => a.start !== 0 || a.count !== shape[a.axis] || (a.step ?? 1) !== 1);
    if (wanted.length === 0) return x;
    const starts = wanted.map((a) => a.start);
    const ends = wanted.map((a) => (a.count === 0 ? a.start : a.start + (a.count - 1) * (a.step ?? 1) + 1));
    const steps = wanted.map((a) => a.step ?? 1);
    for (const a of wanted) shape[a.axis] = a.count;
    const inputs = [x, this.ints(starts), this.ints(ends), this.ints(wanted.map((a) => a.axis))];
    if (steps.some((s) => s !== 1)) inputs.push(this.ints(steps));
    return this.node('Slice', inputs, shape);
  }

  /** Turns the order of the elements round on the given axes. */
  reverse(x: string, axes: readonly number[]): string {
    const shape = this.shape(x);
    const turned = axes.filter((a) => shape[a] > 1);
    if (turned.length === 0) return x;
    const [first] = turned;
    if (turned.length > 1 && turned.length === shape.length - first) {
      // all axes from the first: as one axis, which is nearly twice as fast
      const flat = this.reshape(x, [...shape.slice(0, first), product(shape.slice(first))]);
      return this.reshape(this.reverse(flat, [first]), shape);
    }
    const minusOne = this.ints(turned.map(() => -1));
    const ends = this.ints(turned.map(() => -Infinity));
    return this.node('Slice', [x, minusOne, ends, this.ints(turned), minusOne], shape);
  }

  /** Adds zeros before and after each axis; negative numbers cut elements off. */
  pad(x: string, before: readonly number[], after: readonly number[]): string {
    if ([...before, ...after].every((p) => p === 0)) return x;
    const shape = this.shape(x).map((d, i) => d + before[i] + after[i]);
    if ([...before, ...after].every((p) => p <= 0)) {
      return this.slice(
        x,
        shape.map((count, axis) => ({ axis, start: -before[axis], count })),
      );
    }
    return this.node('Pad', [x, this.ints([...before, ...after])], shape);
  }

  /** Zeros of any size; they take no space in the graph. */
  zeros(shape: readonly number[], dtype: DataType): string {
    return this.expand(this.floats([], [0], dtype), shape);
  }

  /** Puts `steps[i] - 1` zeros after each element of axis i. */
  spread(x: string, steps: readonly number[]): string {
    if (steps.every((s) => s === 1)) return x;
    const shape = this.shape(x);
    const apart = this.reshape(
      x,
      shape.flatMap((d, i) => (steps[i] === 1 ? [d] : [d, 1])),
    );
    const after = steps.flatMap((s) => (s === 1 ? [0] : [0, s - 1]));
    const none = after.map(() => 0);
    return this.reshape(
      this.pad(apart, none, after),
      shape.map((d, i) => d * steps[i]),
    );
  }

  /** Adds `updates` to the places of `x` that `indices` names (ScatterND, ScatterElements). */
  scatterAdd(opType: string, x: string, indices: string, updates: string, attributes: Attributes = {}): string {
    return this.scatter(opType, x, indices, updates, 'add', attributes);
  }

  scatter(
    opType: string,
    x: string,
    indices: string,
    updates: string,
    reduction: 'add' | 'mul',
    attributes: Attributes = {},
  ): string {
    const how = { ...attributes, reduction: attribute.string(reduction) };
    return this.node(opType, [x, indices, updates], this.shape(x), how);
  }

  /** X [N, C, H, W] with its channels in blocks (see ir/channelBlocks.ts), made once for all who ask. */
  inChannelBlocks(x: string): string {
    return this.once(`blocks ${x}`, () =>
      this.node('ReorderInput', [x], this.shape(x), {}, this.dtype(x), BLOCKED_DOMAIN),
    );
  }

  /** What `make` builds, built once; the same key stands for the same value. */
  once(key: string, make: () => string): string {
    const value = this.made.get(key) ?? make();
    this.made.set(key, value);
    return value;
  }

  // ---- linear algebra and reductions

  /** Matrix product of values of rank 2 or more; leading axes broadcast. */
  matMul(a: string, b: string): string {
    const [left, right] = [this.shape(a), this.shape(b)];
    const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
    return this.node('MatMul', [a, b], [...batch, left[left.length - 2], right[right.length - 1]]);
  }

  /** Product of two matrices, each transposed on demand, times a factor. */
  gemm(a: string, b: string, options: { transA?: boolean; transB?: boolean; alpha?: number } = {}): string {
    const { transA = false, transB = false, alpha = 1 } = options;
    const attributes: Record<string, Attribute> = {};
    if (transA) attributes.transA = attribute.int(1);
    if (transB) attributes.transB = attribute.int(1);
    if (alpha !== 1) attributes.alpha = attribute.float(alpha);
    return this.node('Gemm', [a, b], [this.shape(a)[transA ? 1 : 0], this.shape(b)[transB ? 0 : 1]], attributes);
  }

  /** The transpose of a linear map of one axis: from [.., rows, ..] back to [.., columns, ..]. */
  mapAxis(x: string, axis: number, { rows, columns, values }: AxisMatrix): string {
    const shape = this.shape(x);
    const matrix = this.floats([rows, columns], values, this.dtype(x));
    const result = shape.map((d, i) => (i === axis ? columns : d));
    const before = product(shape.slice(0, axis));
    const after = product(shape.slice(axis + 1));
    if (after === 1) return this.reshape(this.gemm(this.reshape(x, [before, rows]), matrix), result);
    return this.reshape(this.matMul(this.transposeMatrix(matrix), this.reshape(x, [before, rows, after])), result);
  }

  /** A reduction (ReduceSum, ReduceMean, ReduceMax ...) that keeps the reduced axes with size 1. */
  reduce(opType: string, x: string, axes: readonly number[]): string {
    const shape = this.shape(x);
    if (axes.length === 0) return x;
    const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d));
    return this.node(opType, [x, this.ints(axes)], kept, { keepdims: attribute.int(1) });
  }

  /**
   * Undoes a broadcast: sums `x` over the axes that `target` (a shape or a value) does not have or has with size 1.
   * Leading axes alone are summed by a matrix product with a row of ones, which is faster than ReduceSum.
   */
  sumTo(x: string, target: string | readonly number[]): string {
    const shape = typeof target === 'string' ? this.shape(target) : target;
    const from = this.shape(x);
    if (sameShape(from, shape)) return x;
    const lead = from.length - shape.length;
    const axes = range(from.length).filter((i) => (i < lead || shape[i - lead] === 1) && from[i] > 1);
    if (axes.length === 0) return this.reshape(x, shape);
    const leading = axes[axes.length - 1] + 1;
    const rows = product(from.slice(0, leading));
    const count = product(shape);
    if (rows * count === product(from) && count > 1 && rows <= LONGEST_ROW_OF_ONES) {
      return this.reshape(this.matMul(this.ones([1, rows], this.dtype(x)), this.reshape(x, [rows, count])), shape);
    }
    return this.reshape(this.sumAxes(x, axes), shape);
  }

  /** The sum over some axes, in ascending order, which are dropped. */
  sumAxes(x: string, axes: readonly number[]): string {
    return reductionStages(axes, this.shape(x)).reduce((sum, stage) => {
      const shape = this.shape(sum).filter((_, i) => !stage.includes(i));
      return this.node('ReduceSum', [sum, this.ints(stage)], shape, { keepdims: attribute.int(0) });
    }, x);
  }
}
