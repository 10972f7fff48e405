import assert from 'node:assert/strict';
import { nodeHost } from '../../../src/engine/nodeHost';
import { measureTrainingMode, proveMomentum, proveSameResults, type Pair } from '../../../src/engine/proveFix';
import { differenceBetween } from '../../../src/engine/proofRuns';
import { openBytes } from '../../support/onnxModels';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { attribute } from '../../../src/ir/attribute';
import { BytesSource } from '../../../src/ir/byteSource';
import type { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { readFloats } from '../../../src/ir/tensorValues';
import { filledGraph } from '../../support/edited';

const text = (
  nodes: string,
  opset = 15,
) => `<ir_version: 8, opset_import: ["" : ${opset}]> g (float[N,3,8,8] x) => (float[N,4,6,6] y)
  <float[4,3,3,3] w, float[4] s, float[4] h, float[4] m, float[4] v> { ${nodes} }`;
const block = (attributes = '', end = 'y = Relu(n)') =>
  filledGraph(text(`a = Conv(x, w) n = BatchNormalization${attributes}(a, s, h, m, v) ${end}`));

async function pair(original: MutableGraph, change: (fixed: MutableGraph) => void | Promise<void>): Promise<Pair> {
  const bytes = await encodeOnnx(original);
  const model = await openBytes(bytes);
  const [stated, fixed] = [model.graph.toMutable(), model.graph.toMutable()];
  await change(fixed);
  const file = { model, source: new BytesSource(bytes) };
  return { original: stated, expanded: stated, fixed, functions: [], results: ['n'], file };
}

const scaled = (name: string, by: number) => async (graph: MutableGraph) => {
  const tensor = graph.initializers.get(name)!;
  const values = (await readFloats(tensor)).map((v) => v * by);
  graph.initializers.set(name, float32Tensor(name, tensor.dims, values));
};

describe('the proof of a fix', function () {
  this.timeout(20_000);
  const { runtime } = nodeHost.chooseRuntime('auto', 1);

  it('accepts what is the same', async () => {
    const { proof } = await proveSameResults(await pair(block(), () => undefined), runtime);
    assert.equal(proof.difference, 0);
    assert.deepEqual(proof.compared, ['y']);
  });

  for (const name of ['w', 's', 'h']) {
    it(`refuses a weight (${name}) that is off by 1 in 10 000`, async () => {
      await assert.rejects(
        proveSameResults(await pair(block(), scaled(name, 1.0001)), runtime),
        /no copy was saved: its results would differ by 0.0\d+ %/,
      );
    });
  }

  it('looks behind an activation that hides the difference', async () => {
    // far out, where a sigmoid is 1 whatever comes in
    const hidden = block('', 'c = Constant<value = float {40.0}>() t = Add(n, c) y = Sigmoid(t)');
    const { proof } = await proveSameResults(await pair(hidden, () => undefined), runtime);
    assert.deepEqual(proof.compared, ['t']);
    await assert.rejects(proveSameResults(await pair(hidden, scaled('s', 1.01)), runtime), /would differ/);
  });

  it('compares what the edit concerns where the outputs do not depend on the inputs', async () => {
    const constant = block(
      '',
      'c = Constant<value = float {0.0}>() t = Mul(n, c) o = Constant<value = float {1.0}>() y = Add(t, o)',
    );
    const { proof } = await proveSameResults(await pair(constant, () => undefined), runtime);
    assert.deepEqual(proof.compared, ['n']);
    await assert.rejects(proveSameResults(await pair(constant, scaled('h', 1.01)), runtime), /would differ/);
  });

  it('refuses a copy that does not run where the model does', async () => {
    const broken = (graph: MutableGraph) => void (graph.nodes[2].opType = 'Nonsense');
    await assert.rejects(
      proveSameResults(await pair(block(), broken), runtime),
      /no copy was saved: the model runs and the copy does not \(.*Nonsense/,
    );
  });

  it('refuses values that are not finite', async () => {
    await assert.rejects(proveSameResults(await pair(block(), scaled('s', Infinity)), runtime), /not finite/);
  });

  it('measures what training mode makes of the results', async () => {
    const training = block('<training_mode = 1>');
    training.nodes[1].outputs.push('rm', 'rv');
    const inference = (graph: MutableGraph) => {
      graph.nodes[1].attributes.delete('training_mode');
      graph.nodes[1].outputs.length = 1;
    };
    const { proof } = await measureTrainingMode(await pair(training, inference), runtime);
    assert.ok(Number(proof.difference) > 0.01);
    // statistics of the batch in the place of running ones: as if the data had them already
    assert.equal(proof.samples, 8);
    assert.equal(proof.limit, null);
  });

  it('accepts the momentum that was meant and no other', async () => {
    const momentum = (value: number) => (graph: MutableGraph) =>
      void graph.nodes[1].attributes.set('momentum', attribute.float(value));
    const stated = block('<momentum = 0.1>');
    const { proof } = await proveMomentum(await pair(stated, momentum(0.9)), runtime);
    assert.ok(Number(proof.difference) < 1e-6);
    for (const wrong of [0.1, 0.89, 0.99])
      await assert.rejects(proveMomentum(await pair(stated, momentum(wrong)), runtime), /running statistics/);
    // statistics for every position: no norm of later opsets
    const perPosition = filledGraph(`<ir_version: 8, opset_import: ["" : 7]> g (float[2,4,6,6] x) => (float[2,4,6,6] n)
      <float[4,6,6] s, float[4,6,6] h, float[4,6,6] m, float[4,6,6] v>
      { n = BatchNormalization<momentum = 0.1, spatial = 0>(x, s, h, m, v) }`);
    const converted = (graph: MutableGraph) => void graph.nodes[0].attributes.set('momentum', attribute.float(0.9));
    await assert.rejects(proveMomentum(await pair(perPosition, converted), runtime), /every position/);
    const cumulative = block('<momentum = 1.0>');
    assert.ok(Number((await proveMomentum(await pair(cumulative, momentum(0.9)), runtime)).proof.difference) < 1e-6);
    await assert.rejects(proveMomentum(await pair(cumulative, momentum(1)), runtime), /running statistics/);
  });
});

describe('the difference between numbers', () => {
  it('is a part of the largest magnitude that is expected', () => {
    assert.equal(differenceBetween([[1, -4]], [[1, -3]]), 0.25);
    assert.equal(differenceBetween([[1], [8]], [[2], [8]]), 0.125);
    assert.equal(differenceBetween([[NaN, Infinity, 2]], [[NaN, Infinity, 2]]), 0);
  });

  it('is infinite where numbers that are not finite differ, or nothing is large enough to compare', () => {
    assert.equal(differenceBetween([[1, NaN]], [[1, 2]]), Infinity);
    assert.equal(differenceBetween([[1, 2]], [[1, Infinity]]), Infinity);
    assert.equal(differenceBetween([[1, 2]], [[1]]), Infinity);
    assert.equal(differenceBetween([[0, 1e-40]], [[0, 0]]), Infinity);
    assert.equal(differenceBetween([[0]], [[0]]), Infinity);
  });
});
