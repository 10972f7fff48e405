import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../../src/engine/nativeRuntime';
import { encodeOnnx } from '../../../../src/formats/onnx/onnxWriter';
import type { Graph } from '../../../../src/ir/graph';
import { inferTypes } from '../../../../src/ir/inferTypes';
import { layerView } from '../../../../src/layers/recognize';
import type { NormVariantId } from '../../../../src/protocol/normVariant';
import { SyntheticData } from '../../../../src/training/data/syntheticData';
import type { HostTensor } from '../../../../src/training/hostTensor';
import { adam } from '../../../../src/training/optimizers';
import { Random } from '../../../../src/training/random';
import { TrainingState } from '../../../../src/training/trainingState';
import { buildTrainingStep } from '../../../../src/training/trainingStep';
import { applyNormVariant } from '../../../../src/variants/norms/applyNormVariant';
import { detachesStatistics } from '../../../../src/variants/norms/registry';
import { modelOf } from '../../../support/textModel';
import { withWeights } from '../../engine/smallModels';

const net = (body: string) =>
  withWeights(`<ir_version: 8, opset_import: ["" : 18]> net (float[N,3,6,6] x) => (float[N,4] y)
    <float[6,3,3,3] w1, float[6] b1, float[6] s1, float[6] t1, float[6] m1, float[6] v1, float[6,4] w3, float[4] b3>
    { c1 = Conv <pads = [1,1,1,1]> (x, w1, b1) ${body} g = GlobalAveragePool (a1) f = Flatten (g) h = Gemm (f, w3, b3) y = Softmax (h) }`);

const normed = net('n1 = BatchNormalization (c1, s1, t1, m1, v1) a1 = Softplus (n1)').freeze();
const swapped = net('r1 = Softplus (c1) a1 = BatchNormalization (r1, s1, t1, m1, v1)').freeze();
const plain = net('a1 = Softplus (c1)').freeze();

/** A sequence, normed position by position, and a vector after it. */
const sequence = withWeights(`<ir_version: 8, opset_import: ["" : 18]> net (float[N,5,6] x) => (float[N,4] y)
  <float[6,8] w1, float[8] s1, float[8] t1, float[8] s2, float[8] t2, float[8,4] w2, int64[1] one = {1}>
  { c = MatMul (x, w1) n = LayerNormalization (c, s1, t1) a = Softplus (n) p = ReduceMean <keepdims = 0> (a, one)
    q = LayerNormalization (p, s2, t2) h = MatMul (q, w2) y = Softmax (h) }`).freeze();

/** The training step of a variant on one batch, with weights that may be changed between runs. */
async function stepOf(graph: Graph, id: NormVariantId) {
  const model = modelOf((await applyNormVariant(graph, id)).graph);
  const view = layerView(model.graph, inferTypes(model.graph));
  const step = buildTrainingStep(model, view, { batch: 6, seed: 1, detachStatistics: detachesStatistics(id) });
  const session = await nativeRuntime(1).createSession(await encodeOnnx(step.graph));
  const state = await TrainingState.create(model, step, 'keep', adam, 0.01, 1);
  const weights = new Map(state.feeds());
  const feeds = new Map<string, HostTensor>([
    ...new SyntheticData(step.inputs, step.outputs, step.batch, 1).feeds(0),
    ...weights,
  ]);
  const run = async (name: string) => (await session.run(feeds, [name])).get(name)!.data as Float32Array;
  const gradient = async (weight: string) =>
    (await run(step.parameters.find((p) => p.name === weight)!.gradient!)).slice();
  return { step, weights, run, gradient, release: () => session.release() };
}

/** The largest error of the loss's derivative along random directions, relative to the gradient, over all weights. */
async function gradientError(graph: Graph, id: NormVariantId): Promise<number> {
  const { step, weights, run, gradient, release } = await stepOf(graph, id);
  const random = new Random(5);
  const loss = async () => Number((await run(step.loss))[0]);
  const gradients = new Map<string, Float32Array>();
  for (const { name } of step.parameters) gradients.set(name, await gradient(name));
  const all = Math.sqrt([...gradients.values()].reduce((sum, g) => sum + g.reduce((s, v) => s + v * v, 0), 0));
  let worst = 0;
  for (const [name, g] of gradients) {
    const values = weights.get(name)!.data as Float32Array;
    const kept = values.slice();
    const direction = random.normals(g.length, 1 / Math.sqrt(g.length));
    const distance = 2e-2;
    const at = async (side: number) => {
      kept.forEach((v, i) => (values[i] = v + side * distance * direction[i]));
      return loss();
    };
    const measured = ((await at(1)) - (await at(-1))) / (2 * distance);
    values.set(kept);
    const expected = g.reduce((sum, v, i) => sum + v * direction[i], 0);
    worst = Math.max(worst, Math.abs(measured - expected) / all);
  }
  await release();
  return worst;
}

describe('variants of the norm: gradients', () => {
  const cases: readonly (readonly [string, Graph, readonly NormVariantId[]])[] = [
    ['a normed network', normed, ['as-is', 'none', 'folded', 'layer', 'instance', 'group', 'rms', 'after-activation']],
    ['norms behind activations', swapped, ['before-activation']],
    ['a network without norms', plain, ['batch', 'layer', 'instance', 'group', 'rms', 'inserted-batch']],
    ['a sequence', sequence, ['none', 'batch', 'group', 'rms']],
  ];
  for (const [name, graph, ids] of cases) {
    for (const id of ids) {
      it(`${id} of ${name}: as central differences say`, async () => {
        const error = await gradientError(graph, id);
        assert.ok(error < 3e-3, `${error}`);
      });
    }
  }

  it('with detached statistics they are not the derivative of the loss', async () => {
    assert.ok((await gradientError(normed, 'detached-batch')) > 0.05);
  });

  it('with detached statistics a bias before the norm gets the gradient that batch norm would cancel', async () => {
    // Ioffe and Szegedy 2015, section 2: the bias grows while the loss stays the same
    const [attached, detached] = await Promise.all([stepOf(normed, 'as-is'), stepOf(normed, 'detached-batch')]);
    const largest = (values: Float32Array) => Math.max(...values.map(Math.abs));
    assert.ok(largest(await attached.gradient('b1')) < 1e-6);
    const bias = await detached.gradient('b1');
    assert.ok(largest(bias) > 1e-3);
    // with mean and variance constant, y = s (x - mean) / std + t: dLoss/db = s / std dLoss/dt
    const [shift, statistics] = [await detached.gradient('t1'), await detached.run(detached.step.batchStatistics!)];
    const scale = detached.weights.get('s1')!.data as Float32Array;
    bias.forEach((b, c) => {
      const expected = (scale[c] / Math.sqrt(statistics[6 + c] + 1e-5)) * shift[c];
      assert.ok(Math.abs(b - expected) < 1e-5 * largest(bias) + 1e-7, `${b} for ${expected}`);
    });
    // the forward pass is that of batch norm, and the loss does not know the bias
    const before = Number((await detached.run(detached.step.loss))[0]);
    assert.ok(Math.abs(before - Number((await attached.run(attached.step.loss))[0])) < 1e-6);
    (detached.weights.get('b1')!.data as Float32Array).fill(3);
    assert.ok(Math.abs(before - Number((await detached.run(detached.step.loss))[0])) < 1e-5);
    await Promise.all([attached.release(), detached.release()]);
  });
});
