import type { Graph, Node } from '../ir/graph';
import type { Problem } from '../ir/model';
import { count, later, say, translated } from '../texts/say';

const weighted = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'LSTM',
  'GRU',
  'RNN',
  'QLinearConv',
  'QLinearMatMul',
]);

const bodies: Readonly<Record<string, string>> = {
  If: later`in the branches of an If that the inputs of the model decide`,
  Loop: later`in the body of a Loop`,
  Scan: later`in the body of a Scan`,
};

/** Graphs inside graphs that are looked into. */
const MAX_DEPTH = 32;

/** What the list of layers leaves out: those in bodies that run or not, or again and again, as the inputs of the model say. */
export function hiddenLayers(graph: Graph): Problem[] {
  const problems: Problem[] = [];
  for (let i = 0; i < graph.nodeCount; i++) {
    const node = graph.node(i);
    if (node.domain !== '' || !Object.hasOwn(bodies, node.opType)) continue;
    const layers = weightedInside(node, 0);
    if (layers === 0) continue;
    const message = say`${count(layers, 'layer')} with weights lie ${translated(bodies[node.opType])} and are not listed`;
    problems.push({
      code: 'hidden-layers',
      message,
      place: { node: node.name || graph.valueName(node.outputs[0] ?? -1) },
    });
  }
  return problems;
}

function weightedInside(node: Node, depth: number): number {
  let total = 0;
  for (const name of depth < MAX_DEPTH ? node.attributeNames : []) {
    const a = node.attr(name);
    if (a?.type !== 'graph') continue;
    for (const inner of a.value.nodes()) {
      total +=
        Number(weighted.has(inner.opType)) +
        (Object.hasOwn(bodies, inner.opType) ? weightedInside(inner, depth + 1) : 0);
    }
  }
  return total;
}
