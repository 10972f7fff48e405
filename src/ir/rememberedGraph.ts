import type { Attribute } from './attribute';
import { AttributedNode } from './attributedNode';
import { constantOf, makesConstants } from './constants';
import { ABSENT, type Graph, type Node, type ValueId, type ValueType } from './graph';
import type { StatedOtherwise } from './model';
import type { MutableGraph, MutableNode, ValueDeclaration } from './mutableGraph';
import type { Origin } from './origin';
import type { Tensor } from './tensor';

const NO_CONSUMERS: readonly number[] = [];

/**
 * The same graph for who asks for every node again and again: nodes with their edges, readers and constants are made once and
 * kept, which takes some 200 bytes for each node.
 */
export function remembered(graph: Graph): RememberedGraph {
  return graph instanceof RememberedGraph ? graph : RememberedGraph.of(graph);
}

/** Other nodes of a graph whose inputs and names of outputs stay. Values are known by name. */
export interface OtherNodes {
  /** For each node the index that it had, in the same order; -1 for one that is added. */
  readonly kept: Int32Array;
  /** In their order. */
  readonly added: readonly MutableNode[];
  /** All of them, in the order of the graph. */
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly outputs: readonly ValueDeclaration[];
  /** Declared types of what the added nodes compute. */
  readonly types: ReadonlyMap<string, ValueType>;
  readonly opsets: ReadonlyMap<string, number>;
}

/** A graph with other nodes. */
export interface GraphOfOtherNodes {
  readonly graph: RememberedGraph;
  /** Initializers that are others than before. */
  readonly tensors: readonly ValueId[];
}

export class RememberedGraph implements Graph {
  readonly name: string;
  readonly nodeCount: number;
  readonly valueCount: number;
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly initializers: readonly ValueId[];
  private readonly kept: (RememberedNode | StatedNode | undefined)[];
  private readonly readers: (readonly number[] | undefined)[];
  private readonly producers: Int32Array;
  /** Null for values that are no constants. */
  private readonly constants: (Tensor | null | undefined)[];
  /** Those that are stated otherwise. */
  private readonly types: Map<ValueId, ValueType | null>;
  private readonly names: Map<ValueId, string>;
  /** Where names lead that do not lead where they did in the graph. */
  private readonly ids: ReadonlyMap<string, ValueId | undefined>;

  /** @param parts what is known already, where the graph has come to have other nodes */
  private constructor(
    private readonly graph: Graph,
    parts: Parts,
  ) {
    this.name = graph.name;
    this.inputs = graph.inputs;
    ({ opsets: this.opsets, outputs: this.outputs, initializers: this.initializers } = parts);
    ({ kept: this.kept, readers: this.readers, constants: this.constants, producers: this.producers } = parts);
    ({ types: this.types, names: this.names, ids: this.ids } = parts);
    this.nodeCount = this.kept.length;
    this.valueCount = this.producers.length;
  }

  static of(graph: Graph): RememberedGraph {
    return new RememberedGraph(graph, {
      opsets: graph.opsets,
      outputs: graph.outputs,
      initializers: graph.initializers,
      kept: new Array<RememberedNode | undefined>(graph.nodeCount),
      readers: new Array<readonly number[] | undefined>(graph.valueCount),
      constants: new Array<Tensor | null | undefined>(graph.valueCount),
      producers: Int32Array.from({ length: graph.valueCount }, (_, v) => graph.producer(v)),
      types: new Map(),
      names: new Map(),
      ids: new Map(),
    });
  }

