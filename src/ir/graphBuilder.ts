import type { Attribute } from './attribute';
import { ColumnarGraph, type Columns, type Words } from './columnarGraph';
import { IntList, NameTable, WordList, type LazyType } from './columns';
import { constantOf, makesConstants } from './constants';
import { ABSENT, type Graph, type ValueId, type ValueType } from './graph';
import type { Origin } from './origin';
import type { Tensor } from './tensor';

const NO_ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map();

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
export class GraphBuilder {
  private readonly names: NameTable;
  private readonly types = new Map<ValueId, ValueType | LazyType>();
  private readonly tensors = new Map<ValueId, Tensor | number>();
  private readonly inputs: ValueId[] = [];
  private readonly outputs: ValueId[] = [];
  private readonly opTypes: WordList;
  private readonly domains: WordList;
  private readonly edges: IntList;
  /** Where each node's edges begin, and where those of the last one end. */
  private readonly starts: IntList;
  private readonly splits: IntList;
  private readonly producers: IntList;
  private readonly constantNodes: number[] = [];
  private readonly overloads = new Map<number, string>();
  private readonly nodeNames: (string | undefined)[] = [];
  private readonly attributes: (ReadonlyMap<string, Attribute> | undefined)[] = [];
  private readonly origins = new Map<number, Origin>();
  private readonly captured = new Map<number, readonly ValueId[]>();

  /**
   * @param room how many nodes there may be; there may be more
   * @param opsets may be filled in later
   */
  constructor(
    public name = '',
    private readonly lazy: LazyNodeParts = {},
    room?: number,
    readonly opsets = new Map<string, number>(),
  ) {
    this.opTypes = new WordList(room);
    this.domains = new WordList(room);
    this.edges = new IntList(room && 3 * room);
    this.starts = new IntList(room);
    this.splits = new IntList(room);
    this.producers = new IntList(room);
    this.names = new NameTable(lazy.valueName?.bind(lazy));
    this.starts.push(0);
  }

  get nodeCount(): number {
    return this.opTypes.length;
  }

  /** The id of the value with this name, made on first sight; '' is ABSENT. */
  value(name: string): ValueId {
    if (name === '') return ABSENT;
    return this.names.idOf(name) ?? this.names.add(name);
  }

  /**
   * The id of a value that has not been named so far: for readers that tell names apart by their bytes.
   * @param name left to `LazyNodeParts.valueName` when it is not given
   */
  newValue(name?: string): ValueId {
    return this.names.add(name);
  }

  valueName(value: ValueId): string {
    return this.names.nameOf(value);
  }

  /** What a message calls a node added so far: its name, else its operator and first output. */
  nodeTitle(index: number): string {
    const name = this.nodeNames[index] ?? this.lazy.name?.(index);
    if (name) return `"${name}"`;
    const start = this.splits.at(index);
    const output = start < this.starts.at(index + 1) ? this.valueName(this.edges.at(start)) : '';
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
    return value < this.producers.length ? this.producers.at(value) : -1;
  }

  isInitializer(value: ValueId): boolean {
    return this.tensors.has(value);
  }

  isDeclared(value: ValueId): boolean {
    return this.types.has(value);
  }

  declareType(value: ValueId, type: ValueType | LazyType): void {
    this.types.set(value, type);
  }

  addInput(value: ValueId): void {
    this.inputs.push(value);
  }

  addOutput(value: ValueId): void {
    this.outputs.push(value);
  }

  /** @param tensor itself, or its place for `LazyNodeParts.tensor` */
  addInitializer(value: ValueId, tensor: Tensor | number): void {
    this.tensors.set(value, tensor);
  }

  tensor(value: ValueId): Tensor | undefined {
    const tensor = this.tensors.get(value);
    if (typeof tensor !== 'number') return tensor;
    const found = this.lazy.tensor!(value, tensor, this);
    this.tensors.set(value, found);
    return found;
  }

