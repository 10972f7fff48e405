import type { Attribute } from '../ir/attribute';
import type { Graph, Node, ValueId } from '../ir/graph';
import type { NodeStretch, Stretch } from '../ir/rememberedGraph';
import type { Tensor } from '../ir/tensor';

/** Subgraphs further down than this are hashed by their size alone. */
const DEEPEST_SUBGRAPH = 32;

/**
 * Hash of what a graph says: nodes, edges, attributes, shapes and names of weights, and the values of constants that are at
 * hand (axes, shapes, scalars) but not those of weights. 16 hex digits; the same graph has the same hash in every process.
 * Two 32-bit FNV-1a hashes with different seeds: it tells an edited model from the profiled one, it is no protection
 * against somebody who wants two models to collide.
 */
export function graphHash(graph: Graph, functions: readonly { readonly body: Graph }[] = []): string {
  return GraphHash.of(graph, functions).hex;
}

/** The hash of a graph, which can be had again at little cost after nodes have got other attributes. */
export class GraphHash {
  private constructor(
    private rest: readonly [number, number],
    /** Two words for each weight. */
    private readonly weights: Uint32Array,
    /** Two words for each node. */
    private readonly nodes: Uint32Array,
  ) {}

  static of(graph: Graph, functions: readonly { readonly body: Graph }[] = []): GraphHash {
    return new GraphHash(hashOfRest(graph, functions), weightHashes(graph), nodeHashes(graph, 0));
  }

  copy(): GraphHash {
    return new GraphHash(this.rest, this.weights.slice(), this.nodes.slice());
  }

  get hex(): string {
    const hasher = new Hasher();
    for (const words of [this.rest, this.weights, this.nodes]) for (const word of words) hasher.number(word);
    return hasher.digest();
  }

  /** A node is stated otherwise. */
  replaceNode(graph: Graph, index: number): void {
    this.nodes.set(hashOfNode(graph, graph.node(index), 0), 2 * index);
  }

  /** The hash of a graph without functions in which stretches of nodes and of weights have become others. */
  withStretches(graph: Graph, nodes: NodeStretch, weights: Stretch): GraphHash {
    const wordsOfNodes = withStretch(this.nodes, { ...nodes, added: nodes.kept.length });
    nodes.kept.forEach((index, i) => {
      const words =
        index < 0 ? hashOfNode(graph, graph.node(nodes.at + i), 0) : this.nodes.subarray(2 * index, 2 * index + 2);
      wordsOfNodes.set(words, 2 * (nodes.at + i));
    });
    const wordsOfWeights = withStretch(this.weights, weights);
    for (let i = weights.at; i < weights.at + weights.added; i++)
      wordsOfWeights.set(hashOfWeight(graph, graph.initializers[i]), 2 * i);
    return new GraphHash(hashOfRest(graph, []), wordsOfWeights, wordsOfNodes);
  }

  /** Weights or types of outputs are others, in a graph without functions. */
  replaceFrame(graph: Graph, weights: Iterable<ValueId>): void {
    this.rest = hashOfRest(graph, []);
    for (const value of weights) {
      const index = graph.initializers.indexOf(value);
      if (index >= 0) this.weights.set(hashOfWeight(graph, value), 2 * index);
    }
  }
}

/** Room for the words of a list in which a stretch has become another. */
function withStretch(words: Uint32Array, { at, removed, added }: Stretch): Uint32Array {
  const room = new Uint32Array(words.length + 2 * (added - removed));
  room.set(words.subarray(0, 2 * at));
  room.set(words.subarray(2 * (at + removed)), 2 * (at + added));
  return room;
}

/** Of all but the nodes and the weights. */
function hashOfRest(graph: Graph, functions: readonly { readonly body: Graph }[]): [number, number] {
  const rest = new Hasher();
  hashFrame(rest, graph);
  for (const { body } of functions) hashGraph(rest, body, 1);
  return rest.state;
}

/** Two words for each weight. */
function weightHashes(graph: Graph): Uint32Array {
  const hashes = new Uint32Array(2 * graph.initializers.length);
  graph.initializers.forEach((value, i) => hashes.set(hashOfWeight(graph, value), 2 * i));
  return hashes;
}

function hashOfWeight(graph: Graph, value: ValueId): [number, number] {
  const hasher = new Hasher();
  hasher.text(graph.valueName(value));
  hashTensor(hasher, graph.initializer(value)!);
  return hasher.state;
}

