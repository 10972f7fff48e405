import { isFloat } from '../ir/dataType';
import { ABSENT, type Graph, type Node, type ValueId } from '../ir/graph';
import { missingTensor } from '../ir/tensor';

/** Inputs at which operators read what is learnt, and running statistics. */
const WEIGHTS: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  BatchNormalization: [1, 2, 3, 4],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  GroupNormalization: [1, 2],
  RMSNormalization: [1],
  PRelu: [1],
  LSTM: [1, 2, 3, 7],
  GRU: [1, 2, 3],
  RNN: [1, 2, 3],
};

/**
 * Graphs that are given their weights from outside, all of them (test models, parts of networks): the inputs that operators read
 * weights from become weights without values, which are initialised like those of a file without data.
 * @returns the graph with these inputs as constants, and their names; undefined when the graph has a weight of its own, or nothing
 *   but weights would be fed
 */
export function weightsFromInputs(graph: Graph): { readonly graph: Graph; readonly weights: string[] } | undefined {
  const inputs = new Set(graph.inputs);
  const found = new Set<ValueId>();
  for (const node of graph.nodes()) {
    for (const at of weightPositions(node)) {
      const value = node.inputs[at];
      if (value === undefined || value === ABSENT) continue;
      if (!inputs.has(value) || !isWeight(graph, value)) return undefined;
      found.add(value);
    }
  }
  if (found.size === 0 || found.size === inputs.size) return undefined;
  const changed = graph.toMutable();
  for (const value of found) {
    const { dtype, shape } = graph.valueType(value)!;
    changed.addInitializer(missingTensor(graph.valueName(value), dtype!, shape as number[]));
  }
  const weights = [...found].map((v) => graph.valueName(v));
  changed.inputs = changed.inputs.filter((d) => !weights.includes(d.name));
  return { graph: changed.freeze(), weights };
}

/** A float input of known sizes that is read as a weight and as nothing else. */
function isWeight(graph: Graph, value: ValueId): boolean {
  const { dtype, shape } = graph.valueType(value) ?? {};
  if (dtype === undefined || !isFloat(dtype) || graph.outputs.includes(value)) return false;
  if (!shape?.every((d) => typeof d === 'number' && d > 0)) return false;
  return graph.consumers(value).every((index) => {
    const node = graph.node(index);
    return node.inputs.every((v, i) => v !== value || weightPositions(node).includes(i));
  });
}

function weightPositions({ domain, opType }: Node): readonly number[] {
  return domain === '' && Object.hasOwn(WEIGHTS, opType) ? WEIGHTS[opType] : [];
}
