import assert from 'node:assert/strict';
import { differentiate } from '../../../src/autodiff/differentiate';
import { attribute } from '../../../src/ir/attribute';
import { inferTypes } from '../../../src/ir/inferTypes';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { floats, runGraph } from '../../support/runGraph';

const { ints } = attribute;

/** Gradients of the sum of an operator's output at inputs of shape [1, 1, 2, 2]. */
async function gradientsAt(
  opType: string,
  inputs: readonly (readonly number[])[],
  attributes: Parameters<MutableGraph['add']>[2] = {},
): Promise<number[][]> {
  const graph = new MutableGraph();
  graph.opsets.set('', 18);
  const shape = [1, 1, 2, 2];
  const names = inputs.map((_, i) => graph.addInput(`x${i}`, { kind: 'tensor', dtype: 'float32', shape }));
  graph.add('ReduceSum', [graph.add(opType, names, attributes)], { keepdims: attribute.int(0) }, { outputs: ['loss'] });
  const { gradientOf } = differentiate(graph, inferTypes(graph), { loss: 'loss', wrt: names });
  for (const name of gradientOf.values()) graph.addOutput(name);
  const results = await runGraph(graph, Object.fromEntries(names.map((n, i) => [n, floats(shape, inputs[i])])));
  return names.map((n) => Array.from(results[gradientOf.get(n)!].data, Number));
}

/** At ties and kinks the gradient is a matter of choice, but never more or less than one of the one-sided ones. */
describe('gradients at ties', () => {
  for (const opType of ['ReduceMax', 'ReduceMin', 'GlobalMaxPool']) {
    it(`${opType}: equal elements share`, async () => {
      assert.deepEqual(await gradientsAt(opType, [[3, 3, 3, 3]]), [[0.25, 0.25, 0.25, 0.25]]);
    });
  }

  for (const opType of ['Max', 'Min']) {
    it(`${opType}: the first of two equal operands, equal shares among three`, async () => {
      const same = [1, 1, 2, 2];
      assert.deepEqual(await gradientsAt(opType, [same, same]), [
        [1, 1, 1, 1],
        [0, 0, 0, 0],
      ]);
      const [a, b, c] = await gradientsAt(opType, [same, same, same]);
      assert.deepEqual([a, b], [b, c]);
      a.forEach((share) => assert.ok(Math.abs(share - 1 / 3) < 1e-6));
    });
  }

  it('MaxPool: equal elements of a window share, one element of it where windows overlap', async () => {
    const tied = [[0, 0, 0, -1]];
    const apart = await gradientsAt('MaxPool', tied, { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
    const [a, b, c, d] = apart[0];
    for (const share of [a, b, c]) assert.ok(Math.abs(share - 1 / 3) < 1e-6);
    assert.equal(d, 0);
    const [gradient] = await gradientsAt('MaxPool', tied, { kernel_shape: ints([2, 2]) });
    assert.deepEqual([...gradient].sort(), [0, 0, 0, 1]);
  });

  it('Relu: nothing at zero; Clip: everything at its bounds; Abs: nothing at zero', async () => {
    assert.deepEqual(await gradientsAt('Relu', [[0, -1, 1, 0]]), [[0, 0, 1, 0]]);
    assert.deepEqual(await gradientsAt('Clip', [[0, -1, 1, 0]]), [[1, 1, 1, 1]]);
    assert.deepEqual(await gradientsAt('Abs', [[0, -1, 1, 0]]), [[0, -1, 1, 0]]);
  });
});
