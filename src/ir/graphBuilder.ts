import type { Attribute } from './attribute';
import { ColumnarGraph, type Columns, type NodeTexts, type Words } from './columnarGraph';
import { NameTable, withRoom, WordList, type LazyType } from './columns';
import { constantOf, makesConstants } from './constants';
import { ABSENT, type Graph, type ValueId, type ValueType } from './graph';
import type { Origin } from './origin';
import type { Tensor } from './tensor';

const NO_ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map();
const NO_CONSTANTS: ReadonlyMap<ValueId, Tensor> = new Map();

/**
 * Names and attributes of nodes may stay in the file until somebody asks: a reader passes functions of the node's index, in
 * the order in which the nodes were added.
 */
export interface LazyNodeParts {
  name?(index: number): string;
  /** The name of a value that was added without one. */
  valueName?(value: ValueId): string;
  attributes?(index: number): ReadonlyMap<string, Attribute>;
  /** The constant that was added as a place in the file. */
  tensor?(value: ValueId, place: number, names: Pick<GraphBuilder, 'valueName'>): Tensor;
}

/** What a reader says of one node when it adds it. */
export interface NodeEntry {
  readonly opType: string;
  readonly domain?: string;
  /** Which of several model-local functions of this domain and name is called (IR version 10). */
  readonly overload?: string;
  readonly name?: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly attributes?: ReadonlyMap<string, Attribute>;
  /** Values of this graph that only the node's subgraphs read. */
  readonly captured?: readonly ValueId[];
  readonly origin?: Origin;
}

/**
 * Collects a graph in columns: strings interned, edges in growing Int32Arrays. One object per node is slower than
 * decoding the whole file with protobufjs at 100 000 nodes; columns are three times faster.
 */
export class GraphBuilder implements NodeTexts {
  /** Values in the order of the signature: to be appended to. */
  readonly inputs: ValueId[] = [];
  readonly outputs: ValueId[] = [];
  /** Types that are declared. */
  readonly types = new Map<ValueId, ValueType | LazyType>();
  /** Initializers: themselves, or their places for `LazyNodeParts.tensor`. */
  readonly initializers = new Map<ValueId, Tensor | number>();
  /** Readers that tell names apart by their bytes add values here, without a name where `LazyNodeParts.valueName` knows it. */
  readonly names: NameTable;
  private readonly opTypes: WordList;
  private readonly domains: WordList;
  /** See `Columns`: what is behind the last node's or value's entry has no meaning yet. */
  private edges: Int32Array;
  private starts: Int32Array;
  private splits: Int32Array;
  private producers: Int32Array;
  private edgeCount = 0;
  private readonly constantNodes: number[] = [];
  private readonly overloads = new Map<number, string>();
  private readonly nodeNames: (string | undefined)[] = [];
  private readonly nodeAttributes: (ReadonlyMap<string, Attribute> | undefined)[] = [];
  private readonly origins = new Map<number, Origin>();
  private readonly captured = new Map<number, readonly ValueId[]>();

  /**
   * @param room how many nodes or values there may be; there may be more. Memory that nothing is written to costs addresses only.
   * @param opsets may be filled in later
   */
  constructor(
    public name = '',
    private readonly lazy: LazyNodeParts = {},
    room = 16,
    readonly opsets = new Map<string, number>(),
  ) {
    this.opTypes = new WordList(room);
    this.domains = new WordList(room);
    this.edges = new Int32Array(3 * room);
    this.starts = new Int32Array(room + 1);
    this.splits = new Int32Array(room);
    this.producers = new Int32Array(room);
    this.names = new NameTable(lazy);
  }

  get nodeCount(): number {
    return this.opTypes.length;
  }

  /** The id of the value with this name, made on first sight; '' is ABSENT. */
  value(name: string): ValueId {
    if (name === '') return ABSENT;
    return this.names.idOf(name) ?? this.names.add(name);
  }

  valueName(value: ValueId): string {
    return this.names.nameOf(value);
  }

  /** What a message calls a node added so far: its name, else its operator and first output. */
  nodeTitle(index: number): string {
    const name = this.nodeNames[index] ?? this.lazy.name?.(index);
    if (name) return `"${name}"`;
    const start = this.splits[index];
    const output = start < this.starts[index + 1] ? this.valueName(this.edges[start]) : '';
    return `${this.opTypes.at(index) || index}${output ? ` -> "${output}"` : ''}`;
  }

  /** The id of the value with this name; undefined where there is none. */
  known(name: string): ValueId | undefined {
    return this.names.idOf(name);
  }

  /** True when a node added so far computes the value. */
  isProduced(value: ValueId): boolean {
    return this.producer(value) >= 0;
  }

  /** The node added so far that computes the value, -1 for none. */
  producer(value: ValueId): number {
    return value !== ABSENT && value < this.producers.length ? this.producers[value] - 1 : -1;
  }

  tensor(value: ValueId): Tensor | undefined {
    const tensor = this.initializers.get(value);
    if (typeof tensor !== 'number') return tensor;
    const found = this.lazy.tensor!(value, tensor, this);
    this.initializers.set(value, found);
    return found;
  }