  /** Returns the node's index. A value computed twice keeps its first producer; the reader reports the second. */
  addNode(entry: NodeEntry): number {
    const index = this.opTypes.length;
    this.opTypes.push(entry.opType);
    this.domains.push(entry.domain ?? '');
    const { inputs, outputs } = entry;
    const { edges, producers } = this;
    edges.pushAll(inputs);
    this.splits.push(edges.length);
    edges.pushAll(outputs);
    this.starts.push(edges.length);
    for (let i = 0; i < outputs.length; i++) {
      const value = outputs[i];
      if (value === ABSENT) continue;
      producers.fillTo(value + 1, -1);
      if (producers.at(value) < 0) producers.set(value, index);
    }
    if (entry.name !== undefined) this.nodeNames[index] = entry.name;
    if (entry.attributes !== undefined) this.attributes[index] = entry.attributes;
    if (entry.origin !== undefined) this.origins.set(index, entry.origin);
    if (entry.overload) this.overloads.set(index, entry.overload);
    if (entry.attributes !== undefined && makesConstants(entry.opType, entry.domain ?? ''))
      this.constantNodes.push(index);
    if (entry.captured !== undefined && entry.captured.length > 0) this.captured.set(index, entry.captured);
    return index;
  }

  /**
   * @param order indices of all nodes in the order that the graph shall have them, where it is not the order they were added in
   */
  build(order?: Int32Array): Graph {
    this.producers.fillTo(this.names.size, -1);
    const columns: Columns = {
      name: this.name,
      opsets: this.opsets,
      names: this.names,
      types: this.types,
      initializers: this.tensors,
      tensorOf: (value) => this.tensor(value),
      constants: new Map(),
      inputs: this.inputs.filter((v) => !this.tensors.has(v)),
      outputs: this.outputs,
      opTypes: this.opTypes,
      domains: this.domains,
      overloads: this.overloads,
      edges: this.edges.view(),
      starts: this.starts.view(),
      splits: this.splits.view(),
      producers: this.producers.view(),
      nodeName: (i) => this.nodeNames[i] ?? this.lazy.name?.(i) ?? '',
      nodeAttributes: (i) => this.attributes[i] ?? this.lazy.attributes?.(i) ?? NO_ATTRIBUTES,
      origins: this.origins,
      captured: this.captured,
    };
    if (this.constantNodes.length === 0) return new ColumnarGraph(order ? reordered(columns, order) : columns);
    return new ColumnarGraph({ ...(order ? reordered(columns, order) : columns), constants: this.constants(columns) });
  }

  /** Values that Constant and ConstantOfShape nodes compute, nodes in the order they were added. */
  private constants({ edges, starts, splits }: Columns): Map<ValueId, Tensor> {
    const constants = new Map<ValueId, Tensor>();
    const make = (index: number) => {
      const output = splits[index] < starts[index + 1] ? edges[splits[index]] : ABSENT;
      if (output === ABSENT || this.tensors.has(output) || this.producers.at(output) !== index) return;
      const input = starts[index] < splits[index] ? edges[starts[index]] : ABSENT;
      const shape = this.tensor(input) ?? constants.get(input);
      const tensor = constantOf(this.opTypes.at(index), this.valueName(output), this.attributes[index]!, shape);
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
  const place = new Int32Array(order.length);
  order.forEach((from, to) => (place[from] = to));
  const edges = new Int32Array(columns.edges.length);
  const starts = new Int32Array(columns.starts.length);
  const splits = new Int32Array(columns.splits.length);
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
    producers: columns.producers.map((index) => (index < 0 ? index : place[index])),
    nodeName: (i) => columns.nodeName(order[i]),
    nodeAttributes: (i) => columns.nodeAttributes(order[i]),
    origins: moved(columns.origins),
    captured: moved(columns.captured),
  };
}

function wordsInOrder(words: Words, order: Int32Array): Words {
  return { length: words.length, at: (index) => words.at(order[index]) };
}
