import { constantOf, makesConstants } from '../ir/constants';
import type { DataType } from '../ir/dataType';
import { capturedNames, type MutableGraph, type MutableNode } from '../ir/mutableGraph';
import { elementCount, type Tensor } from '../ir/tensor';
import { emptyLike, floatTensor, isFloat, readNumbers, type Floats } from './floatTensor';

/** Nodes that a constant is followed through to where its numbers are stored. */
const MAX_HOPS = 8;

/** Operators that hand on the same numbers in the same order when all axes but one have size 1. */
const SAME_VECTOR = new Set(['Identity', 'Cast', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Transpose']);

/** Numbers with a shape, and the element type they are stored in. */
export interface StoredNumbers {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly values: Floats;
}

/**
 * Edits a graph whose nodes read stored constants: gives out their numbers, puts others in their place, takes nodes away, and
 * drops what nothing reads any more. A constant that only one node reads keeps its name; of one that others read too, the node
 * gets a copy of its own. Nodes leave the graph's list with `finish`.
 */
export class ConstantEditor {
  private readonly producers = new Map<string, MutableNode>();
  private readonly readers = new Map<string, number>();
  /** What stands in the list in place of a node. */
  private readonly replaced = new Map<MutableNode, readonly MutableNode[]>();

  constructor(readonly graph: MutableGraph) {
    for (const node of graph.nodes) this.count(node);
    for (const { name } of graph.outputs) this.read(name);
  }

  /** How many inputs of nodes, bodies of nodes and outputs of the graph read the value. */
  readersOf(value: string): number {
    return this.readers.get(value) ?? 0;
  }

  producer(value: string): MutableNode | undefined {
    return this.producers.get(value);
  }

  /** The constant that a value is, where the file states it: an initializer, or a Constant or ConstantOfShape node. */
  constant(value: string): Tensor | undefined {
    const stored = this.graph.initializers.get(value);
    const node = stored === undefined ? this.producers.get(value) : undefined;
    if (node === undefined || !makesConstants(node.opType, node.domain)) return stored;
    return constantOf(node.opType, value, node.attributes, this.graph.initializers.get(node.inputs[0]));
  }

  /**
   * The numbers of a constant of floats, through nodes that pass it on or transpose it; undefined where the file does not
   * state them.
   * @throws ModelError when they cannot be read
   */
  async numbers(value: string): Promise<StoredNumbers | undefined> {
    const passed: MutableNode[] = [];
    let source = value;
    while (this.constant(source) === undefined) {
      const node = this.producers.get(source);
      if (node === undefined || node.domain !== '' || passed.length === MAX_HOPS) return undefined;
      if (node.opType !== 'Identity' && node.opType !== 'Transpose') return undefined;
      passed.push(node);
      source = node.inputs[0];
    }
    const tensor = this.constant(source)!;
    if (!isFloat(tensor.dtype) || tensor.location === 'missing') return undefined;
    let stored: StoredNumbers | undefined = {
      dtype: tensor.dtype,
      dims: tensor.dims,
      values: await readNumbers(tensor),
    };
    for (const node of passed.reverse()) {
      if (node.opType === 'Transpose') stored = stored && transposed(stored, permutation(node, stored));
    }
    return stored;
  }

  /** The numbers of a constant with one element for each of `size` channels, or one for all of them, whatever its shape. */
  async perChannel(value: string, size: number): Promise<Floats | undefined> {
    let source = value;
    for (let hop = 0; hop < MAX_HOPS && this.constant(source) === undefined; hop++) {
      const node = this.producers.get(source);
      if (node === undefined || node.domain !== '' || !SAME_VECTOR.has(node.opType)) return undefined;
      source = node.inputs[0];
    }
    const tensor = this.constant(source);
    if (tensor === undefined || !tensor.dims.every((d) => d === 1 || d === size)) return undefined;
    const elements = elementCount(tensor.dims);
    if (elements !== size && elements !== 1) return undefined;
    const values = (await this.numbers(source))?.values;
    return values?.length === 1 && size > 1 ? emptyLike(values, size).fill(values[0]) : values;
  }

  /** Makes an input of a node a stored constant with these numbers. */
  setNumbers(node: MutableNode, input: number, { dtype, dims, values }: StoredNumbers, hint: string): void {
    const old = node.inputs[input] ?? '';
    const own = old !== '' && this.readersOf(old) === 1 && this.constant(old) !== undefined;
    const name = own ? old : this.graph.freshName(old || hint);
    const tensor = floatTensor(name, dtype, dims, values);
    if (own) {
      const producer = this.producers.get(old);
      if (producer !== undefined) this.remove(producer);
      this.graph.initializers.set(name, tensor);
    } else {
      this.graph.addInitializer(tensor);
      this.setInput(node, input, name);
    }
  }

  /** Makes an input of a node another value; '' leaves it out. What nothing reads any more goes. */
  setInput(node: MutableNode, input: number, value: string): void {
    const old = node.inputs[input] ?? '';
    while (node.inputs.length < input) node.inputs.push('');
    node.inputs[input] = value;
    while (node.inputs.at(-1) === '') node.inputs.pop();
    if (value !== '') this.read(value);
    this.release(old);
  }

  /** Makes a node compute the value `name`, which its former producer no longer does. */
  setOutput(node: MutableNode, output: number, name: string): void {
    const old = node.outputs[output];
    if (old === name) return;
    this.producers.delete(old);
    this.graph.valueTypes.delete(old);
    node.outputs[output] = name;
    this.producers.set(name, node);
  }

  /** Takes a node out of the graph, and what it alone read. */
  remove(node: MutableNode): void {
    this.takeOut(node);
    for (const value of readBy(node)) this.release(value);
  }

  /** Puts a node right behind another one. */
  insertAfter(node: MutableNode, added: MutableNode): void {
    this.replaced.set(node, [...(this.replaced.get(node) ?? [node]), added]);
    this.count(added);
  }

  /** Brings the graph's list of nodes up to date. */
  finish(): void {
    const now = (node: MutableNode): readonly MutableNode[] =>
      this.replaced.get(node)?.flatMap((n) => (n === node ? n : now(n))) ?? [node];
    this.graph.nodes = this.graph.nodes.flatMap(now);
    this.replaced.clear();
  }

  private count(node: MutableNode): void {
    for (const o of node.outputs) if (o !== '') this.producers.set(o, node);
    for (const i of readBy(node)) this.read(i);
  }

  private read(value: string): void {
    this.readers.set(value, this.readersOf(value) + 1);
  }

  private takeOut(node: MutableNode): void {
    this.replaced.set(node, []);
    for (const o of node.outputs) if (this.producers.get(o) === node) this.producers.delete(o);
  }

  /** One reader less; with the last of them goes what computes the value, and so on upwards. */
  private release(released: string): void {
    const open = [released];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      if (value === '') continue;
      this.readers.set(value, this.readersOf(value) - 1);
      if (this.readersOf(value) > 0) continue;
      const node = this.producers.get(value);
      if (node?.outputs.some((o) => this.readersOf(o) > 0)) continue;
      if (node !== undefined) {
        this.takeOut(node);
        open.push(...readBy(node));
      }
      this.graph.initializers.delete(value);
      this.graph.valueTypes.delete(value);
    }
  }
}

function readBy(node: MutableNode): string[] {
  return [...node.inputs, ...capturedNames(node)].filter((name) => name !== '');
}

function permutation(node: MutableNode, { dims }: StoredNumbers): readonly number[] {
  const stated = node.attributes.get('perm');
  return stated?.type === 'ints' ? stated.value : dims.map((_, i) => dims.length - 1 - i);
}

/** Transpose (opset 1): axis i of the result is axis perm[i] of the source. */
function transposed({ dtype, dims, values }: StoredNumbers, perm: readonly number[]): StoredNumbers | undefined {
  if (perm.length !== dims.length || [...perm].sort((a, b) => a - b).some((a, i) => a !== i)) return undefined;
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = perm.map((axis) => dims[axis]);
  const steps = perm.map((axis) => strides[axis]);
  const result = emptyLike(values);
  const index = sizes.map(() => 0);
  for (let i = 0, from = 0; i < result.length; i++) {
    result[i] = values[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
  return { dtype, dims: sizes, values: result };
}
