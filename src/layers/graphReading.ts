import { ABSENT, type Dim, type Graph, type Node, type ValueId, type ValueType } from '../ir/graph';
import type { FactOf } from '../ir/inferTypes';
import { staticDims } from '../ir/inference/dims';
import { elementCount, type Tensor } from '../ir/tensor';
import { floatsAtHand, integersAtHand } from '../ir/tensorValues';

/** What inference says of each value (`inferFacts`), or the types of values by name. */
export type ValueTypes = FactOf | ReadonlyMap<string, ValueType>;

const enum Kind {
  Data,
  /** Does not depend on the model's inputs. */
  Constant,
  /** Depends on the sizes of the inputs only: what Reshape, Expand and Slice are told. */
  Sizes,
}

/** They compute features, also in a file that has its input as a constant. */
const convolutions = new Set(['Conv', 'ConvTranspose', 'ConvInteger', 'QLinearConv', 'DeformConv']);

const randomOperators = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

/** Hops through which a constant is followed to the tensor that holds its numbers. */
const MAX_HOPS = 8;

/** Operators that hand a constant on with the same numbers, if in another shape or type. */
const sameNumbers = new Set([
  'Identity',
  'Cast',
  'CastLike',
  'Reshape',
  'Unsqueeze',
  'Squeeze',
  'Flatten',
  'Transpose',
]);

/** Operators of several domains that round to a grid: other numbers, the same shape. */
export const quantizers: ReadonlySet<string> = new Set([
  'Quant',
  'BipolarQuant',
  'Trunc',
  'QuantizeLinear',
  'DequantizeLinear',
]);

/** Questions that recognition asks of a graph: what is data and what a parameter, ranks, small constants, uses. */
export class GraphReading {
  readonly opset: number;
  private readonly kinds: Uint8Array;
  private readonly outputs: ReadonlySet<ValueId>;
  private readonly factOf: FactOf;
  private readonly scalars = new Map<ValueId, number | undefined>();

  constructor(
    readonly graph: Graph,
    types: ValueTypes = new Map(),
  ) {
    this.factOf = typeof types === 'function' ? types : (v) => types.get(graph.valueName(v));
    this.opset = graph.opsets.get('') ?? 1;
    this.outputs = new Set(graph.outputs);
    this.kinds = kindsOf(graph);
  }

  /** Forgets the numbers of constants, which may be others now. */
  forgetNumbers(): void {
    this.scalars.clear();
  }

  /** True when what a node computes is as much data, sizes or constant as it was before the node was stated otherwise. */
  isOfSameKind(node: Node): boolean {
    const kind = kindOfNode(node, this.kinds);
    return node.outputs.every((v) => v === ABSENT || this.graph.producer(v) !== node.index || this.kinds[v] === kind);
  }

  /** Values that were something else of data, sizes and constants in an earlier reading of the graph. */
  otherKinds(before: GraphReading): readonly ValueId[] {
    const others: ValueId[] = [];
    for (let v = 0; v < this.kinds.length; v++) if (this.kinds[v] !== before.kinds[v]) others.push(v);
    return others;
  }

  isConstant(value: ValueId): boolean {
    return value !== ABSENT && this.kinds[value] === Kind.Constant;
  }

  /** True for what is computed from the numbers of the model's inputs, not from constants or sizes alone. */
  isData(value: ValueId): boolean {
    return value !== ABSENT && this.kinds[value] === Kind.Data;
  }

  isOutput(value: ValueId): boolean {
    return this.outputs.has(value);
  }

  /** The only node that reads the value; -1 when there are several or none, or when the graph gives the value out. */
  soleConsumer(value: ValueId): number {
    if (this.outputs.has(value)) return -1;
    const consumers = this.graph.consumers(value);
    return consumers.length === 1 ? consumers[0] : -1;
  }

  /** A broken node may lack the input that is asked about. */
  producer(value: ValueId | undefined): Node | undefined {
    const index = value === undefined ? -1 : this.graph.producer(value);
    return index < 0 ? undefined : this.graph.node(index);
  }

  shape(value: ValueId | undefined): readonly Dim[] | undefined {
    if (value === undefined || value === ABSENT) return undefined;
    return this.factOf(value)?.shape ?? this.graph.valueType(value)?.shape;
  }

  rank(value: ValueId): number | undefined {
    return this.shape(value)?.length;
  }

  /** Size of one axis (negative counts from the end) where it is known as a number; quantizers keep sizes. */
  size(value: ValueId, axis: number): number | undefined {
    for (let v = value, hop = 0; hop < MAX_HOPS && v !== ABSENT; hop++) {
      const shape = this.shape(v);
      const dim = shape?.[axis < 0 ? shape.length + axis : axis];
      if (typeof dim === 'number') return dim;
      const node = this.producer(v);
      if (node === undefined || !quantizers.has(node.opType)) return undefined;
      v = node.inputs[0] ?? ABSENT;
    }
    return undefined;
  }

