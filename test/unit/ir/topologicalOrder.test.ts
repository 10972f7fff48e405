import assert from 'node:assert/strict';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { topologicalOrder } from '../../../src/ir/topologicalOrder';

/** A graph of nodes given as [inputs, outputs], names separated by spaces. */
function graphOf(...nodes: [inputs: string, outputs: string][]) {
  const graph = new MutableGraph();
  graph.addInput('x', { kind: 'tensor' });
  for (const [inputs, outputs] of nodes)
    graph.addNode('Op', inputs === '' ? [] : inputs.split(' '), {}, { outputs: outputs.split(' ') });
  return graph.freeze();
}

describe('topologicalOrder', () => {
  it('leaves a sorted graph as it is', () => {
    const { order, cyclic } = topologicalOrder(
      graphOf(['x', 'a'], ['x', 'b'], ['a b a', 'c d'], ['c', 'e'], ['d x', 'f']),
    );
    assert.deepEqual([[...order], cyclic], [[0, 1, 2, 3, 4], []]);
  });

  it('moves a node behind those it reads from, and no further', () => {
    const { order, cyclic } = topologicalOrder(graphOf(['d', 'e'], ['x', 'a'], ['c', 'd'], ['a', 'c'], ['x', 'z']));
    assert.deepEqual([[...order], cyclic], [[1, 3, 2, 0, 4], []]);
  });

  it('puts nodes on cycles and those behind them last', () => {
    const { order, cyclic } = topologicalOrder(
      graphOf(['b', 'a'], ['a', 'b'], ['b', 'after'], ['x', 'free'], ['self', 'self']),
    );
    assert.deepEqual(
      [[...order], cyclic],
      [
        [3, 0, 1, 2, 4],
        [0, 1, 2, 4],
      ],
    );
  });

  it('is quick on long chains in the worst order', () => {
    const count = 50_000;
    const nodes = Array.from({ length: count }, (_, i): [string, string] => [`v${i + 1}`, `v${i}`]);
    const { order, cyclic } = topologicalOrder(graphOf(...nodes));
    assert.deepEqual([order[0], order[count - 1], cyclic], [count - 1, 0, []]);
  });
});
