import type { Attribute } from '../ir/attribute';
import { constantOf, makesConstants } from '../ir/constants';
import { isFloat, type DataType } from '../ir/dataType';
import type { ValueType } from '../ir/graph';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { float32Tensor, int64Tensor, tensorFromBytes, type Tensor } from '../ir/tensor';
import { floatsAtHand, integersAtHand } from '../ir/tensorValues';
import { say } from '../texts/say';
import { NoGradient } from './noGradient';
import { normalizeAxis, product } from './shapes';

export type Attributes = Readonly<Record<string, Attribute>>;

/** Elements of the largest constant that a gradient may need (64 MiB of float32). */
const LARGEST_CONSTANT = 2 ** 24;

interface KnownType extends ValueType {
  readonly kind: 'tensor';
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/**
 * A graph that a backward pass is appended to: the static types of all its values, the added ones included, and the
 * constants and nodes to add.
 */
export class TypedGraph {
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

  /** Says for which value of the forward graph the next nodes are built, and as what: their names and origin follow it. */
  enter(value: string, what = 'grad'): void {
    this.stem = `${what}/${value}`;
    this.origin = this.producers.get(value)?.origin;
  }

  /** @throws NoGradient when a size of the value is not known. */
  shape(value: string): readonly number[] {
    const known = this.added.get(value);
    if (known) return known.shape;
    const shape = this.types.get(value)?.shape ?? this.graph.initializers.get(value)?.dims;
    if (!shape || !shape.every((d): d is number => typeof d === 'number' && d >= 0)) {
      throw new NoGradient(say`the shape of ${value} is not known`);
    }
    return shape;
  }

  /** The static type of a value of the graph, of an added one too, as far as it is known. */
  typeOf(value: string): ValueType | undefined {
    return this.added.get(value) ?? this.types.get(value);
  }

  rank(value: string): number {
    return this.shape(value).length;
  }

  /** @throws NoGradient when the element type of the value is not known. */
  dtype(value: string): DataType {
    const dtype = this.dtypeIfKnown(value);
    if (dtype === undefined) throw new NoGradient(say`the type of ${value} is not known`);
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
    this.added.set(node.outputs[index], { kind: 'tensor', dtype, shape });
    return node.outputs[index];
  }

  /** The integers of a value that is constant (an initializer, the output of Constant), else undefined. */
  constantInts(value: string): readonly number[] | undefined {
    return integersAtHand(this.stated(value));
  }

  /** The numbers of a value that is constant, else undefined. */
  constantFloats(value: string): ArrayLike<number> | undefined {
    return floatsAtHand(this.stated(value));
  }

  /** The number that a one-element constant holds, else undefined. */
  constantNumber(value: string): number | undefined {
    const numbers = this.constantFloats(value);
    return numbers?.length === 1 ? numbers[0] : undefined;
  }

  private stated(value: string): Tensor | undefined {
    const initializer = this.graph.initializers.get(value);
    if (initializer) return this.graph.inputs.some((i) => i.name === value) ? undefined : initializer;
    const node = this.producers.get(value);
    if (node?.opType === 'Identity') return this.stated(node.inputs[0]);
    if (node === undefined || !makesConstants(node.opType, node.domain)) return undefined;
    return constantOf(node.opType, value, node.attributes, this.graph.initializers.get(node.inputs[0]));
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
      if (indices.length > LARGEST_CONSTANT)
        throw new NoGradient(say`it takes a constant of ${indices.length} elements`);
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
      throw new NoGradient(say`gradients are computed in float32 or float64, not in ${dtype}`);
    });
  }

  /** A one-dimensional int64 constant. */
  ints(values: readonly number[]): string {
    return this.cached(`int64 ${values.join()}`, (name) => int64Tensor(name, [values.length], values));
  }

  private cached(key: string, make: (name: string) => Tensor): string {
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const tensor = make(this.graph.freshName('grad/constant'));
    this.graph.addInitializer(tensor);
    this.added.set(tensor.name, { kind: 'tensor', dtype: tensor.dtype, shape: tensor.dims });
    this.constants.set(key, tensor.name);
    return tensor.name;
  }

  /** Appends a node with one output of the given shape; its type is that of the first input unless stated. */
  node(
    opType: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: Attributes = {},
    dtype = this.dtype(inputs[0]),
    domain = '',
  ): string {
    return this.nodes(opType, inputs, [shape], attributes, dtype, domain)[0];
  }

  /** Appends a node with several outputs of one type. */
  nodes(
    opType: string,
    inputs: readonly string[],
    shapes: readonly (readonly number[])[],
    attributes: Attributes = {},
    dtype = this.dtype(inputs[0]),
    domain = '',
  ): string[] {
    const hint = `${this.stem}/${opType}`;
    const outputs = this.graph.addNode(opType, inputs, attributes, {
      domain,
      outputs: shapes.length,
      hint,
      origin: this.origin,
    });
    outputs.forEach((o, i) => this.added.set(o, { kind: 'tensor', dtype, shape: shapes[i] }));
    return outputs;
  }

  axis(value: string, axis: number): number {
    return normalizeAxis(axis, this.rank(value));
  }

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
}
