import assert from 'node:assert/strict';
import path from 'node:path';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { experimentWithId } from '../../../src/experiments/registry';
import { runExperiment } from '../../../src/experiments/runExperiment';
import { ModelError } from '../../../src/ir/errors';
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
    const { verdict, figures, network } = await run('fold-equivalence');
    assert.equal(verdict, 'pass');
    assert.equal(network, sample);
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
    const [first, last] = figures.map((f) => Number(f.values[0]));
    assert.ok(last < 0.1 * first, `${first} ${last}`);
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
