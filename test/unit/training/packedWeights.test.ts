import assert from 'node:assert/strict';
import { attribute } from '../../../src/ir/attribute';
import type { DataType } from '../../../src/ir/dataType';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor, int64Tensor, payloadBytes, tensorFromBytes } from '../../../src/ir/tensor';
import { dequantizeWeights } from '../../../src/training/dequantizeWeights';
import { findParameters } from '../../../src/training/parameters';
import { inferTypes } from '../../../src/ir/inferTypes';
import { relativeError } from '../../support/finiteDifferences';
import { floats, noise, runGraph } from '../../support/runGraph';

/** Bytes of every value, always the same. */
function packed(name: string, dims: readonly number[], dtype: DataType = 'uint8') {
  const bytes = Uint8Array.from({ length: payloadBytes(dtype, dims) }, (_, i) => (i * 89 + 7 * (i >> 3)) & 255);
  return tensorFromBytes(name, dtype, dims, bytes);
}

function scales(name: string, dims: readonly number[]) {
  const count = dims.reduce((a, b) => a * b, 1);
  return float32Tensor(
    name,
    dims,
    noise(count, 3).map((v) => 0.02 + 0.01 * v),
  );
}

async function sameAsBefore(graph: MutableGraph, feeds: Parameters<typeof runGraph>[1]): Promise<void> {
  const before = await runGraph(graph, feeds);
  assert.equal(dequantizeWeights(graph), 1);
  assert.ok(!graph.nodes.some((n) => n.domain !== '' || n.opType === 'DequantizeLinear'));
  const after = await runGraph(graph, feeds);
  assert.deepEqual(after.y.dims, before.y.dims);
  const [a, b] = [after, before].map(({ y }) => Array.from(y.data, Number));
  assert.ok(b.some((v) => Math.abs(v) > 0.01));
  assert.ok(relativeError(a, b) < 1e-5, `${a.join()} against ${b.join()}`);
}

function graphWith(opset: number): MutableGraph {
  const graph = new MutableGraph();
  graph.opsets.set('', opset);
  graph.opsets.set('com.microsoft', 1);
  return graph;
}

describe('weights of a few bits', () => {
  for (const [name, { bits, block, K, zero, gIdx, bias }] of Object.entries({
    'four bits': { bits: 4, block: 16, K: 32 },
    'a last block that is not full': { bits: 4, block: 16, K: 40 },
    'packed zero points, an odd number of blocks': { bits: 4, block: 16, K: 48, zero: 'packed' },
    'zero points in floats': { bits: 4, block: 16, K: 32, zero: 'floats' },
    'eight bits': { bits: 8, block: 32, K: 64, zero: 'packed' },
    'columns in other blocks': { bits: 4, block: 16, K: 32, gIdx: true },
    'a bias': { bits: 4, block: 32, K: 64, bias: true },
  } as Record<string, { bits: number; block: number; K: number; zero?: string; gIdx?: boolean; bias?: boolean }>)) {
    it(`MatMulNBits, ${name}: what ONNX Runtime computes, with a weight that is trained`, async () => {
      const N = 6;
      const blocks = Math.ceil(K / block);
      const graph = graphWith(18);
      graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [2, 3, K] });
      const inputs = [
        'x',
        graph.addInitializer(packed('w', [N, blocks, (block * bits) / 8])),
        graph.addInitializer(scales('s', [N * blocks])),
      ];
      if (zero === 'packed') inputs.push(graph.addInitializer(packed('z', [N * Math.ceil((blocks * bits) / 8)])));
      else if (zero === 'floats')
        inputs.push(
          graph.addInitializer(
            float32Tensor(
              'z',
              [N * blocks],
              noise(N * blocks, 5).map((v) => 7 + v),
            ),
          ),
        );
      else inputs.push('');
      const groups = Int32Array.from({ length: K }, (_, i) => (i * 5 + 1) % blocks);
      inputs.push(gIdx ? graph.addInitializer(tensorFromBytes('g', 'int32', [K], new Uint8Array(groups.buffer))) : '');
      if (bias) inputs.push(graph.addInitializer(scales('b', [N])));
      const { int } = attribute;
      const attributes = { K: int(K), N: int(N), bits: int(bits), block_size: int(block) };
      graph.addNode('MatMulNBits', inputs, attributes, { domain: 'com.microsoft', outputs: ['y'], name: 'product' });
      graph.addOutput('y');
      await sameAsBefore(graph, { x: floats([2, 3, K], noise(6 * K, 1)) });
      assert.equal(graph.nodes[0].name, 'product');
      const found = findParameters(graph, inferTypes(graph), new Set());
      assert.deepEqual(
        found.filter(({ kind }) => kind === 'weight').map((p) => [p.name, p.fanIn, p.fanOut]),
        [['w', K, N]],
      );
    });
  }

  for (const bits of [4, 8]) {
    it(`GatherBlockQuantized, ${bits} bits: what ONNX Runtime selects`, async () => {
      const graph = graphWith(18);
      graph.addInput('x', { kind: 'tensor', dtype: 'int64', shape: [3] });
      const inputs = [
        graph.addInitializer(packed('w', [5, (32 * bits) / 8])),
        graph.addInitializer(int64Tensor('i', [2, 2], [4, 0, 2, 2])),
        graph.addInitializer(scales('s', [5, 2])),
        graph.addInitializer(packed('z', [5, (2 * bits) / 8])),
      ];
      const { int } = attribute;
      const attributes = { bits: int(bits), block_size: int(16), quantize_axis: int(1), gather_axis: int(0) };
      graph.addNode('GatherBlockQuantized', inputs, attributes, { domain: 'com.microsoft', outputs: ['y'] });
      graph.addOutput('y');
      graph.inputs = [];
      assert.deepEqual(inferTypes(graph).get('y')?.shape, [2, 2, 32]);
      await sameAsBefore(graph, {});
    });
  }

  for (const [dtype, axis] of [
    ['int4', 1],
    ['uint4', 0],
    ['int8', -1],
  ] as const) {
    it(`DequantizeLinear of blocks of ${dtype} along axis ${axis}: what ONNX Runtime makes of them`, async () => {
      const graph = graphWith(21);
      const dims = axis === 0 ? [4, 6] : [3, 8];
      const counts = axis === 0 ? [2, 6] : [3, 4];
      const inputs = [
        graph.addInitializer(packed('q', dims, dtype)),
        graph.addInitializer(scales('s', counts)),
        graph.addInitializer(packed('z', counts, dtype)),
      ];
      const attributes = { axis: attribute.int(axis), block_size: attribute.int(2) };
      graph.addNode('DequantizeLinear', inputs, attributes, { outputs: ['w'] });
      graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: dims });
      graph.addNode('Mul', ['x', 'w'], {}, { outputs: ['y'] });
      graph.addOutput('y');
      await sameAsBefore(graph, { x: floats(dims, noise(24, 2)) });
    });
  }

  it('stay packed where their sizes do not fit', () => {
    const graph = graphWith(18);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [1, 32] });
    const inputs = ['x', graph.addInitializer(packed('w', [6, 2, 8])), graph.addInitializer(scales('s', [7]))];
    const { int } = attribute;
    const attributes = { K: int(32), N: int(6), bits: int(4), block_size: int(16) };
    graph.addNode('MatMulNBits', inputs, attributes, { domain: 'com.microsoft', outputs: ['y'] });
    assert.equal(dequantizeWeights(graph), 0);
    assert.equal(graph.nodes[0].opType, 'MatMulNBits');
  });
});