  /** Returns the node's index. A value computed twice keeps its first producer; the reader reports the second. */
  addNode(entry: NodeEntry): number {
    const index = this.opTypes.length;
    const { opType, domain = '', inputs, outputs, attributes, captured } = entry;
    this.opTypes.push(opType);
    this.domains.push(domain);
    let edge = this.edgeCount;
    const end = edge + inputs.length + outputs.length;
    if (end > this.edges.length) this.edges = withRoom(this.edges, end);
    if (index === this.splits.length) {
      this.splits = withRoom(this.splits, index);
      this.starts = withRoom(this.starts, index + 1);
    }
    if (this.names.size > this.producers.length) this.producers = withRoom(this.producers, this.names.size);
    const { edges, producers } = this;
    for (let i = 0; i < inputs.length; i++) edges[edge++] = inputs[i];
    this.splits[index] = edge;
    for (let i = 0; i < outputs.length; i++) {
      const value = outputs[i];
      edges[edge++] = value;
      if (value !== ABSENT && producers[value] === 0) producers[value] = index + 1;
    }
    this.starts[index + 1] = this.edgeCount = end;
    if (attributes !== undefined) {
      this.nodeAttributes[index] = attributes;
      if (makesConstants(opType, domain)) this.constantNodes.push(index);
    }
    if (captured !== undefined && captured.length > 0) this.captured.set(index, captured);
    if (entry.name !== undefined) this.nodeNames[index] = entry.name;
    if (entry.origin !== undefined) this.origins.set(index, entry.origin);
    if (entry.overload) this.overloads.set(index, entry.overload);
    return index;
  }

  /**
   * @param order indices of all nodes in the order that the graph shall have them, where it is not the order they were added in
   */
  build(order?: Int32Array): Graph {
    if (this.names.size > this.producers.length) this.producers = withRoom(this.producers, this.names.size);
    const inputs: ValueId[] = [];
    for (const v of this.inputs) if (!this.initializers.has(v)) inputs.push(v);
    const { name, opsets, names, types, initializers, outputs, opTypes, domains, overloads } = this;
    const { edges, starts, splits, producers, origins, captured } = this;
    const columns: Columns = {
      name,
      opsets,
      names,
      types,
      initializers,
      constants: NO_CONSTANTS,
      inputs,
      outputs,
      opTypes,
      domains,
      overloads,
      edges,
      starts,
      splits,
      producers,
      texts: this,
      origins,
      captured,
    };
    const ordered = order ? reordered(columns, order) : columns;
    if (this.constantNodes.length === 0) return new ColumnarGraph(ordered);
    return new ColumnarGraph({ ...ordered, constants: this.constants(columns) });
  }

  nodeName(index: number): string {
    return this.nodeNames[index] ?? this.lazy.name?.(index) ?? '';
  }

  attributes(index: number): ReadonlyMap<string, Attribute> {
    return this.nodeAttributes[index] ?? this.lazy.attributes?.(index) ?? NO_ATTRIBUTES;
  }

  /** Values that Constant and ConstantOfShape nodes compute, nodes in the order they were added. */
  private constants({ edges, starts, splits }: Columns): Map<ValueId, Tensor> {
    const constants = new Map<ValueId, Tensor>();
    const make = (index: number) => {
      const output = splits[index] < starts[index + 1] ? edges[splits[index]] : ABSENT;
      if (output === ABSENT || this.initializers.has(output) || this.producers[output] !== index + 1) return;
      const input = starts[index] < splits[index] ? edges[starts[index]] : ABSENT;
      const shape = this.tensor(input) ?? constants.get(input);
      const tensor = constantOf(this.opTypes.at(index), this.valueName(output), this.nodeAttributes[index]!, shape);
      if (tensor) constants.set(output, tensor);
    };
    // in two rounds, since the shape of a ConstantOfShape may be a Constant that an unsorted file states later
    for (const index of this.constantNodes) if (this.opTypes.at(index) === 'Constant') make(index);
    for (const index of this.constantNodes) if (this.opTypes.at(index) !== 'Constant') make(index);
    return constants;
  }
}

/** The same columns with node order[i] in place i. */
function reordered(columns: Columns, order: Int32Array): Columns {
  const { texts } = columns;
  const place = new Int32Array(order.length);
  order.forEach((from, to) => (place[from] = to));
  const edges = new Int32Array(columns.starts[order.length]);
  const starts = new Int32Array(order.length + 1);
  const splits = new Int32Array(order.length);
  let next = 0;
  order.forEach((from, to) => {
    starts[to] = next;
    splits[to] = next + columns.splits[from] - columns.starts[from];
    edges.set(columns.edges.subarray(columns.starts[from], columns.starts[from + 1]), next);
    next += columns.starts[from + 1] - columns.starts[from];
  });
  starts[order.length] = next;
  const moved = <T>(map: ReadonlyMap<number, T>) => new Map([...map].map(([index, value]) => [place[index], value]));
  return {
    ...columns,
    opTypes: wordsInOrder(columns.opTypes, order),
    domains: wordsInOrder(columns.domains, order),
    overloads: moved(columns.overloads),
    edges,
    starts,
    splits,
    producers: columns.producers.map((node) => (node === 0 ? 0 : place[node - 1] + 1)),
    texts: {
      tensor: (value) => texts.tensor(value),
      nodeName: (i) => texts.nodeName(order[i]),
      attributes: (i) => texts.attributes(order[i]),
    },
    origins: moved(columns.origins),
    captured: moved(columns.captured),
  };
}

function wordsInOrder(words: Words, order: Int32Array): Words {
  return { length: words.length, at: (index) => words.at(order[index]) };
}
