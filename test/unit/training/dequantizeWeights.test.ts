import assert from 'node:assert/strict';
import { tensorFromBytes } from '../../../src/ir/tensor';
import { readFloats } from '../../../src/ir/tensorValues';
import { parseGraph } from '../../../src/ir/textForm';
import { dequantizeWeights } from '../../../src/training/dequantizeWeights';
import { runGraph } from '../../support/runGraph';

function graphOf(axis: string, scales: string, zeros: string) {
  const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> g () => (float[2,3,2] y)
    <int8[2,3,2] q, float${scales} s, int8${zeros} z> { y = DequantizeLinear ${axis} (q, s, z) }`).toMutable();
  const count = Number(/\d+/.exec(scales)?.[0] ?? 1);
  graph.initializers.set(
    'q',
    tensorFromBytes(
      'q',
      'int8',
      [2, 3, 2],
      Uint8Array.from({ length: 12 }, (_, i) => i * 23),
    ),
  );
  const dims = scales === '' ? [] : [count];
  const scale = Float32Array.from({ length: count }, (_, i) => 0.5 + i);
  graph.initializers.set('s', tensorFromBytes('s', 'float32', dims, new Uint8Array(scale.buffer)));
  graph.initializers.set(
    'z',
    tensorFromBytes(
      'z',
      'int8',
      dims,
      Uint8Array.from({ length: count }, (_, i) => 254 + 3 * i),
    ),
  );
  return graph;
}

describe('quantized weights', () => {
  for (const [name, axis, size] of [
    ['by tensor', '', ''],
    ['by channel of the default axis', '', '[3]'],
    ['by channel of the first axis', '<axis = 0>', '[2]'],
    ['by channel counted from the end', '<axis = -1>', '[2]'],
  ] as const) {
    it(`become the floats that ONNX Runtime makes of them: ${name}`, async () => {
      const { y } = await runGraph(graphOf(axis, size, size), {});
      const graph = graphOf(axis, size, size);
      assert.equal(dequantizeWeights(graph), 1);
      assert.deepEqual([graph.nodes.length, graph.initializers.get('y')?.dims], [0, [2, 3, 2]]);
      const values = await readFloats(graph.initializers.get('y')!);
      assert.deepEqual([...values], [...(y.data as Float32Array)]);
      // reading again begins anew
      assert.deepEqual([...(await readFloats(graph.initializers.get('y')!))], [...values]);
    });
  }

  it('stay when a part of them is computed', () => {
    const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> g (float s) => (float[2] y)
      <int8[2] q = {1, 2}> { y = DequantizeLinear (q, s) }`).toMutable();
    assert.equal(dequantizeWeights(graph), 0);
  });
});
