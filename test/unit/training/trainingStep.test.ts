import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { wasmRuntime } from '../../../src/engine/wasmRuntime';
import type { Runtime } from '../../../src/engine/runtime';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { ModelError } from '../../../src/ir/errors';
import { inferTypes } from '../../../src/ir/inferTypes';
import type { Model } from '../../../src/ir/model';
import { parseGraph } from '../../../src/ir/textForm';
import { layerView } from '../../../src/layers/recognize';
import { SyntheticData } from '../../../src/training/data/syntheticData';
import type { HostTensor } from '../../../src/training/hostTensor';
import { adam } from '../../../src/training/optimizers';
import { Random } from '../../../src/training/random';
import { momentsOf } from '../../../src/training/statisticsNodes';
import { TrainingState } from '../../../src/training/trainingState';
import { buildTrainingStep, type TrainingStep } from '../../../src/training/trainingStep';
import { modelOf } from '../../support/textModel';
import { convNet, withWeights } from '../engine/smallModels';

function stepOf(text: string, batch = 8): { model: Model; step: TrainingStep } {
  const model = modelOf(withWeights(text).freeze());
  const view = layerView(model.graph, inferTypes(model.graph));
  return { model, step: buildTrainingStep(model, view, { batch, seed: 1 }) };
}

