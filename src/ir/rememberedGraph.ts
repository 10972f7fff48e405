import type { Attribute } from './attribute';
import { AttributedNode } from './attributedNode';
import { constantOf } from './constants';
import { ABSENT, type Graph, type Node, type ValueId, type ValueType } from './graph';
import type { NodeChange, StatedOtherwise } from './model';
import type { MutableGraph } from './mutableGraph';
import type { Origin } from './origin';
import type { Tensor } from './tensor';

const NO_CONSUMERS: readonly number[] = [];

/**
 * The same graph for who asks for every node again and again: nodes with their edges, readers and constants are made once and
 * kept, which takes some 200 bytes for each node.
 */
export function remembered(graph: Graph): RememberedGraph {
  return graph instanceof RememberedGraph ? graph : new RememberedGraph(graph);
}

export class RememberedGraph implements Graph {
  readonly name: string;
  readonly nodeCount: number;
  readonly valueCount: number;
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly initializers: readonly ValueId[];
  private readonly kept: (Node | undefined)[];
  private readonly readers: (readonly number[] | undefined)[];
  private readonly producers: Int32Array;
  /** Null for values that are no constants. */
  private readonly constants: (Tensor | null | undefined)[];
  /** Those that are stated otherwise. */
  private readonly types = new Map<ValueId, ValueType>();
  private readonly names = new Map<ValueId, string>();

  constructor(private readonly graph: Graph) {
    this.name = graph.name;
    this.nodeCount = graph.nodeCount;
    this.valueCount = graph.valueCount;
    this.opsets = graph.opsets;
    this.inputs = graph.inputs;
    this.outputs = graph.outputs;
    this.initializers = graph.initializers;
    this.kept = new Array<Node | undefined>(graph.nodeCount);
    this.readers = new Array<readonly number[] | undefined>(graph.valueCount);
    this.constants = new Array<Tensor | null | undefined>(graph.valueCount);
    this.producers = Int32Array.from({ length: graph.valueCount }, (_, v) => graph.producer(v));
  }

  node(index: number): Node {
    return (this.kept[index] ??= new RememberedNode(this.graph.node(index)));
  }

  /**
   * From now on nodes and values are stated otherwise; who got a node before keeps it as it was. The graph that this one remembers
   * does not change.
   */
  restate({ nodes, tensors, types, names }: StatedOtherwise): void {
    for (const [value, name] of names) {
      const node = this.node(this.producers[value]);
      const isNamedAlike = node.name === this.valueName(value);
      this.names.set(value, name);
      if (isNamedAlike) this.kept[node.index] = new RestatedNode(node, undefined, node.origin, name);
    }
    for (const [index, change] of nodes) {
      const node = this.restateNode(index, this.node(index).origin, change);
      const [value] = node.outputs;
      if (node.opType !== 'Constant') continue;
      this.constants[value] = constantOf('Constant', this.valueName(value), change.attributes, undefined) ?? null;
    }
    for (const [value, tensor] of tensors) this.constants[value] = tensor;
    for (const [value, type] of types) this.types.set(value, type);
  }

  /** From now on the nodes of a layer of the file have another origin. */
  rename(before: Origin, after: Origin): void {
    for (const { origin, index } of this.nodes()) if (origin === before) this.restateNode(index, after);
  }

  private restateNode(index: number, origin: Origin | undefined, change?: NodeChange): Node {
    return (this.kept[index] = new RestatedNode(this.node(index), change, origin));
  }

  *nodes(): Iterable<Node> {
    for (let i = 0; i < this.nodeCount; i++) yield this.node(i);
  }

  producer(value: ValueId): number {
    return value === ABSENT ? -1 : this.producers[value];
  }

  consumers(value: ValueId): readonly number[] {
    return value === ABSENT ? NO_CONSUMERS : (this.readers[value] ??= this.graph.consumers(value));
  }

  valueName(value: ValueId): string {
    return this.names.get(value) ?? this.graph.valueName(value);
  }

  /** Values that are named otherwise are found by the name that they had. */
  valueId(name: string): ValueId | undefined {
    return this.graph.valueId(name);
  }

  valueType(value: ValueId): ValueType | undefined {
    return this.types.get(value) ?? this.graph.valueType(value);
  }

  initializer(value: ValueId): Tensor | undefined {
    let tensor = this.constants[value];
    if (tensor === undefined) this.constants[value] = tensor = this.graph.initializer(value) ?? null;
    return tensor ?? undefined;
  }

  toMutable(): MutableGraph {
    return this.graph.toMutable();
  }
}

class RememberedNode extends AttributedNode implements Node {
  readonly index: number;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly origin?: Origin;

  constructor(private readonly node: Node) {
    super();
    this.index = node.index;
    this.opType = node.opType;
    this.domain = node.domain;
    this.inputs = node.inputs;
    this.outputs = node.outputs;
    this.origin = node.origin;
  }

  get overload(): string {
    return this.node.overload;
  }
  get name(): string {
    return this.node.name;
  }
  get attributeNames(): readonly string[] {
    return this.node.attributeNames;
  }

  attr(name: string): Attribute | undefined {
    return this.node.attr(name);
  }
}

/** A node that computes in another way, or is from another place of the file. */
class RestatedNode extends AttributedNode implements Node {
  readonly index: number;
  readonly opType: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly attributeNames: readonly string[];
  private readonly attributes: ReadonlyMap<string, Attribute>;

  constructor(
    node: Node,
    change: NodeChange | undefined,
    readonly origin: Origin | undefined,
    readonly name = node.name,
  ) {
    super();
    ({ index: this.index, domain: this.domain, overload: this.overload } = node);
    ({ inputs: this.inputs, outputs: this.outputs } = node);
    this.opType = change?.opType ?? node.opType;
    this.attributes = change?.attributes ?? new Map(node.attributeNames.map((name) => [name, node.attr(name)!]));
    this.attributeNames = [...this.attributes.keys()];
  }

  attr(name: string): Attribute | undefined {
    return this.attributes.get(name);
  }
}
