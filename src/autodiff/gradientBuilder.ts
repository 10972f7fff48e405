import { attribute, type Attribute } from '../ir/attribute';
import { dataTypeCode, isFloat, type DataType } from '../ir/dataType';
import type { ValueType } from '../ir/graph';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { float32Tensor, int64Tensor, tensorFromBytes, type Tensor } from '../ir/tensor';
import { floatsAtHand, integersAtHand } from '../ir/tensorValues';
import type { AxisMatrix } from './axisMatrix';
import { broadcastShapes, normalizeAxis, product, range, sameShape } from './shapes';

/** Why a gradient ends at a node. Rules throw it; `differentiate` reports it as a cut. */
export class NoGradient extends Error {}

/** A value of the graph, or a number that becomes a scalar constant of the other operand's type. */
export type Operand = string | number;

/** Above this many rows the constant would weigh more than the time it saves. */
const LONGEST_ROW_OF_ONES = 65536;

type Attributes = Readonly<Record<string, Attribute>>;

interface KnownType {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/**
 * Appends the nodes of a backward pass to a graph and knows the static type of every value it adds, so that rules
 * can ask for shapes while they build. All nodes are of opset 18.
 */
export class GradientBuilder {
  private readonly added = new Map<string, KnownType>();
  private readonly constants = new Map<string, string>();
  private readonly producers: Map<string, MutableNode>;
  private readonly forwardCount: number;
  private readonly extraOutputs: { node: MutableNode; index: number }[] = [];
  private stem = 'grad';
  private origin: MutableNode['origin'];

  constructor(
    readonly graph: MutableGraph,
    private readonly types: ReadonlyMap<string, ValueType>,
  ) {
    this.producers = graph.uses().producer;
    this.forwardCount = graph.nodes.length;
  }

  /** Says for which value of the forward graph the next nodes are built: their names and origin follow it. */
  enter(value: string): void {
    this.stem = `grad/${value}`;
    this.origin = this.producers.get(value)?.origin;
  }

  // ---- types

  /** @throws NoGradient when a size of the value is not known. */
  shape(value: string): readonly number[] {
    const known = this.added.get(value);
    if (known) return known.shape;
    const shape = this.types.get(value)?.shape ?? this.graph.initializers.get(value)?.dims;
    if (!shape || !shape.every((d): d is number => typeof d === 'number' && d >= 0)) {
      throw new NoGradient(`the shape of ${value} is not known`);
    }
    return shape;
  }

  rank(value: string): number {
    return this.shape(value).length;
  }

  /** @throws NoGradient when the element type of the value is not known. */
  dtype(value: string): DataType {
    const dtype = this.dtypeIfKnown(value);
    if (dtype === undefined) throw new NoGradient(`the type of ${value} is not known`);
    return dtype;
  }

  dtypeIfKnown(value: string): DataType | undefined {
    return this.added.get(value)?.dtype ?? this.types.get(value)?.dtype ?? this.graph.initializers.get(value)?.dtype;
  }

  /** Adds an output to a forward node (a mask, indices, saved statistics) and returns its name. */
  addOutput(node: MutableNode, index: number, dtype: DataType, shape: readonly number[], hint: string): string {
    while (node.outputs.length <= index) node.outputs.push('');
    if (node.outputs[index] === '') {
      node.outputs[index] = this.graph.freshName(`${this.stem}/${hint}`);
      this.extraOutputs.push({ node, index });
    }
    this.added.set(node.outputs[index], { dtype, shape });
    return node.outputs[index];
  }

  // ---- constants

  /** The integers of a value that is constant (an initializer or a Constant node), else undefined. */
  constantInts(value: string): readonly number[] | undefined {
    const constant = this.constantOf(value);
    return isTensor(constant) ? integersAtHand(constant) : constant;
  }

  /** The numbers of a value that is constant, else undefined. */
  constantFloats(value: string): ArrayLike<number> | undefined {
    const constant = this.constantOf(value);
    return isTensor(constant) ? floatsAtHand(constant) : constant;
  }

  /** The number that a one-element constant holds, else undefined. */
  constantNumber(value: string): number | undefined {
    const numbers = this.constantFloats(value);
    return numbers?.length === 1 ? numbers[0] : undefined;
  }

  private constantOf(value: string): Tensor | readonly number[] | undefined {
    const initializer = this.graph.initializers.get(value);
    if (initializer) return this.graph.inputs.some((i) => i.name === value) ? undefined : initializer;
    const node = this.producers.get(value);
    if (node?.opType === 'Identity') return this.constantOf(node.inputs[0]);
    if (node?.opType !== 'Constant') return undefined;
    for (const a of node.attributes.values()) {
      if (a.type === 'tensor' || a.type === 'ints' || a.type === 'floats') return a.value;
      if (a.type === 'int' || a.type === 'float') return [a.value];
    }
    return undefined;
  }

