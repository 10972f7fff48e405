import type { Attribute } from './attribute';
import { AttributedNode } from './attributedNode';
import { constantOf, makesConstants } from './constants';
import { ABSENT, type Graph, type Node, type ValueId, type ValueType } from './graph';
import type { StatedOtherwise } from './model';
import { capturedNames, type MutableGraph, type MutableNode, type ValueDeclaration } from './mutableGraph';
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

/** A stretch of a list that has become another; all else stays, in its order. */
export interface Stretch {
  /** Index of its first element. */
  readonly at: number;
  readonly removed: number;
  readonly added: number;
}

/** The same of a graph's nodes, of which some may stay in the stretch. */
export interface NodeStretch extends Omit<Stretch, 'added'> {
  /** For each node that is there now the index that it had in the stretch before, rising; -1 for one that is added. */
  readonly kept: Int32Array;
}

/** The index that a node has now by the one that it had; -1 for one that is gone. */
export function indexNow({ at, removed, kept }: NodeStretch): (index: number) => number {
  const inside = new Int32Array(removed).fill(-1);
  kept.forEach((index, i) => index >= 0 && (inside[index - at] = at + i));
  const growth = kept.length - removed;
  return (index) => (index < at ? index : index < at + removed ? inside[index - at] : index + growth);
}

/** Other nodes of a graph whose inputs and names of outputs stay. Values are known by name. */
export interface OtherNodes extends NodeStretch {
  /** In their order. */
  readonly added: readonly MutableNode[];
  /** All of them, in the order of the graph. */
  readonly initializers: readonly Tensor[];
  readonly outputs: readonly ValueDeclaration[];
  /** Declared types of what the added nodes compute. */
  readonly types: ReadonlyMap<string, ValueType>;
  readonly opsets: ReadonlyMap<string, number>;
}

/** What is different around other nodes. */
export interface AroundNodes {
  /** What they, and those in whose place they are, read and compute. */
  readonly values: ReadonlySet<ValueId>;
  /** Initializers that are others than before, and the stretch of the graph's list that they are in. */
  readonly tensors: readonly ValueId[];
  readonly weights: Stretch;
}

export class RememberedGraph implements Graph {
  readonly name: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  opsets: ReadonlyMap<string, number>;
  initializers: readonly ValueId[];
  nodeCount: number;
  valueCount: number;
  private readonly kept: (RememberedNode | StatedNode | undefined)[];
  private readonly readers: (number[] | undefined)[];
  private producers: Int32Array;
  /** Null for values that are no constants. */
  private readonly constants: (Tensor | null | undefined)[];
  /** Those that are stated otherwise. */
  private readonly types = new Map<ValueId, ValueType | null>();
  private readonly names = new Map<ValueId, string>();
  /** Where names lead that do not lead where they did in the graph. */
  private readonly ids = new Map<string, ValueId | undefined>();
  /** The names by which values are found that have others by now. */
  private readonly foundBy = new Map<ValueId, string>();