  node(index: number): RememberedNode | StatedNode {
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
      if (isNamedAlike) this.restateNode(node, { name });
    }
    for (const [index, change] of nodes) {
      const node = this.restateNode(this.node(index), {
        opType: change.opType,
        attributes: change.attributes,
      });
      const [value] = node.outputs;
      if (node.opType !== 'Constant') continue;
      this.constants[value] = constantOf('Constant', this.valueName(value), change.attributes, undefined) ?? null;
    }
    for (const [value, tensor] of tensors) this.constants[value] = tensor;
    for (const [value, type] of types) this.types.set(value, type);
  }

  /** From now on the nodes of a layer of the file have another origin. */
  rename(before: Origin, after: Origin): void {
    for (const { origin, index } of this.nodes())
      if (origin === before) this.restateNode(this.node(index), { origin: after });
  }

  private restateNode(node: Node, change: Partial<NodeWords>): Node {
    const { index, opType, domain, overload, name, origin } = node;
    const attributes = change.attributes ?? attributesOf(node);
    const words = { opType, domain, overload, name, origin, ...change, attributes };
    return (this.kept[index] = new StatedNode(index, words, node.inputs, node.outputs));
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

  /** Values that were restated with another name are found by the one that they had. */
  valueId(name: string): ValueId | undefined {
    return this.ids.has(name) ? this.ids.get(name) : this.graph.valueId(name);
  }

  valueType(value: ValueId): ValueType | undefined {
    const type = this.types.get(value);
    if (type !== undefined && type !== null) return type;
    if (type === undefined && value < this.graph.valueCount) return this.graph.valueType(value);
    const tensor = this.initializer(value);
    return tensor && { kind: 'tensor', dtype: tensor.dtype, shape: tensor.dims };
  }

  initializer(value: ValueId): Tensor | undefined {
    let tensor = this.constants[value];
    if (tensor === undefined) this.constants[value] = tensor = this.graph.initializer(value) ?? null;
    return tensor ?? undefined;
  }

  /**
   * The graph with other nodes. Values keep their numbers, those that nobody computes any more among them; new ones come behind
   * them.
   */
  withNodes({ kept, added, initializers, outputs, types, opsets }: OtherNodes): GraphOfOtherNodes {
    const parts = {
      opsets,
      outputs: [...this.outputs],
      initializers: [] as ValueId[],
      kept: [] as (RememberedNode | StatedNode)[],
      constants: this.constants.slice(),
      types: new Map(this.types),
      names: new Map(this.names),
      ids: this.idsByName(),
    };
    let valueCount = this.valueCount;
    const idOf = (name: string): ValueId => {
      if (name === '') return ABSENT;
      const known = parts.ids.has(name) ? parts.ids.get(name) : this.graph.valueId(name);
      if (known !== undefined) return known;
      parts.ids.set(name, valueCount);
      parts.names.set(valueCount, name);
      parts.constants[valueCount] = null;
      return valueCount++;
    };
    const tensors: ValueId[] = [];
    for (const [name, tensor] of initializers) {
      const value = idOf(name);
      parts.initializers.push(value);
      if (value < this.valueCount && this.initializer(value) === tensor) continue;
      tensors.push(value);
      parts.constants[value] = tensor;
      parts.types.set(value, null);
    }
    let next = 0;
    for (let i = 0; i < kept.length; i++) {
      if (kept[i] >= 0) {
        const node = this.node(kept[i]);
        parts.kept.push(kept[i] === i ? node : node.at(i));
        continue;
      }
      const node = added[next++];
      parts.kept.push(new StatedNode(i, node, node.inputs.map(idOf), node.outputs.map(idOf)));
      node.outputs.forEach((name) => {
        const value = idOf(name);
        parts.constants[value] = null;
        parts.types.set(value, types.get(name) ?? null);
      });
    }
    for (const node of parts.kept) {
      if (kept[node.index] >= 0 || !makesConstants(node.opType, node.domain)) continue;
      const shape = parts.constants[node.inputs[0] ?? ABSENT] ?? undefined;
      const [value] = node.outputs;
      const name = parts.names.get(value) ?? this.valueName(value);
      parts.constants[value] = constantOf(node.opType, name, attributesOf(node), shape) ?? null;
    }
    outputs.forEach(({ type }, i) => parts.types.set(this.outputs[i], type.kind === 'unknown' ? null : type));
    return {
      graph: new RememberedGraph(this.graph, { ...parts, ...edgesOf(parts.kept, valueCount) }),
      tensors,
    };
  }

  /** Where names lead that values have now, and that they had. */
  private idsByName(): Map<string, ValueId | undefined> {
    const ids = new Map(this.ids);
    for (const [name, value] of ids)
      if (value !== undefined && this.valueName(value) !== name) ids.set(name, undefined);
    for (const value of this.names.keys())
      if (value < this.graph.valueCount) ids.set(this.graph.valueName(value), undefined);
    for (const [value, name] of this.names) ids.set(name, value);
    return ids;
  }

  toMutable(): MutableGraph {
    return this.graph.toMutable();
  }
}

/** What such a graph holds. */
interface Parts {
  readonly opsets: ReadonlyMap<string, number>;
  readonly outputs: readonly ValueId[];
  readonly initializers: readonly ValueId[];
  readonly kept: (RememberedNode | StatedNode | undefined)[];
  readonly readers: (readonly number[] | undefined)[];
  readonly producers: Int32Array;
  readonly constants: (Tensor | null | undefined)[];
  readonly types: Map<ValueId, ValueType | null>;
  readonly names: Map<ValueId, string>;
  readonly ids: ReadonlyMap<string, ValueId | undefined>;
}

function edgesOf(nodes: readonly Node[], valueCount: number): Pick<Parts, 'producers' | 'readers'> {
  const producers = new Int32Array(valueCount).fill(-1);
  const lists = new Array<number[] | undefined>(valueCount).fill(undefined);
  for (const { index, inputs, outputs } of nodes) {
    for (const value of outputs) if (value !== ABSENT && producers[value] < 0) producers[value] = index;
    for (const value of inputs) {
      if (value === ABSENT) continue;
      const list = lists[value];
      if (list === undefined) lists[value] = [index];
      else if (list[list.length - 1] !== index) list.push(index);
    }
  }
  return { producers, readers: lists.map((list) => list ?? NO_CONSUMERS) };
}

class RememberedNode extends AttributedNode implements Node {
  readonly index: number;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly origin?: Origin;

  constructor(
    private readonly node: Node,
    index = node.index,
  ) {
    super();
    this.index = index;
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

  at(index: number): RememberedNode {
    return new RememberedNode(this.node, index);
  }
}

/** What a node says beside its edges. */
type NodeWords = Pick<Node, 'opType' | 'domain' | 'name' | 'origin'> & {
  readonly overload?: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
};

/** A node that computes in another way, is from another place of the file, or was added. */
class StatedNode extends AttributedNode implements Node {
  readonly opType: string;
  readonly domain: string;
  readonly overload: string;
  readonly name: string;
  readonly attributeNames: readonly string[];
  readonly origin?: Origin;

  constructor(
    readonly index: number,
    private readonly words: NodeWords,
    readonly inputs: readonly ValueId[],
    readonly outputs: readonly ValueId[],
  ) {
    super();
    ({ opType: this.opType, domain: this.domain, name: this.name, origin: this.origin } = words);
    this.overload = words.overload ?? '';
    this.attributeNames = [...words.attributes.keys()];
  }

  attr(name: string): Attribute | undefined {
    return this.words.attributes.get(name);
  }

  at(index: number): StatedNode {
    return new StatedNode(index, this.words, this.inputs, this.outputs);
  }
}

function attributesOf(node: Node): ReadonlyMap<string, Attribute> {
  return new Map(node.attributeNames.map((name) => [name, node.attr(name)!]));
}