  /** A scalar constant of the type of `like`. */
  scalar(value: number, like: string): string {
    return this.floats([], [value], this.dtype(like));
  }

  /** A constant of a floating-point type. */
  floats(shape: readonly number[], values: readonly number[], dtype: DataType): string {
    return this.constant(`[${shape.join()}]${values.join()}`, shape, dtype, (i) => values[i]);
  }

  ones(shape: readonly number[], dtype: DataType): string {
    return this.constant(`ones [${shape.join()}]`, shape, dtype, () => 1);
  }

  /** A constant given by a function of the flat index; the same key stands for the same constant. */
  constant(key: string, shape: readonly number[], dtype: DataType, value: (index: number) => number): string {
    return this.cached(`${dtype} ${key}`, (name) => {
      const indices = { length: product(shape) };
      if (dtype === 'float32') {
        return float32Tensor(
          name,
          shape,
          Float32Array.from(indices, (_, i) => value(i)),
        );
      }
      if (dtype === 'float64') {
        const values = Float64Array.from(indices, (_, i) => value(i));
        return tensorFromBytes(name, dtype, shape, new Uint8Array(values.buffer));
      }
      throw new NoGradient(`gradients are computed in float32 or float64, not in ${dtype}`);
    });
  }

  /** A one-dimensional int64 constant. */
  ints(values: readonly number[]): string {
    return this.cached(`int64 ${values.join()}`, (name) => int64Tensor(name, [values.length], values));
  }

  /** Zeros of any size; they take no space in the graph. */
  zeros(shape: readonly number[], dtype: DataType): string {
    return this.expand(this.floats([], [0], dtype), shape);
  }

  private cached(key: string, make: (name: string) => Tensor): string {
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const tensor = make(this.graph.freshName('grad/constant'));
    this.graph.addInitializer(tensor);
    this.added.set(tensor.name, { dtype: tensor.dtype, shape: tensor.dims });
    this.constants.set(key, tensor.name);
    return tensor.name;
  }

  // ---- nodes

  /** Appends a node with one output of the given shape; its type is that of the first input unless stated. */
  node(
    opType: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: Attributes = {},
    dtype = this.dtype(inputs[0]),
  ): string {
    return this.nodes(opType, inputs, [shape], attributes, dtype)[0];
  }

  /** Appends a node with several outputs of one type. */
  nodes(
    opType: string,
    inputs: readonly string[],
    shapes: readonly (readonly number[])[],
    attributes: Attributes = {},
    dtype = this.dtype(inputs[0]),
  ): string[] {
    const hint = `${this.stem}/${opType}`;
    const outputs = this.graph.addNode(opType, inputs, attributes, {
      outputs: shapes.length,
      hint,
      origin: this.origin,
    });
    outputs.forEach((o, i) => this.added.set(o, { dtype, shape: shapes[i] }));
    return outputs;
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
    throw new NoGradient('two numbers make no node');
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
    if (permutation.every((p, i) => p === i)) return x;
    const shape = this.shape(x);
    return this.node(
      'Transpose',
      [x],
      permutation.map((p) => shape[p]),
      { perm: attribute.ints(permutation) },
    );
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
    const reduction = attribute.string('add');
    return this.node(opType, [x, indices, updates], this.shape(x), { ...attributes, reduction });
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

  /** The sum over some axes, which are dropped. */
  sumAxes(x: string, axes: readonly number[]): string {
    const shape = this.shape(x).filter((_, i) => !axes.includes(i));
    return this.node('ReduceSum', [x, this.ints(axes)], shape, { keepdims: attribute.int(0) });
  }

  // ---- the whole

  /** Drops what was added and does not lead to a wanted value: what rules had built before they gave up. */
  prune(wanted: Iterable<string>): void {
    const needed = new Set(wanted);
    const kept: MutableNode[] = [];
    for (const node of this.graph.nodes.slice(this.forwardCount).reverse()) {
      if (!node.outputs.some((o) => needed.has(o))) continue;
      for (const input of node.inputs) needed.add(input);
      kept.push(node);
    }
    this.graph.nodes.length = this.forwardCount;
    for (const node of kept.reverse()) this.graph.nodes.push(node);
    for (const { node, index } of this.extraOutputs) if (!needed.has(node.outputs[index])) node.outputs[index] = '';
    for (const { node } of this.extraOutputs) while (node.outputs.at(-1) === '') node.outputs.pop();
    for (const name of this.constants.values()) if (!needed.has(name)) this.graph.initializers.delete(name);
  }

  /** False for values whose type is known not to be floating point: no gradient passes them. */
  isFloat(value: string): boolean {
    const dtype = this.dtypeIfKnown(value);
    return dtype === undefined || isFloat(dtype);
  }

  axis(value: string, axis: number): number {
    return normalizeAxis(axis, this.rank(value));
  }
}

function isTensor(constant: Tensor | readonly number[] | undefined): constant is Tensor {
  return constant !== undefined && 'dtype' in constant;
}
