import type { Attribute } from './attribute';
import { AttributedNode } from './attributedNode';
import type { LazyType, NameTable, WordList } from './columns';
import { ABSENT, type Graph, type Node, type ValueId, type ValueType } from './graph';
import { MutableGraph } from './mutableGraph';
import type { Origin } from './origin';
import type { Tensor } from './tensor';

const NO_CONSUMERS: readonly number[] = [];

/** A part of a column as an array: several times faster than Array.from of a subarray, and asked for everywhere. */
function sliceOf(column: Int32Array, from: number, to: number): number[] {
  const slice = new Array<number>(to - from);
  for (let i = from; i < to; i++) slice[i - from] = column[i];
  return slice;
}

/** A column of words. */
export type Words = Pick<WordList, 'at' | 'length'>;

/** What a graph asks for when somebody asks for it. */
export interface NodeTexts {
  /** The value as an initializer. */
  tensor(value: ValueId): Tensor | undefined;
  nodeName(index: number): string;
  attributes(index: number): ReadonlyMap<string, Attribute>;
}

/** What a frozen graph is made of. Arrays may be longer than the graph needs. */
export interface Columns {
  readonly name: string;
  readonly opsets: ReadonlyMap<string, number>;
  readonly names: NameTable;
  readonly types: ReadonlyMap<ValueId, ValueType | LazyType>;
  readonly initializers: ReadonlyMap<ValueId, unknown>;
  readonly constants: ReadonlyMap<ValueId, Tensor>;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly opTypes: Words;
  readonly domains: Words;
  readonly overloads: ReadonlyMap<number, string>;
  /** Inputs then outputs of each node; node i owns starts[i] to starts[i + 1], its outputs begin at splits[i]. */
  readonly edges: Int32Array;
  readonly starts: Int32Array;
  readonly splits: Int32Array;
  /** By value: one more than the node that computes it, 0 for none. */
  readonly producers: Int32Array;
  readonly texts: NodeTexts;
  readonly origins: ReadonlyMap<number, Origin>;
  readonly captured: ReadonlyMap<number, readonly ValueId[]>;
}

/** A graph over columns. Nodes are views onto them. */
export class ColumnarGraph implements Graph {
  private consumerLists: { offsets: Int32Array; nodes: Int32Array } | undefined;

  constructor(private readonly columns: Columns) {}

  get name(): string {
    return this.columns.name;
  }
  get opsets(): ReadonlyMap<string, number> {
    return this.columns.opsets;
  }
  get nodeCount(): number {
    return this.columns.opTypes.length;
  }
  get valueCount(): number {
    return this.columns.names.size;
  }
  get inputs(): readonly ValueId[] {
    return this.columns.inputs;
  }
  get outputs(): readonly ValueId[] {
    return this.columns.outputs;
  }
  get initializers(): readonly ValueId[] {
    return [...this.columns.initializers.keys()];
  }

  node(index: number): Node {
    if (!(index >= 0 && index < this.nodeCount))
      throw new RangeError(`no node ${index} in a graph of ${this.nodeCount}`);
    return new ColumnarNode(this.columns, index);
  }

  *nodes(): Iterable<Node> {
    for (let i = 0; i < this.nodeCount; i++) yield new ColumnarNode(this.columns, i);
  }

  producer(value: ValueId): number {
    return value === ABSENT ? -1 : this.columns.producers[value] - 1;
  }

  consumers(value: ValueId): readonly number[] {
    if (value === ABSENT) return NO_CONSUMERS;
    const { offsets, nodes } = (this.consumerLists ??= this.collectConsumers());
    const from = offsets[value];
    const to = offsets[value + 1];
    return from === to ? NO_CONSUMERS : sliceOf(nodes, from, to);
  }

  valueName(value: ValueId): string {
    return this.columns.names.nameOf(value);
  }

  valueId(name: string): ValueId | undefined {
    return this.columns.names.idOf(name);
  }

  valueType(value: ValueId): ValueType | undefined {
    const stated = this.columns.types.get(value);
    const declared = typeof stated === 'function' ? stated() : stated;
    if (declared !== undefined) return declared;
    const tensor = this.initializer(value);
    return tensor && { kind: 'tensor', dtype: tensor.dtype, shape: tensor.dims };
  }

  initializer(value: ValueId): Tensor | undefined {
    return this.columns.texts.tensor(value) ?? this.columns.constants.get(value);
  }

  toMutable(): MutableGraph {
    return MutableGraph.from(this);
  }

  /** Compressed rows: the consumers of value v are nodes[offsets[v] .. offsets[v + 1]]. */
  private collectConsumers(): { offsets: Int32Array; nodes: Int32Array } {
    const offsets = new Int32Array(this.valueCount + 1);
    const lastReader = new Int32Array(this.valueCount).fill(-1);
    const eachRead = (visit: (value: ValueId, node: number) => void) => {
      lastReader.fill(-1);
      const once = (value: ValueId, node: number) => {
        if (value === ABSENT || lastReader[value] === node) return;
        lastReader[value] = node;
        visit(value, node);
      };
      const { edges, starts, splits, captured } = this.columns;
      for (let i = 0; i < this.nodeCount; i++) {
        for (let e = starts[i]; e < splits[i]; e++) once(edges[e], i);
        for (const v of captured.get(i) ?? []) once(v, i);
      }
    };
    eachRead((value) => offsets[value + 1]++);
    for (let v = 0; v < this.valueCount; v++) offsets[v + 1] += offsets[v];
    const next = offsets.slice(0, this.valueCount);
    const nodes = new Int32Array(offsets[this.valueCount]);
    eachRead((value, node) => (nodes[next[value]++] = node));
    return { offsets, nodes };
  }
}

class ColumnarNode extends AttributedNode implements Node {
  constructor(
    private readonly columns: Columns,
    readonly index: number,
  ) {
    super();
  }

  get opType(): string {
    return this.columns.opTypes.at(this.index);
  }
  get domain(): string {
    return this.columns.domains.at(this.index);
  }
  get overload(): string {
    return this.columns.overloads.get(this.index) ?? '';
  }
  get name(): string {
    return this.columns.texts.nodeName(this.index);
  }
  get inputs(): readonly ValueId[] {
    const { edges, starts, splits } = this.columns;
    return sliceOf(edges, starts[this.index], splits[this.index]);
  }
  get outputs(): readonly ValueId[] {
    const { edges, starts, splits } = this.columns;
    return sliceOf(edges, splits[this.index], starts[this.index + 1]);
  }
  get origin(): Origin | undefined {
    return this.columns.origins.get(this.index);
  }
  get attributeNames(): readonly string[] {
    return [...this.columns.texts.attributes(this.index).keys()];
  }

  attr(name: string): Attribute | undefined {
    return this.columns.texts.attributes(this.index).get(name);
  }
}
