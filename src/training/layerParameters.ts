import type { Graph, ValueId } from '../ir/graph';
import type { ActivationName, Layer, LayerView } from '../layers/layerView';

/**
 * For each constant, stated or computed from others (dequantized weights), by name, the indices of the layers that read it: at once
 * or through nodes that only see constants.
 */
export function layersOfConstants(view: LayerView): Map<string, number[]> {
  const { graph } = view;
  const constant = constantValues(graph);
  const layers = new Map<string, number[]>();
  for (const layer of view.layers) {
    const values = new Set<ValueId>();
    for (const index of layer.nodes) for (const v of graph.node(index).inputs) if (constant[v]) values.add(v);
    // the set grows while it is walked: what the constants are computed from, each once
    for (const value of values) {
      const producer = graph.producer(value);
      if (producer >= 0) for (const v of graph.node(producer).inputs) if (constant[v]) values.add(v);
    }
    for (const value of values) {
      const name = graph.valueName(value);
      const list = layers.get(name);
      if (list) list.push(layer.index);
      else layers.set(name, [layer.index]);
    }
  }
  return layers;
}

/** 1 for every value that is computed from constants alone; nodes come in topological order. */
function constantValues(graph: Graph): Uint8Array {
  const constant = new Uint8Array(graph.valueCount);
  for (const v of graph.initializers) constant[v] = 1;
  for (const node of graph.nodes()) {
    const { inputs, outputs } = node;
    const stated = outputs.some((o) => graph.initializer(o) !== undefined);
    if (stated || (inputs.length > 0 && inputs.every((i) => i < 0 || constant[i] === 1))) {
      for (const o of outputs) if (o >= 0) constant[o] = 1;
    }
  }
  return constant;
}

/** Roles of layers that may stand between a linear layer and its activation. */
const BETWEEN: ReadonlySet<Layer['role']> = new Set(['norm', 'pool', 'dropout']);

/** The activation that a linear layer's output enters, straight or through norms, pools and dropout. */
export function activationAfter(linear: Layer, view: LayerView): ActivationName | undefined {
  if (linear.activation !== undefined) return linear.activation;
  const seen = new Set([linear]);
  for (const layer of seen) {
    const next = view.successors(layer);
    const activation = next.find((l) => l.activation !== undefined);
    if (activation) return activation.activation;
    if (next.length === 1 && BETWEEN.has(next[0].role)) seen.add(next[0]);
  }
  return undefined;
}
