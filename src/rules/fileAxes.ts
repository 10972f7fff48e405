import { ABSENT, type Graph, type ValueId } from '../ir/graph';

/** Operators whose output has its axes in the order of their first input's. */
const reordering = new Set([
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Expand',
  'Tile',
  'Gather',
  'MatMul',
  'Gemm',
]);

/**
 * Readers of formats with another layout lower a layer to transposed images. Returns, for a value, the axis of the value that
 * each axis of the file's layout is: file axis i is axis `result[i]`; undefined where the value has the file's layout.
 */
export function fileAxes(graph: Graph): (value: ValueId) => readonly number[] | undefined {
  const orders = new Array<readonly number[] | undefined>(graph.valueCount);
  for (let i = 0; i < graph.nodeCount; i++) {
    const node = graph.node(i);
    let before: readonly number[] | undefined;
    for (const v of node.inputs) if (v !== ABSENT) before ??= orders[v];
    let after = before;
    if (node.opType === 'Transpose' && node.domain === '') {
      const permutation = node.ints('perm');
      after = permutation && composed(before, permutation);
    } else if (before !== undefined && reordering.has(node.opType)) after = undefined;
    if (after === undefined) continue;
    for (const v of node.outputs) if (v !== ABSENT) orders[v] = after;
  }
  return (value) => orders[value];
}

/** The order after a Transpose, which puts axis permutation[k] of its input in place k. */
function composed(
  before: readonly number[] | undefined,
  permutation: readonly number[],
): readonly number[] | undefined {
  const order = permutation.map((_, i) => permutation.indexOf(before === undefined ? i : (before[i] ?? -1)));
  return order.every((a, i) => a === i) ? undefined : order;
}
