import { ABSENT, type Graph, type ValueId } from '../ir/graph';
import { isSum, type Layer } from './layerView';
import type { GraphReading } from './graphReading';
import { isPassThrough } from './otherOperators';

const NONE = -1;
const INPUT = -2;

/** Pass-through nodes in a row that a value is followed through. */
const MAX_HOPS = 16;

const sameAxes = new Set(['Identity', 'Cast', 'Transpose', 'QuantizeLinear', 'DequantizeLinear']);

/** Where a layer reads from: a layer, or an input of the graph. */
export type Source = Layer | 'input';

/**
 * Edges between layers. Pass-through nodes are no layers, so a value's source is the layer before them. A second set of
 * edges also skips the layers that do not part a norm from its linear layer: dropout, local pooling, padding, reshaping.
 */
export class LayerGraph {
  /** Per value: index of the layer it comes from, INPUT or NONE. */
  private readonly sources: Int32Array;
  private readonly owners: Int32Array;
  private readonly before: (readonly (Layer | undefined)[])[] = [];
  private readonly after: Layer[][];
  private readonly solidBefore: (readonly (Source | undefined)[])[] = [];
  private readonly solidAfter: Layer[][];
  /** Per transparent layer, the solid layer whose output it hands on. */
  private readonly solid: Int32Array;
  private readonly output: Uint8Array;
  private readonly solidOutput: Uint8Array;
  /** Outputs of the graph, and what they are transposed or cast from. */
  private readonly outputValues: ReadonlySet<ValueId>;
  private readonly sums: Int32Array;
  private readonly joins: Int32Array;

  readonly graph: Graph;

  constructor(
    private readonly reading: GraphReading,
    readonly layers: readonly Layer[],
  ) {
    const { graph } = reading;
    this.graph = graph;
    this.owners = new Int32Array(graph.nodeCount).fill(NONE);
    for (const layer of layers) for (const n of layer.nodes) this.owners[n] = layer.index;
    this.sources = this.valueSources();
    this.after = layers.map(() => []);
    this.solidAfter = layers.map(() => []);
    this.solid = new Int32Array(layers.length);
    this.sums = new Int32Array(layers.length);
    this.joins = new Int32Array(layers.length);
    this.outputValues = this.valuesGivenOut();
    for (const layer of layers) this.connect(layer);
    this.output = new Uint8Array(layers.length);
    this.solidOutput = new Uint8Array(layers.length);
    for (const v of graph.outputs) {
      const source = v === ABSENT ? NONE : this.sources[v];
      if (source < 0) continue;
      this.output[source] = 1;
      if (this.solid[source] >= 0) this.solidOutput[this.solid[source]] = 1;
    }
  }

  layerOfNode(node: number): Layer | undefined {
    return this.layers[this.owners[node]];
  }

  predecessors(layer: Layer): readonly (Layer | undefined)[] {
    return this.before[layer.index];
  }

  successors(layer: Layer): readonly Layer[] {
    return this.after[layer.index];
  }

  reachesOutput(layer: Layer): boolean {
    return this.output[layer.index] === 1;
  }

  /** Sources with dropout, local pools, padding and reshaping skipped as well. */
  solidPredecessors(layer: Layer): readonly (Source | undefined)[] {
    return this.solidBefore[layer.index];
  }

  solidSuccessors(layer: Layer): readonly Layer[] {
    return this.solidAfter[layer.index];
  }

  solidReachesOutput(layer: Layer): boolean {
    return this.solidOutput[layer.index] === 1;
  }

  /** How many solid successors add the layer's output to something, and how many join it in any way but a product. */
  sumReaders(layer: Layer): number {
    return this.sums[layer.index];
  }

  joinReaders(layer: Layer): number {
    return this.joins[layer.index];
  }

  /** True when an output of the graph is the layer's value itself, if transposed or cast. */
  isOwnOutput(layer: Layer): boolean {
    return this.outputValues.has(layer.output);
  }

  /** True when some node reads the value, or the graph gives it out. */
  isRead(value: ValueId): boolean {
    return this.graph.consumers(value).length > 0 || this.outputValues.has(value);
  }

  /** True when the layer reads the value, pass-through nodes and transparent layers skipped. */
  readsThrough(layer: Layer, value: ValueId): boolean {
    return layer.inputs.some((input) => {
      let v = input;
      for (let i = 0; i < MAX_HOPS; i++) {
        if (v === value) return true;
        const producer = this.graph.producer(v);
        if (producer < 0) return false;
        const node = this.graph.node(producer);
        const owner = this.layerOfNode(producer);
        if (owner ? !isTransparent(owner, this.reading) : !isPassThrough(node, this.reading)) return false;
        v = node.inputs[0] ?? ABSENT;
      }
      return false;
    });
  }

