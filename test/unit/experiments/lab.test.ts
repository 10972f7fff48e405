import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { columns, deviation, doublings, line, mean, quantile, variance } from '../../../src/experiments/lab/figures';
import { Lab } from '../../../src/experiments/lab/lab';
import { Learner } from '../../../src/experiments/lab/learner';
import type { NormKind } from '../../../src/experiments/lab/network';
import { cnn, mlp } from '../../../src/experiments/lab/networks';
import { batchOf, BatchStream, pictures } from '../../../src/experiments/lab/samples';
import { ModelError } from '../../../src/ir/errors';

const pause = () => Promise.resolve();
const norms: readonly NormKind[] = ['none', 'batch', 'layer', 'group', 'instance'];
const data = { count: 500, side: 8, classes: 4 };

describe('the lab of the experiments', function () {
  this.timeout(60_000);
  let lab: Lab;
  before(() => {
    lab = new Lab({ runtime: nativeRuntime(1), pause });
  });
  after(() => lab.release());

  const small = (norm: NormKind) => mlp({ inputs: 64, width: 16, depth: 2, classes: 4, activation: 'Relu', norm });

  async function train(norm: NormKind, seed: number): Promise<{ losses: number[]; learner: Learner }> {
    const learner = new Learner(lab, small(norm), { seed });
    const stream = new BatchStream(pictures(seed, 'train', { ...data, flat: true }), 25, seed);
    const losses: number[] = [];
    for (let i = 0; i < 40; i++) losses.push((await learner.step(stream.next(), 0.1)).loss);
    return { losses, learner };
  }

  for (const norm of norms.filter((n) => n !== 'instance' && n !== 'group')) {
    it(`trains a dense network (norm: ${norm}), the same for the same seed`, async () => {
      const [one, again, other] = [await train(norm, 1), await train(norm, 1), await train(norm, 2)];
      assert.deepEqual(one.losses, again.losses);
      assert.notDeepEqual(one.losses, other.losses);
      assert.ok(mean(one.losses.slice(-5)) < 0.5 * one.losses[0], one.losses.join(' '));
      const test = pictures(1, 'test', { ...data, flat: true });
      const { loss, accuracy } = await one.learner.evaluate(test);
      assert.ok(accuracy > 0.6 && loss < 1.3, `${accuracy} ${loss}`);
    });
  }

  for (const norm of norms) {
    it(`trains a convolutional network (norm: ${norm})`, async () => {
      const network = cnn({ side: 8, classes: 4, channels: [8, 8], activation: 'Relu', norm });
      const learner = new Learner(lab, network, { seed: 1, optimizer: 'momentum' });
      const stream = new BatchStream(pictures(1, 'train', data), 25, 1);
      const losses: number[] = [];
      for (let i = 0; i < 60; i++) losses.push((await learner.step(stream.next(), 0.05)).loss);
      assert.ok(mean(losses.slice(-5)) < 0.9 * losses[0], losses.join(' '));
    });
  }

  it('gives the gradient that differences of the loss give', async () => {
    const learner = new Learner(lab, small('batch'), { seed: 3 });
    const batch = new BatchStream(pictures(3, 'train', { ...data, flat: true }), 25, 3).next();
    const { gradients } = await learner.run(batch);
    const name = 'linear1.weight';
    const gradient = gradients.get(name)!;
    const most = gradient.reduce((best, g, i) => (Math.abs(g) > Math.abs(gradient[best]) ? i : best), 0);
    const lossAt = async (change: number) => {
      const moved = learner.copy();
      moved.values.get(name)![most] += change;
      return (await moved.run(batch)).loss;
    };
    const h = 0.01;
    const difference = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
    assert.ok(Math.abs(difference / gradient[most] - 1) < 0.02, `${difference} ${gradient[most]}`);
  });

  it('copies a learner that then goes its own way', async () => {
    const learner = new Learner(lab, small('batch'), { seed: 1, optimizer: 'adam' });
    const stream = new BatchStream(pictures(1, 'train', { ...data, flat: true }), 25, 1);
    await learner.step(stream.next(), 0.01);
    const before = learner.values.get('linear1.weight')!.slice();
    const copy = learner.copy();
    const batch = stream.next();
    await copy.step(batch, 0.01);
    assert.deepEqual(learner.values.get('linear1.weight'), before);
    await learner.step(batch, 0.01);
    assert.deepEqual(copy.values, learner.values);
  });

  it('uses the running statistics at inference, and moves them in training', async () => {
    const learner = new Learner(lab, small('batch'), { seed: 1 });
    const batch = new BatchStream(pictures(1, 'train', { ...data, flat: true }), 25, 1).next();
    const { statistics } = await learner.step(batch, 0.1);
    const { mean: batchMean } = statistics.get('norm1')!;
    const running = learner.values.get('norm1.running_mean')!;
    running.forEach((v, i) => assert.ok(Math.abs(v - 0.1 * batchMean[i]) < 1e-6));
    const [asTrained, atInference] = [
      await learner.run(batch, { loss: 'none', values: ['norm1'] }),
      await learner.run(batch, { loss: 'none', mode: 'running', values: ['norm1'] }),
    ];
    for (const unit of columns(asTrained.values.get('norm1')!, 16)) assert.ok(variance(unit) < 1.5);
    assert.notDeepEqual(asTrained.values.get('norm1'), atInference.values.get('norm1'));
  });

  it('starts weights as asked for', () => {
    const deviationOf = (weights: 'he' | 'xavier' | number, scale = 1) =>
      deviation(new Learner(lab, small('none'), { seed: 1, weights, scale }).values.get('linear1.weight')!);
    assert.ok(Math.abs(deviationOf('he') / Math.sqrt(2 / 64) - 1) < 0.1);
    assert.ok(Math.abs(deviationOf('xavier') / Math.sqrt(2 / 80) - 1) < 0.1);
    assert.ok(Math.abs(deviationOf(0.01) / 0.01 - 1) < 0.1);
    assert.ok(Math.abs(deviationOf('he', 0.1) / (0.1 * Math.sqrt(2 / 64)) - 1) < 0.1);
  });

  it('ends when it is cancelled', async () => {
    const abort = new AbortController();
    const cancelled = new Lab({ runtime: nativeRuntime(1), pause, signal: abort.signal });
    const learner = new Learner(cancelled, small('none'), { seed: 1 });
    const batch = batchOf(pictures(1, 'train', { ...data, flat: true }), [0, 1, 2]);
    await learner.step(batch, 0.1);
    abort.abort();
    await assert.rejects(learner.step(batch, 0.1), (e) => e instanceof ModelError && e.code === 'cancelled');
    await cancelled.release();
  });
});

