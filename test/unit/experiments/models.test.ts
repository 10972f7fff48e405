import assert from 'node:assert/strict';
import path from 'node:path';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { experimentWithId } from '../../../src/experiments/registry';
import { runExperiment } from '../../../src/experiments/runExperiment';
import { ModelError } from '../../../src/ir/errors';
import { missingTensor } from '../../../src/ir/tensor';
import type { Model } from '../../../src/ir/model';
import { convNet, temporaryFolder, withWeights, writeModel } from '../engine/smallModels';

const sample = path.join(__dirname, '../../../media/samples/sample.onnx');

describe('experiments on a model of the user', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let model: Model;
  let small: Model;
  before(async () => {
    model = await openModelFile(sample);
    small = await openModelFile(await writeModel(folder, 'conv.onnx', withWeights(convNet)));
  });

  const run = (id: string, given = model) =>
    runExperiment(experimentWithId(id)!, {
      runtime: nativeRuntime(1),
      pause: () => Promise.resolve(),
      seeds: 3,
      model: { path: sample, model: given },
    });

  it('folds the norms of the sample, which changes nothing', async () => {
    const { verdict, figures, network, setting } = await run('fold-equivalence');
    assert.equal(verdict, 'pass');
    assert.equal(network, sample);
    assert.match(setting, /^The model at inference/);
    assert.doesNotMatch(setting, /CNN|MLP/);
    const [, folded, before, after] = figures.map((f) => Number(f.values[0]));
    assert.equal(folded, 5);
    assert.ok(after < before);
  });

  it('adds biases that its norms take away', async () => {
    const { verdict, figures } = await run('bias-cancelled');
    assert.equal(verdict, 'pass');
    // at inference, with the means as they were, the bias does change the output
    assert.ok(figures.find((f) => f.label.includes('as they were'))!.values.every((v) => Number(v) > 0.01));
  });

  it('follows scale, shift and statistics of its norms', async () => {
    const { verdict } = await run('parameters-steadier-than-statistics', small);
    assert.equal(verdict, 'pass');
  });

  it('brings its running means to those of the data', async () => {
    const { verdict, figures } = await run('train-and-inference', small);
    assert.equal(verdict, 'reported');
    const [first, last, expected] = figures.map((f) => Number(f.values[0]));
    assert.ok(last < 0.1 * first, `${first} ${last}`);
    // momenta of 0.8 and 0.9
    assert.ok(expected > 0.8 ** 59 * first && expected <= 0.9 ** 59 * first, `${first} ${expected}`);
  });

  it('trains it with its norms before and after the activations, and judges nothing', async () => {
    const { verdict, figures } = await run('placement', small);
    assert.equal(verdict, 'reported');
    assert.equal(figures.length, 2);
    assert.ok(figures.every((f) => f.values.every((v) => Number(v) > 0)));
  });

  it('reports how far its activations are from normal', async () => {
    const { verdict, figures } = await run('gaussian-activations', small);
    assert.equal(verdict, 'reported');
    assert.ok(figures.every((f) => f.values.every((v) => Number(v) >= 0)));
  });

  it('reports the shape of dense layers whose channels come last, and of a model with a fixed batch', async () => {
    const tokens = `<ir_version: 8, opset_import: ["" : 18]>
      net (float[1,48,8] x) => (float[1,48,8] y) <float[8,16] w1, float[16,8] w2>
      { h = MatMul (x, w1)
        r = Relu (h)
        y = MatMul (r, w2) }`;
    const graph = await openModelFile(await writeModel(folder, 'tokens.onnx', withWeights(tokens)));
    const { figures, measured } = await run('gaussian-activations', graph);
    assert.equal(figures.length, 3);
    assert.match(measured, /^distance to the normal: model /);
    // 32 samples of 48 tokens: more than the 500 values that are looked at
    assert.match(figures[2].published!, /500 values/);
  });

  it('makes the weights that the file does not hold, and says so', async () => {
    const graph = withWeights(convNet);
    for (const [name, tensor] of graph.initializers)
      graph.initializers.set(name, missingTensor(name, 'float32', tensor.dims));
    const bare = { ...small, graph: graph.freeze() };
    for (const id of ['fold-equivalence', 'bias-cancelled', 'gaussian-activations']) {
      const { verdict, setting } = await run(id, bare);
      assert.equal(verdict, id === 'gaussian-activations' ? 'reported' : 'pass', id);
      assert.match(setting, /Weights that the file does not hold are made as before training\.$/);
    }
  });

  it('reads constants that several nodes share through Identity', async () => {
    const graph = withWeights(convNet);
    const { nodes } = graph;
    graph.nodes = [];
    for (const node of nodes) {
      const isNorm = node.opType === 'BatchNormalization';
      const inputs = node.inputs.map((v, i) => (isNorm && i > 2 ? graph.add('Identity', [v]) : v));
      graph.nodes.push({ ...node, inputs });
    }
    const { verdict } = await run('bias-cancelled', { ...small, graph: graph.freeze() });
    assert.equal(verdict, 'pass');
  });

  it('says what cannot be compared: outputs that are 0 throughout', async () => {
    const edited = model.graph.toMutable();
    const [{ name }] = edited.outputs;
    const zero = edited.add('Sub', [name, name]);
    edited.outputs = [{ name: zero, type: edited.outputs[0].type }];
    for (const id of ['fold-equivalence', 'bias-cancelled']) {
      await assert.rejects(
        run(id, { ...model, graph: edited.freeze() }),
        (e) => e instanceof ModelError && e.code === 'unsupported' && /0 throughout/.test(e.message),
        id,
      );
    }
  });

  it('says why no norm can be folded', async () => {
    const computed = `<ir_version: 8, opset_import: ["" : 18]>
      net (float[N,3,8,8] x) => (float[N,6,8,8] y)
      <float[6,3,3,3] w, float[6] b, float[6] s, float[6] t, float[6] m, float[6] v>
      { minus = Neg (b)
        c = Conv <pads = [1,1,1,1]> (x, w, minus)
        y = BatchNormalization (c, s, t, m, v) }`;
    const given = await openModelFile(await writeModel(folder, 'computed.onnx', withWeights(computed)));
    await assert.rejects(
      run('fold-equivalence', given),
      (e) => e instanceof ModelError && /can be folded: .* stays as it is, because .*bias/.test(e.message),
    );
  });

  it('says which experiments are for built-in networks only', async () => {
    await assert.rejects(run('norm-axes'), (e) => e instanceof ModelError && e.code === 'unsupported');
  });

  it('says what a model lacks', async () => {
    const graph = model.graph.toMutable();
    graph.nodes = graph.nodes.map((n) =>
      n.opType === 'BatchNormalization'
        ? { ...n, opType: 'Identity', inputs: [n.inputs[0]], attributes: new Map() }
        : n,
    );
    const plain = { ...model, graph: graph.freeze() };
    for (const id of ['fold-equivalence', 'bias-cancelled', 'parameters-steadier-than-statistics', 'placement']) {
      await assert.rejects(run(id, plain), (e) => e instanceof ModelError && e.code === 'unsupported', id);
    }
  });
});