/** Runs a step on one batch, with weights that the caller may change between runs. */
async function runner(model: Model, step: TrainingStep, runtime: Runtime = nativeRuntime(1)) {
  const session = await runtime.createSession(await encodeOnnx(step.graph));
  const state = await TrainingState.create(model, step, 'keep', adam, 0.01, 1);
  const data = new SyntheticData(step.inputs, step.outputs, step.batch, 1).feeds(0);
  const weights = new Map(state.feeds());
  const feeds = new Map<string, HostTensor>([...data, ...weights]);
  const run = (fetches: readonly string[]) => session.run(feeds, fetches);
  const loss = async () => Number((await run([step.loss])).get(step.loss)!.data[0]);
  return { run, loss, feeds, weights, session };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Smooth everywhere, so that differences converge; BatchNormalization in a chain and beside a skip connection. */
const smoothNet = convNet
  .replace('r1 = Relu (n1)', 'r1 = Softplus (n1)')
  .replace('g = GlobalAveragePool (r2)', 'e = Add (r2, r2)\n g = GlobalAveragePool (e)');

/**
 * Largest error of directional derivatives of the loss against central differences, relative to the gradient's norm, over
 * every parameter and several directions. `tamper` changes a gradient before it is compared.
 */
async function gradientError(
  runtime: Runtime,
  tamper: (gradient: Float32Array) => void = () => undefined,
): Promise<number> {
  const { model, step } = stepOf(smoothNet);
  const { run, loss, weights, session } = await runner(model, step, runtime);
  const outputs = await run(step.parameters.map((p) => p.gradient!));
  const random = new Random(11);
  let worst = 0;
  for (const { name, gradient } of step.parameters) {
    const g = (outputs.get(gradient!)!.data as Float32Array).slice();
    tamper(g);
    const values = weights.get(name)!.data as Float32Array;
    const kept = values.slice();
    const norm = Math.sqrt(dot(g, g));
    for (const direction of [g.slice(), random.normals(g.length), random.normals(g.length)]) {
      const length = Math.sqrt(dot(direction, direction));
      const at = async (distance: number) => {
        for (let i = 0; i < values.length; i++) values[i] = kept[i] + (distance * direction[i]) / length;
        return loss();
      };
      // the fourth-order central difference: with a step long enough for float32 losses
      const h = 0.03;
      const difference = (8 * ((await at(h)) - (await at(-h))) - ((await at(2 * h)) - (await at(-2 * h)))) / (12 * h);
      values.set(kept);
      worst = Math.max(worst, Math.abs(difference - dot(g, direction) / length) / norm);
    }
  }
  await session.release();
  return worst;
}

describe('buildTrainingStep', function () {
  this.timeout(60000);

  it('has the gradients of a whole network with batch norms: central differences, both runtimes', async () => {
    for (const runtime of [nativeRuntime(1), wasmRuntime(1)]) {
      const error = await gradientError(runtime);
      assert.ok(error < 1e-3, `${runtime.facts.name}: ${error}`);
    }
  });

  it('and the check fails for a gradient that is a little off', async () => {
    const scaled = await gradientError(nativeRuntime(1), (g) => g.forEach((v, i) => (g[i] = 1.01 * v)));
    assert.ok(scaled > 5e-3, String(scaled));
    const oneElement = await gradientError(nativeRuntime(1), (g) => (g[0] = -g[0]));
    assert.ok(oneElement > 5e-3, String(oneElement));
  });

  it('has the gradients of the layers: a shift of a bias is a shift of its layer', async () => {
    const { model, step } = stepOf(convNet);
    const { run, session } = await runner(model, step);
    const gradients = step.gradients!;
    const bias = step.parameters.find((p) => p.name === 'b3')!;
    const outputs = await run([bias.gradient!, gradients.moments]);
    const [layer] = bias.layers;
    const { mean } = momentsOf(
      gradients,
      step.layers[layer].gradient!,
      outputs.get(gradients.moments)!.data as Float32Array,
    );
    // dLoss/db3 sums dLoss/dh over the batch
    const g = outputs.get(bias.gradient!)!.data as Float32Array;
    const total = g.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(total - mean * step.batch * g.length) < 1e-6);
    await session.release();
  });

  it('finds the parameters, what they belong to and how they start', () => {
    const { step } = stepOf(convNet);
    assert.deepEqual(
      step.parameters.map((p) => [p.name, p.kind, p.layers.join(), p.activation]),
      [
        ['w1', 'weight', '0', 'Relu'],
        ['s1', 'scale', '1', 'Relu'],
        ['t1', 'shift', '1', 'Relu'],
        ['w2', 'weight', '3', 'Tanh'],
        ['s2', 'scale', '4', 'Tanh'],
        ['t2', 'shift', '4', 'Tanh'],
        ['w3', 'weight', '7', 'Softmax'],
        ['b3', 'bias', '7', 'Softmax'],
      ],
    );
    assert.ok(step.parameters.every((p) => p.gradient !== undefined));
    assert.deepEqual(
      step.norms.map((n) => [n.layer, n.channels, n.norm.momentum.toFixed(2)]),
      [
        [1, 6, '0.80'],
        [4, 8, '0.90'],
      ],
    );
    assert.equal(step.lossName, 'cross-entropy');
  });

  it('computes the loss of its definition', async () => {
    const { model, step } = stepOf(convNet);
    const { feeds, loss, session } = await runner(model, step);
    // the logits, computed by the graph without its loss
    const graph = step.graph.copy();
    graph.outputs = [{ name: 'h', type: { kind: 'tensor', dtype: 'float32' } }];
    const forward = await nativeRuntime(1).createSession(await encodeOnnx(graph));
    const logits = (await forward.run(feeds, ['h'])).get('h')!.data as Float32Array;
    const classes = feeds.get(step.outputs[0].target)!.data as BigInt64Array;
    let expected = 0;
    classes.forEach((label, n) => {
      const row = logits.slice(4 * n, 4 * n + 4);
      const sum = row.reduce((s, v) => s + Math.exp(v), 0);
      expected += (Math.log(sum) - row[Number(label)]) / classes.length;
    });
    assert.ok(Math.abs((await loss()) - expected) < 1e-5);
    await Promise.all([session.release(), forward.release()]);
  });

  it('adds the losses of several outputs, and leaves out and names what it cannot train', () => {
    const { step } = stepOf(`<ir_version: 8, opset_import: ["" : 18, "custom" : 1]>
      g (float[N,4] x) => (float[N,3] y, float[N,1] z, float[N,4] w)
      <float[3,4] w1, float[1,4] w2, float[4,4] w3>
      { y = Gemm <transB = 1> (x, w1)
        z = Gemm <transB = 1> (x, w2)
        m = Gemm (x, w3)
        b = Round (m)
        w = Abs (b) }`);
    assert.deepEqual(
      step.outputs.map((o) => [o.output, o.kind]),
      [
        ['y', 'class'],
        ['z', 'teacher'],
        ['w', 'input'],
      ],
    );
    assert.match(step.notes.join('\n'), /w3/);
    assert.ok(step.parameters.find((p) => p.name === 'w3')!.gradient === undefined);
  });

  it('trains a half-precision file in float32, and says so', () => {
    const text = convNet.replaceAll('float[', 'float16[');
    const model = modelOf(parseGraph(text));
    const view = layerView(model.graph, inferTypes(model.graph));
    const step = buildTrainingStep(model, view, { batch: 2, seed: 1 });
    assert.ok(step.graph.inputs.every((i) => i.type.dtype !== 'float16'));
    assert.match(step.notes.join(), /computes in float16: it was trained in float32/);
  });

  it('writes out what later opsets added for sizes that the file leaves open', () => {
    const text = `<ir_version: 10, opset_import: ["" : 23]> g (int64[N,T] ids, int64[N,T] position_ids) => (float[N,T,9] y)
      <float[9,8] table, float[64,2] cosines, float[64,2] sines, float[8,9] head>
      { e = Gather (table, ids)  t = RotaryEmbedding <num_heads = 2> (e, cosines, sines, position_ids)  y = MatMul (t, head) }`;
    const { step } = stepOf(text);
    assert.deepEqual(
      step.outputs.map((o) => [o.kind, o.shape]),
      [['token', [8, 8, 9]]],
    );
    assert.ok(step.parameters.find((p) => p.name === 'table')!.gradient !== undefined);
    assert.ok(!step.graph.nodes.some((n) => n.opType === 'RotaryEmbedding'));
  });

  it('says of a graph model without its weight files that sizes lie among them', () => {
    const graph = withWeights(
      '<ir_version: 8, opset_import: ["" : 18]> g (float[N,4] x) => (float[N,4] y) <float[4,4] w> { m = Gemm (x, w)  y = Sign (m) }',
    ).freeze();
    const refusal = (more: Partial<Model>) => {
      const model = { ...modelOf(graph), ...more };
      try {
        buildTrainingStep(model, layerView(graph), { batch: 2, seed: 1 });
      } catch (error) {
        return (error as ModelError).message;
      }
      return assert.fail('it was not refused');
    };
    assert.match(refusal({ format: 'tfjs-graph', weights: 'missing' }), /put the files of weights beside it$/);
    for (const whole of [{ format: 'tfjs-graph' }, { weights: 'missing' }] as const)
      assert.doesNotMatch(refusal(whole), /files of weights/);
  });

  it('refuses graphs with cycles or without weights', () => {
    assert.throws(
      () => stepOf('<ir_version: 8, opset_import: ["" : 18]> g (float[N,4] x) => (float[N,4] y) { y = Relu (x) }'),
      (e) => e instanceof ModelError && e.code === 'unsupported',
    );
    const cyclic = withWeights(convNet);
    cyclic.nodes[0].inputs[0] = 'c2';
    const model = modelOf(cyclic.freeze());
    assert.throws(
      () => buildTrainingStep(model, layerView(model.graph), { batch: 2, seed: 1 }),
      (e) => e instanceof ModelError && e.code === 'invalid' && /cycle/.test(e.message),
    );
  });
});