  /** Sizes of a constant, or of a parameter that is fed from outside, where all are known. */
  parameterDims(value: ValueId): readonly number[] | undefined {
    if (!this.isConstant(value) && !this.isFed(value)) return undefined;
    const shape = this.graph.initializer(value)?.dims ?? this.shape(value);
    return shape?.every((d): d is number => typeof d === 'number') ? shape : undefined;
  }

  /** An input of the graph, at most in another shape or type: parameters, in graphs that hold none themselves. */
  private isFed(value: ValueId): boolean {
    let v = value;
    for (let hop = 0; hop < MAX_HOPS && v !== ABSENT; hop++) {
      const node = this.producer(v);
      if (node === undefined) return this.isData(v);
      if (node.domain !== '' || !sameNumbers.has(node.opType)) return false;
      v = node.inputs[0] ?? ABSENT;
    }
    return false;
  }

  /** The tensor that holds a constant's numbers, looked for through nodes that only reshape or cast it. */
  constantTensor(value: ValueId): Tensor | undefined {
    const source = this.constantSource(value);
    return source === ABSENT ? undefined : this.graph.initializer(source);
  }

  /** The initializer or Constant behind a constant, through nodes that only reshape or cast; else ABSENT. */
  constantSource(value: ValueId): ValueId {
    let v = value;
    for (let hop = 0; hop < MAX_HOPS && v !== ABSENT; hop++) {
      if (this.graph.initializer(v) !== undefined) return v;
      const node = this.producer(v);
      if (node === undefined || node.domain !== '' || !sameNumbers.has(node.opType)) return ABSENT;
      v = node.inputs[0] ?? ABSENT;
    }
    return ABSENT;
  }

  /** The value before nodes that only reshape or cast it. */
  unshaped(value: ValueId): ValueId {
    let v = value;
    for (let hop = 0; hop < MAX_HOPS && this.graph.initializer(v) === undefined; hop++) {
      const node = this.producer(v);
      if (node === undefined || node.domain !== '' || !sameNumbers.has(node.opType)) break;
      v = node.inputs[0] ?? ABSENT;
    }
    return v;
  }

  /** The number of a constant with one element that is at hand. */
  scalar(value: ValueId): number | undefined {
    if (!this.isConstant(value)) return undefined;
    let number = this.scalars.get(value);
    if (number !== undefined || this.scalars.has(value)) return number;
    const tensor = this.constantTensor(value);
    if (tensor !== undefined && elementCount(tensor.dims) === 1) number = floatsAtHand(tensor)?.[0];
    this.scalars.set(value, number);
    return number;
  }

  /** The integers of a constant, or of what follows from sizes. */
  integers(value: ValueId): readonly number[] | undefined {
    if (value === ABSENT || this.isData(value)) return undefined;
    const stated = this.isConstant(value) ? integersAtHand(this.constantTensor(value)) : undefined;
    return stated ?? staticDims(this.factOf(value)?.data);
  }

  /** Axes of a reduction: an attribute, later an input; undefined means all, null that the file does not say. */
  reducedAxes(node: Node): readonly number[] | undefined | null {
    const stated = node.ints('axes');
    if (stated !== undefined) return stated;
    const input = node.inputs[1] ?? ABSENT;
    return input === ABSENT ? undefined : (this.integers(input) ?? null);
  }
}

/** One pass in topological order over all nodes. */
function kindsOf(graph: Graph): Uint8Array {
  const kinds = new Uint8Array(graph.valueCount);
  for (const v of graph.initializers) kinds[v] = Kind.Constant;
  for (const v of graph.inputs) kinds[v] = Kind.Data;
  for (let i = 0; i < graph.nodeCount; i++) {
    const node = graph.node(i);
    const kind = kindOfNode(node, kinds);
    if (kind !== Kind.Data) for (const v of node.outputs) if (v !== ABSENT && graph.producer(v) === i) kinds[v] = kind;
  }
  return kinds;
}

function kindOfNode(node: Node, kinds: Uint8Array): Kind {
  const { opType, domain } = node;
  if (domain === '') {
    const first = kinds[node.inputs[0] ?? ABSENT] ?? Kind.Data;
    if (opType === 'Constant') return Kind.Constant;
    if (opType === 'Shape' || opType === 'Size') return first === Kind.Constant ? Kind.Constant : Kind.Sizes;
    if (randomOperators.has(opType) || convolutions.has(opType)) return Kind.Data;
    // the other input says no more than which type
    if (opType === 'CastLike') return first;
    // their bodies may read anything
    if (opType === 'If' || opType === 'Loop' || opType === 'Scan') return Kind.Data;
  }
  let kind = Kind.Data;
  for (const v of node.inputs) {
    if (v === ABSENT) continue;
    if (kinds[v] === Kind.Data) return Kind.Data;
    kind = Math.max(kind, kinds[v]);
  }
  return kind;
}
