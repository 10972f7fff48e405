import assert from 'node:assert/strict';
import { attribute } from '../../../src/ir/attribute';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { lowerPrivateOperators } from '../../../src/variants/lowerPrivate';
import { toTrainingForm } from '../../../src/variants/trainingForm';
import { fed, feedsOf, graphOf, operatorCase, values } from '../../support/operatorCases';
import { floats, noise, runGraph, runSteps } from '../../support/runGraph';

function normalized(shape: readonly number[], momentum = 0.8): MutableGraph {
  const g = new MutableGraph();
  const channels = shape[1];
  g.opsets.set('', 18);
  g.addInput('x', { kind: 'tensor', dtype: 'float32', shape });
  const constant = (name: string, seed: number, low: number) =>
    g.addInitializer(
      float32Tensor(
        name,
        [channels],
        noise(channels, seed).map((v) => low + v),
      ),
    );
  constant('gamma', 2, 2);
  constant('beta', 3, 0);
  constant('rm', 4, 0);
  constant('rv', 5, 2);
  g.addNode(
    'BatchNormalization',
    ['x', 'gamma', 'beta', 'rm', 'rv'],
    { epsilon: attribute.float(1e-3), momentum: attribute.float(momentum) },
    { outputs: ['y'], name: 'bn' },
  );
  g.addOutput('y', { kind: 'tensor', dtype: 'float32' });
  return g;
}

/** Batch normalization over all axes but 1, in double precision. */
function reference(
  shape: readonly number[],
  x: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  epsilon: number,
) {
  const channels = shape[1];
  const inner = shape.slice(2).reduce((a, b) => a * b, 1);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const count = x.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.forEach((v, i) => (mean[channelOf(i)] += v / count));
  x.forEach((v, i) => (variance[channelOf(i)] += (v - mean[channelOf(i)]) ** 2 / count));
  const y = Array.from(x, (v, i) => {
    const c = channelOf(i);
    return ((v - mean[c]) / Math.sqrt(variance[c] + epsilon)) * gamma[c] + beta[c];
  });
  return { mean, variance, y };
}

function close(actual: ArrayLike<number | bigint>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(Number(actual[i]) - expected[i]) <= tolerance, `[${i}] ${actual[i]} is not ${expected[i]}`);
}

describe('toTrainingForm', () => {
  for (const shape of [
    [6, 4],
    [5, 3, 7],
    [4, 3, 5, 6],
    [8, 5, 24, 20], // so many that they are averaged in two stages
    [2, 3, 4, 3, 2],
  ]) {
    it(`normalizes [${shape}] with the statistics of the batch`, async () => {
      const g = normalized(shape);
      const [norm] = toTrainingForm(g);
      assert.deepEqual([norm.node, norm.output, norm.runningMean, norm.runningVariance], ['bn', 'y', 'rm', 'rv']);
      assert.deepEqual([norm.momentum, norm.epsilon], [0.8, 1e-3]);
      for (const v of [norm.batchMean, norm.batchVariance]) g.addOutput(v, { kind: 'tensor', dtype: 'float32' });
      lowerPrivateOperators(g);
      const count = shape.reduce((a, b) => a * b);
      // A mean of 100 against a deviation of 0.6: the uncentred formula loses the variance here.
      const x = noise(count, 9).map((v) => v + 100);
      const result = await runGraph(g, { x: floats(shape, x) });
      const read = async (name: string) => new Float32Array((await g.initializers.get(name)!.read()).slice().buffer);
      const expected = reference(shape, x, await read('gamma'), await read('beta'), 1e-3);
      close(result.y.data, expected.y, 2e-3);
      close(result[norm.batchMean].data, [...expected.mean], 1e-3);
      close(result[norm.batchVariance].data, [...expected.variance], 1e-4);
      assert.deepEqual(result.y.dims, shape);
      assert.deepEqual(result[norm.batchMean].dims, [shape[1]]);
    });
  }

  it('yields the running statistics that a node in training mode asks for', async () => {
    const shape = [8, 2, 3];
    const g = normalized(shape, 0.75);
    const node = g.nodes[0];
    node.attributes.set('training_mode', attribute.int(1));
    node.outputs = ['y', 'new_mean', 'new_variance'];
    toTrainingForm(g);
    lowerPrivateOperators(g);
    for (const v of ['new_mean', 'new_variance']) g.addOutput(v, { kind: 'tensor', dtype: 'float32' });
    const x = noise(48, 3);
    const result = await runGraph(g, { x: floats(shape, x) });
    const { mean, variance } = reference(shape, x, noise(2), noise(2), 0);
    const old = noise(2, 4);
    close(
      result.new_mean.data,
      old.map((v, i) => v * 0.75 + mean[i] * 0.25),
      1e-6,
    );
    const oldVariance = noise(2, 5).map((v) => v + 2);
    close(
      result.new_variance.data,
      oldVariance.map((v, i) => v * 0.75 + variance[i] * 0.25),
      1e-6,
    );
  });

  it('lets Dropout draw a new mask at every step, the same ones for the same seed', async () => {
    const graph = (seed: number) => {
      const g = new MutableGraph();
      g.opsets.set('', 18);
      g.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [1000] });
      g.addInitializer(float32Tensor('ratio', [], [0.3]));
      g.addNode('Dropout', ['x', 'ratio'], {}, { outputs: ['y'] });
      g.addOutput('y', { kind: 'tensor', dtype: 'float32' });
      toTrainingForm(g, { seed });
      g.addOutput(g.nodes[0].outputs[1], { kind: 'tensor', dtype: 'bool' });
      return g;
    };
    const x = floats([1000], new Array(1000).fill(1));
    const [first, second] = await runSteps(graph(7), { x }, 2);
    const again = await runGraph(graph(7), { x });
    const other = await runGraph(graph(8), { x });
    assert.deepEqual(first.y, again.y);
    assert.notDeepEqual(first.y, other.y);
    assert.notDeepEqual(first.y, second.y);
    const kept = Array.from(first.y.data).filter((v) => v !== 0);
    assert.ok(Math.abs(kept.length - 700) < 60, `${kept.length} of 1000 kept`);
    for (const v of kept) assert.ok(Math.abs(Number(v) - 1 / 0.7) < 1e-6);
  });

  for (const c of [
    operatorCase(18, 'MeanVarianceNormalization', [fed([2, 3, 8, 9])]),
    operatorCase(18, 'MeanVarianceNormalization', [fed([2, 3, 8, 9])], { axes: attribute.ints([1, 2, 3]) }),
    operatorCase(18, 'LpNormalization', [fed([2, 3, 4])], { axis: attribute.int(1), p: attribute.int(1) }),
    operatorCase(18, 'LpNormalization', [values('float32', [0, 0, 3, 4], [2, 2])]),
  ]) {
    it(`writes ${c.opType} {${Object.keys(c.attributes)}} out with the results of the runtime's own`, async () => {
      const g = graphOf(c);
      toTrainingForm(g);
      assert.ok(!g.nodes.some((n) => n.opType === c.opType));
      const { y0 } = await runGraph(g, feedsOf(c));
      close(y0.data, Array.from((await runGraph(graphOf(c), feedsOf(c))).y0.data, Number), 1e-5);
    });
  }
});