  constructor(private readonly graph: Graph) {
    const { nodeCount, valueCount } = graph;
    ({ name: this.name, inputs: this.inputs, outputs: this.outputs } = graph);
    ({ opsets: this.opsets, initializers: this.initializers } = graph);
    this.nodeCount = nodeCount;
    this.valueCount = valueCount;
    this.kept = new Array<RememberedNode | undefined>(nodeCount);
    this.readers = new Array<number[] | undefined>(valueCount);
    this.constants = new Array<Tensor | null | undefined>(valueCount);
    this.producers = Int32Array.from({ length: valueCount }, (_, v) => graph.producer(v));
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
      const before = this.valueName(value);
      const isNamedAlike = node.name === before;
      if (!this.foundBy.has(value)) this.foundBy.set(value, before);
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
    for (let i = 0; i < this.nodeCount; i++)
      if (this.node(i).origin === before) this.restateNode(this.node(i), { origin: after });
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
    return value === ABSENT ? NO_CONSUMERS : (this.readers[value] ??= [...this.graph.consumers(value)]);
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
   * From now on some nodes are others. Values keep their numbers, those that nobody computes any more among them; new ones come
   * behind them. Nodes that stay are the same objects, with the index that they have now.
   */
  restructure(other: OtherNodes): AroundNodes {
    const { at, removed, kept, added, outputs, types } = other;
    this.makeAll();
    this.findByNames();
    this.opsets = other.opsets;
    const found = this.takeInitializers(other.initializers);
    const idOf = (name: string) => this.claimId(name);
    let next = 0;
    const before = this.kept.slice(at, at + removed) as (RememberedNode | StatedNode)[];
    const come: StatedNode[] = [];
    const now = Array.from(kept, (index, i) => {
      if (index >= 0) return before[index - at];
      const node = added[next++];
      const stated = new StatedNode(at + i, node, node.inputs.map(idOf), node.outputs.map(idOf));
      come.push(stated);
      return stated;
    });
    const stays = new Set(now);
    const gone = before.filter((node) => !stays.has(node));
    const captured = added.map((node) => capturedNames(node).map(idOf));
    const values = new Set(
      [...[...gone, ...come].flatMap(({ inputs, outputs }) => [...inputs, ...outputs]), ...captured.flat()].filter(
        (value) => value !== ABSENT,
      ),
    );
    this.moveEdges(other, values, gone, come, captured);
    spliced(this.kept, at, removed, now);
    this.nodeCount = this.kept.length;
    for (let i = at; i < this.nodeCount; i++) this.kept[i]!.index = i;
    added.forEach((node, i) => {
      come[i].outputs.forEach((value, k) => {
        if (value === ABSENT) return;
        this.constants[value] = null;
        this.types.set(value, types.get(node.outputs[k]) ?? null);
      });
    });
    for (const {
      opType,
      domain,
      inputs,
      outputs: [value],
      attributes,
    } of come) {
      if (!makesConstants(opType, domain)) continue;
      const shape = this.constants[inputs[0] ?? ABSENT] ?? undefined;
      this.constants[value] = constantOf(opType, this.valueName(value), attributes, shape) ?? null;
    }
    outputs.forEach(({ type }, i) => this.types.set(this.outputs[i], type.kind === 'unknown' ? null : type));
    return { values, ...found };
  }

  /** Nodes and readers, which are made when somebody asks, by the indices that they have had from the beginning. */
  private makeAll(): void {
    for (let i = 0; i < this.nodeCount; i++) this.node(i);
    for (let value = 0; value < this.valueCount; value++) this.consumers(value);
  }

  /** From now on values are found by the names that they have. */
  private findByNames(): void {
    for (const [value, name] of this.foundBy) if (this.valueId(name) === value) this.ids.set(name, undefined);
    for (const value of this.foundBy.keys()) this.ids.set(this.valueName(value), value);
    this.foundBy.clear();
  }

  private claimId(name: string): ValueId {
    if (name === '') return ABSENT;
    const known = this.valueId(name);
    if (known !== undefined) return known;
    const value = this.valueCount++;
    this.ids.set(name, value);
    this.names.set(value, name);
    this.constants[value] = null;
    this.readers[value] = [];
    return value;
  }

  private takeInitializers(tensors: readonly Tensor[]): Pick<AroundNodes, 'tensors' | 'weights'> {
    const { initializers, constants } = this;
    const shorter = Math.min(tensors.length, initializers.length);
    const isSame = (i: number, j: number) => this.initializer(initializers[i]) === tensors[j];
    let at = 0;
    while (at < shorter && isSame(at, at)) at++;
    let behind = 0;
    while (behind < shorter - at && isSame(initializers.length - 1 - behind, tensors.length - 1 - behind)) behind++;
    const others: ValueId[] = [];
    const between = tensors.slice(at, tensors.length - behind).map((tensor) => {
      const value = this.claimId(tensor.name);
      if (constants[value] === tensor) return value;
      others.push(value);
      constants[value] = tensor;
      this.types.set(value, null);
      return value;
    });
    this.initializers = [...initializers.slice(0, at), ...between, ...initializers.slice(initializers.length - behind)];
    const weights = { at, removed: initializers.length - behind - at, added: between.length };
    return { tensors: others, weights };
  }

  /**
   * @param values that the nodes which come and go read or compute
   * @param captured values that graphs inside of those that come read
   */
  private moveEdges(
    stretch: NodeStretch,
    values: ReadonlySet<ValueId>,
    gone: readonly Node[],
    come: readonly StatedNode[],
    captured: readonly (readonly ValueId[])[],
  ): void {
    const { at, removed, kept } = stretch;
    const now = indexNow(stretch);
    const producers = new Int32Array(this.valueCount).fill(-1);
    producers.set(this.producers);
    this.producers = producers;
    const isMoved = kept.length !== removed || kept.some((index, i) => index !== at + i);
    if (isMoved) {
      for (let value = 0; value < producers.length; value++)
        if (producers[value] >= at) producers[value] = now(producers[value]);
      for (let value = 0; value < this.valueCount; value++) {
        const list = this.readers[value]!;
        if (list.length === 0 || list[list.length - 1] < at) continue;
        let length = 0;
        for (const reader of list) {
          const moved = now(reader);
          if (moved >= 0) list[length++] = moved;
        }
        list.length = length;
      }
    }
    for (const { outputs } of gone) for (const value of outputs) if (value !== ABSENT) producers[value] = -1;
    come.forEach(({ index, inputs, outputs }, i) => {
      for (const value of outputs) if (value !== ABSENT) producers[value] = index;
      for (const value of [...inputs, ...captured[i]]) if (value !== ABSENT) this.readers[value]!.push(index);
    });
    for (const value of values) this.readers[value] = [...new Set(this.readers[value])].sort((a, b) => a - b);
  }

  toMutable(): MutableGraph {
    return this.graph.toMutable();
  }
}

/** Puts elements in the place of others. */
function spliced<T>(list: T[], at: number, removed: number, added: readonly T[]): void {
  // as many arguments as there are elements would be too many for a call
  const behind = list.slice(at + removed);
  list.length = at;
  for (const element of added) list.push(element);
  for (const element of behind) list.push(element);
}

class RememberedNode extends AttributedNode implements Node {
  index: number;
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
    public index: number,
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

  get attributes(): ReadonlyMap<string, Attribute> {
    return this.words.attributes;
  }
}

function attributesOf(node: Node): ReadonlyMap<string, Attribute> {
  return new Map(node.attributeNames.map((name) => [name, node.attr(name)!]));
}