/** Two words for each node. */
function nodeHashes(graph: Graph, depth: number): Uint32Array {
  const hashes = new Uint32Array(2 * graph.nodeCount);
  for (const node of graph.nodes()) hashes.set(hashOfNode(graph, node, depth), 2 * node.index);
  return hashes;
}

class Hasher {
  private a = 0x811c9dc5;
  private b = 0x9747b28c;

  text(text: string): void {
    this.number(text.length);
    for (let i = 0; i < text.length; i++) this.mix(text.charCodeAt(i));
  }

  number(value: number): void {
    const small = value | 0;
    if (small === value) {
      this.mix(small);
      // the upper half of the number: nothing but its sign
      this.mix(small >> 31);
      return;
    }
    const safe = Number.isInteger(value) ? value : 0;
    this.mix(safe | 0);
    this.mix(Math.floor(safe / 2 ** 32) | 0);
    if (safe !== value) this.text(String(value));
  }

  bytes(bytes: Uint8Array): void {
    this.number(bytes.length);
    for (const byte of bytes) this.mix(byte);
  }

  get state(): [number, number] {
    return [this.a >>> 0, this.b >>> 0];
  }

  digest(): string {
    return this.state.map((half) => half.toString(16).padStart(8, '0')).join('');
  }

  private mix(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x01000193);
    this.b = Math.imul(this.b ^ value, 0x01000193) ^ (this.b >>> 15);
  }
}

function hashGraph(hasher: Hasher, graph: Graph, depth: number): void {
  if (depth > DEEPEST_SUBGRAPH) return hasher.number(graph.nodeCount);
  hashFrame(hasher, graph);
  for (const words of [weightHashes(graph), nodeHashes(graph, depth)]) for (const word of words) hasher.number(word);
}

/** All of a graph but its weights and nodes. */
function hashFrame(hasher: Hasher, graph: Graph): void {
  hasher.number(graph.nodeCount);
  for (const [domain, version] of [...graph.opsets].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hasher.text(domain);
    hasher.number(version);
  }
  for (const list of [graph.inputs, graph.outputs]) {
    hashNames(hasher, graph, list);
    for (const v of list) hasher.text(JSON.stringify(graph.valueType(v) ?? null));
  }
}

function hashOfNode(graph: Graph, node: Node, depth: number): [number, number] {
  const hasher = new Hasher();
  hasher.text(node.domain);
  hasher.text(node.opType);
  hasher.text(node.overload);
  hasher.text(node.name);
  hashNames(hasher, graph, node.inputs);
  hashNames(hasher, graph, node.outputs);
  for (const name of node.attributeNames) {
    hasher.text(name);
    hashAttribute(hasher, node.attr(name)!, depth);
  }
  return hasher.state;
}

function hashNames(hasher: Hasher, graph: Graph, values: readonly ValueId[]): void {
  hasher.number(values.length);
  for (const v of values) hasher.text(graph.valueName(v));
}

function hashAttribute(hasher: Hasher, attribute: Attribute, depth: number): void {
  hasher.text(attribute.type);
  switch (attribute.type) {
    case 'float':
    case 'int':
      return hasher.number(attribute.value);
    case 'string':
    case 'reference':
    case 'opaque':
      return hasher.text(attribute.value);
    case 'floats':
    case 'ints':
      hasher.number(attribute.value.length);
      return attribute.value.forEach((v) => hasher.number(v));
    case 'strings':
      hasher.number(attribute.value.length);
      return attribute.value.forEach((v) => hasher.text(v));
    case 'tensor':
      return hashTensor(hasher, attribute.value);
    case 'tensors':
      return attribute.value.forEach((t) => hashTensor(hasher, t));
    case 'graph':
      return hashGraph(hasher, attribute.value, depth + 1);
    case 'graphs':
      return attribute.value.forEach((g) => hashGraph(hasher, g, depth + 1));
  }
}

function hashTensor(hasher: Hasher, tensor: Tensor): void {
  hasher.text(tensor.dtype);
  hasher.number(tensor.dims.length);
  for (const d of tensor.dims) hasher.number(d);
  // small integers are axes, shapes and the like: part of what the graph says
  if (tensor.bytes !== undefined && /int|bool/.test(tensor.dtype) && tensor.bytes.length <= 256)
    hasher.bytes(tensor.bytes);
  else if (tensor.bytes !== undefined && tensor.dims.length === 0) hasher.bytes(tensor.bytes);
}