describe('pictures of the lab', () => {
  it('are standardized, the same for a seed, others in another part', () => {
    const [a, b] = [pictures(1, 'train', data), pictures(1, 'train', data)];
    assert.deepEqual(a.x, b.x);
    assert.notDeepEqual(a.x, pictures(1, 'test', data).x);
    assert.ok(Math.abs(mean(a.x)) < 1e-5 && Math.abs(variance(a.x) - 1) < 1e-4);
    assert.deepEqual([...new Set(a.labels)], [0, 1, 2, 3]);
  });

  it('come once each before any comes again', () => {
    const samples = pictures(1, 'train', { ...data, count: 40 });
    const numbered = { ...samples, labels: Uint8Array.from({ length: 40 }, (_, i) => i) };
    const stream = new BatchStream(numbered, 10, 1);
    const seen = [1, 2, 3, 4].flatMap(() => Array.from(stream.next().target!.data, Number));
    assert.deepEqual(
      seen.sort((x, y) => x - y),
      Array.from({ length: 40 }, (_, i) => i),
    );
  });

  it('have wrong labels where they are asked for', () => {
    const options = { ...data, count: 1000 };
    const wrong = pictures(1, 'train', { ...options, wrongLabels: 0.4 }).labels;
    const exchanged = wrong.filter((label, i) => label !== i % 4).length;
    // a random class is the right one in a quarter of the cases
    assert.ok(Math.abs(exchanged / 1000 - 0.3) < 0.05, String(exchanged));
  });
});

describe('figures of the lab', () => {
  it('are those of a few numbers by hand', () => {
    assert.equal(mean([1, 2, 6]), 3);
    assert.equal(variance([1, 2, 6]), 14 / 3);
    assert.equal(deviation([1, 3]), Math.SQRT2);
    assert.equal(quantile([4, 1, 2, 3], 0.5), 2.5);
    assert.deepEqual(line([0, 1, 2], [1, 3, 5]), { slope: 2, intercept: 1, r2: 1 });
    assert.ok(line([0, 1, 2, 3], [0, 1, 0, 1]).r2 < 0.3);
    assert.deepEqual(doublings(1, 8), [1, 2, 4, 8]);
    assert.deepEqual(
      columns([1, 2, 3, 4], 2).map((c) => [...c]),
      [
        [1, 3],
        [2, 4],
      ],
    );
  });
});