  /** A Reshape or the like lies between the two values, followed back through first inputs. */
  isReshapedFrom(value: ValueId, source: ValueId): boolean {
    let reshaped = false;
    for (let v = value, i = 0; i < MAX_HOPS && v !== source && v !== ABSENT; i++) {
      const producer = this.graph.producer(v);
      if (producer < 0) break;
      const node = this.graph.node(producer);
      reshaped ||= ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'].includes(node.opType);
      v = node.inputs[0] ?? ABSENT;
    }
    return reshaped;
  }

  /** A product of two computed values, or an attention operator, which holds such products. */
  isProductOfData(layer: Layer): boolean {
    return layer.nodes.some((n) => {
      const node = this.graph.node(n);
      if (/Attention$/.test(node.opType)) return true;
      return node.opType === 'MatMul' && node.inputs.every((v) => this.reading.isData(v));
    });
  }

  private toSource(index: number): Source | undefined {
    return index === INPUT ? 'input' : this.layers[index];
  }

  private valueSources(): Int32Array {
    const { graph } = this;
    const sources = new Int32Array(graph.valueCount).fill(NONE);
    for (const v of graph.inputs) sources[v] = INPUT;
    for (let i = 0; i < graph.nodeCount; i++) {
      const node = graph.node(i);
      const owner = this.owners[i];
      let source = owner;
      if (owner < 0 && isPassThrough(node, this.reading)) {
        const data = node.inputs.find((v) => this.reading.isData(v));
        source = data === undefined ? NONE : sources[data];
      }
      for (const v of node.outputs) if (v !== ABSENT && graph.producer(v) === i) sources[v] = source;
    }
    return sources;
  }

  private connect(layer: Layer): void {
    const sources: number[] = [];
    for (const v of layer.inputs) {
      const source = v === ABSENT ? NONE : this.sources[v];
      // a later layer can feed an earlier one only on a cycle, which stays cut here
      if (source !== NONE && source < layer.index) sources.push(source);
    }
    const { index } = layer;
    this.before[index] = sources.map((i) => this.layers[i]);
    for (const s of distinct(sources)) if (s >= 0) this.after[s].push(layer);
    const solid = sources.map((s) => (s < 0 ? s : this.solid[s]));
    this.solidBefore[index] = solid.map((i) => this.toSource(i));
    const handsOn = isTransparent(layer, this.reading) && solid.length === 1;
    this.solid[index] = handsOn ? solid[0] : index;
    if (handsOn) return;
    for (const s of distinct(solid)) {
      if (s < 0) continue;
      this.solidAfter[s].push(layer);
      if (isSum(layer) || layer.sum !== undefined) this.sums[s]++;
      if (layer.role === 'join' && layer.kind !== 'Mul' && layer.kind !== 'Multiply') this.joins[s]++;
    }
  }

  private valuesGivenOut(): ReadonlySet<ValueId> {
    const values = new Set<ValueId>();
    for (const output of this.graph.outputs) {
      for (let v = output, i = 0; v !== ABSENT && i < MAX_HOPS; i++) {
        values.add(v);
        const producer = this.graph.producer(v);
        if (producer < 0) break;
        const node = this.graph.node(producer);
        if (!sameAxes.has(node.opType)) break;
        v = node.inputs[0] ?? ABSENT;
      }
    }
    return values;
  }
}

/** Most layers have one source, for which a set would take longer than the rest. */
function distinct(sources: readonly number[]): Iterable<number> {
  return sources.length > 1 ? new Set(sources) : sources;
}

/** Layers that do not part a norm from the linear layer or the activation beside it. */
function isTransparent(layer: Layer, reading: GraphReading): boolean {
  if (layer.role === 'dropout') return true;
  if (layer.role === 'pool') return !isGlobalPool(layer, reading.graph);
  return layer.role === 'other' && layer.nodes.every((n) => isPassThrough(reading.graph.node(n), reading));
}

function isGlobalPool(layer: Layer, graph: Graph): boolean {
  if (layer.kind.startsWith('Global')) return true;
  return layer.nodes.some((n) => /^(Global|Reduce)/.test(graph.node(n).opType));
}
