import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { attribute } from '../../../src/ir/attribute';
import { inferFacts } from '../../../src/ir/inferTypes';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor, int64Tensor, tensorFromBytes } from '../../../src/ir/tensor';
import { layerView } from '../../../src/layers/recognize';
import { dequantizeWeights } from '../../../src/training/dequantizeWeights';
import { trainableForm } from '../../../src/training/trainableForm';
import { buildTrainingStep } from '../../../src/training/trainingStep';
import { toTrainingForm } from '../../../src/variants/trainingForm';
import { relativeError } from '../../support/finiteDifferences';
import { floats, noise, runGraph } from '../../support/runGraph';
import { modelOf } from '../../support/textModel';

const [WORDS, WIDTH, HEADS, KEY_HEADS, SIZE] = [11, 32, 2, 1, 16];
const { int, float } = attribute;
const microsoft = { domain: 'com.microsoft' };

/** One block of a decoder as exporters for inference write it: weights of four bits, grouped queries, root mean square norms. */
function decoder(): MutableGraph {
  const graph = new MutableGraph();
  graph.opsets.set('', 18);
  graph.opsets.set('com.microsoft', 1);
  const tokens = (name: string, length: string) =>
    graph.addInput(name, { kind: 'tensor', dtype: 'int64', shape: ['batch', length] });
  let seed = 1;
  const table = (name: string, dims: readonly number[], of: (v: number) => number = (v) => v) => {
    const count = dims.reduce((a, b) => a * b, 1);
    return graph.addInitializer(float32Tensor(name, dims, noise(count, seed++).map(of)));
  };
  const product = (x: string, name: string, outputs: number, output?: string) => {
    const bytes = Uint8Array.from(noise(outputs * 16, seed++), (v) => Math.floor(128 + 127 * v));
    const weight = graph.addInitializer(tensorFromBytes(`${name}.weight`, 'uint8', [outputs, 1, 16], bytes));
    const scales = table(`${name}.scales`, [outputs], (v) => 0.03 + 0.01 * v);
    const attributes = { K: int(WIDTH), N: int(outputs), bits: int(4), block_size: int(32) };
    const named = { ...microsoft, name, ...(output !== undefined && { outputs: [output] }) };
    return graph.addNode('MatMulNBits', [x, weight, scales], attributes, named)[0];
  };
  const near1 = (v: number) => 1 + 0.1 * v;
  const ids = tokens('input_ids', 'sequence_length');
  const mask = tokens('attention_mask', 'total_sequence_length');
  for (const name of ['past_key', 'past_value']) {
    graph.addInput(name, { kind: 'tensor', dtype: 'float32', shape: ['batch', KEY_HEADS, 'past_length', SIZE] });
  }
  const one = graph.addInitializer(int64Tensor('one', [1], [1]));
  const last = graph.add('Sub', [graph.add('ReduceSum', [mask, one], { keepdims: int(0) }), one]);
  const lasts = graph.add('Cast', [last], { to: int(6) });
  const sizes = graph.add('Gather', [graph.add('Shape', [mask]), graph.addInitializer(int64Tensor('axis', [], [1]))]);
  const total = graph.add('Cast', [sizes], { to: int(6) });
  const words = graph.add('Gather', [table('words', [WORDS, WIDTH]), ids]);
  const x = graph.add('SimplifiedLayerNormalization', [words, table('norm0', [WIDTH], near1)]);
  const parts = [product(x, 'q', HEADS * SIZE), product(x, 'k', KEY_HEADS * SIZE), product(x, 'v', KEY_HEADS * SIZE)];
  const angles = [table('cos', [64, SIZE / 2]), table('sin', [64, SIZE / 2])];
  const [attended] = graph.addNode(
    'GroupQueryAttention',
    [...parts, 'past_key', 'past_value', lasts, total, ...angles],
    { num_heads: int(HEADS), kv_num_heads: int(KEY_HEADS), do_rotary: int(1) },
    { ...microsoft, outputs: ['attended', 'present_key', 'present_value'] },
  );
  const [y] = graph.addNode(
    'SkipSimplifiedLayerNormalization',
    [words, product(attended, 'o', WIDTH), table('norm1', [WIDTH], near1)],
    { epsilon: float(1e-6) },
    { ...microsoft, outputs: ['y'] },
  );
  product(y, 'head', WORDS, 'logits');
  for (const name of ['logits', 'present_key', 'present_value']) graph.addOutput(name);
  return graph;
}

describe('a decoder with weights of four bits and grouped queries', () => {
  it('computes in the form that is trained what ONNX Runtime computes', async () => {
    const graph = decoder();
    const longs = (values: readonly number[], dims: readonly number[]) =>
      new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [...dims]);
    const state = [1, KEY_HEADS, 4, SIZE];
    const feeds = {
      input_ids: longs([3, 7, 1], [1, 3]),
      attention_mask: longs(new Array<number>(7).fill(1), [1, 7]),
      past_key: floats(state, noise(4 * SIZE, 5)),
      past_value: floats(state, noise(4 * SIZE, 6)),
    };
    const expected = await runGraph(graph, feeds);
    for (const input of graph.inputs) {
      input.type = { ...input.type, shape: [...feeds[input.name as keyof typeof feeds].dims] };
    }
    assert.equal(dequantizeWeights(graph), 5);
    toTrainingForm(graph);
    assert.ok(graph.nodes.every(({ domain }) => domain === ''));
    const actual = await runGraph(graph, feeds);
    for (const [name, { dims, data }] of Object.entries(expected)) {
      assert.deepEqual(actual[name].dims, dims, name);
      assert.ok(relativeError(Array.from(actual[name].data, Number), Array.from(data, Number)) < 1e-5, name);
    }
  });

  it('is trained in all of its weights', () => {
    const { model } = trainableForm(modelOf(decoder().freeze()), { batch: 4 });
    const view = layerView(model.graph, inferFacts(model.graph));
    const step = buildTrainingStep(model, view, { batch: 4, seed: 1 });
    assert.deepEqual(
      step.parameters.filter((p) => p.gradient === undefined || p.layers.length === 0).map((p) => p.name),
      [],
    );
    const weights = ['q', 'k', 'v', 'o', 'head'].map((name) => `${name}.weight`);
    assert.deepEqual(step.parameters.map((p) => p.name).sort(), ['norm0', 'norm1', 'words', ...weights].sort());
    assert.equal(step.inputs.find(({ name }) => name === 'past_key')?.kind, 'constant');
  });
});
