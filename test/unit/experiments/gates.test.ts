import assert from 'node:assert/strict';
import type { Verdict } from '../../../src/protocol/experiment';
import { linearGrowth, RELU_GROWTH } from '../../../src/experiments/catalogue/explodingPlainBn';
import { varianceShift } from '../../../src/experiments/catalogue/dropoutVarianceShift';
import { evenlySpread, shapeOf } from '../../../src/experiments/catalogue/gaussianActivations';
import { driftOf } from '../../../src/experiments/catalogue/inputDrift';
import { offStandard } from '../../../src/experiments/catalogue/normAxes';
import { relativeChange } from '../../../src/experiments/catalogue/parametersSteadierThanStatistics';
import { finalLoss, stepsTo } from '../../../src/experiments/lab/standard';
import { experimentWithId } from '../../../src/experiments/registry';
import { Random } from '../../../src/training/random';

function verdict(id: string, ...measured: unknown[]): Verdict {
  const { verdict: said, measured: words, figures } = experimentWithId(id)!.conclude(measured);
  assert.ok(words.length > 0 && figures.length > 0);
  return said;
}

const series = <T>(count: number, value: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => value(i));

describe('gates, on made-up figures', () => {
  it('vanishing-sigmoid', () => {
    const good = { none: [1e-12, 1], batch: [0.5, 1] };
    assert.equal(verdict('vanishing-sigmoid', good, good), 'pass');
    assert.equal(verdict('vanishing-sigmoid', good, { ...good, none: [1e-7, 1] }), 'fail');
    assert.equal(verdict('vanishing-sigmoid', good, { ...good, batch: [0.05, 1] }), 'fail');
  });

  it('exploding-plain-bn', () => {
    const growth = (batch: number, rate: number) => ({
      batch,
      perNetwork: [rate * 1.001, rate * 0.999],
      moments: series(30, (i) => rate ** (30 - i)),
    });
    const made = (linear: (b: number) => number, relu: readonly number[]) => ({
      linear: [8, 16, 32].map((b) => growth(b, linear(b))),
      relu: [8, 32, 128].map((b, i) => growth(b, relu[i])),
    });
    const falling = [1.7, 1.5, RELU_GROWTH];
    assert.equal(verdict('exploding-plain-bn', made(linearGrowth, falling)), 'pass');
    assert.equal(
      verdict(
        'exploding-plain-bn',
        made((b) => 1.03 * linearGrowth(b), falling),
      ),
      'fail',
    );
    assert.equal(verdict('exploding-plain-bn', made(linearGrowth, [1.4, 1.5, RELU_GROWTH])), 'fail');
    assert.equal(verdict('exploding-plain-bn', made(linearGrowth, [1.7, 1.55, 1.53])), 'fail');
  });

  it('outside-the-gradient', () => {
    const arm = (bias: (i: number) => number, loss = () => 1) => ({ bias: series(201, bias), loss: series(201, loss) });
    const still = arm(() => 1e-7);
    assert.equal(verdict('outside-the-gradient', { outside: arm((i) => i / 100), inside: still }), 'pass');
    assert.equal(verdict('outside-the-gradient', { outside: arm((i) => Math.sqrt(i)), inside: still }), 'fail');
    assert.equal(
      verdict('outside-the-gradient', { outside: arm((i) => i / 100), inside: arm((i) => i / 100) }),
      'fail',
    );
  });

  it('input-drift', () => {
    const arm = (drift: number, accuracy = 0.9) => ({ typical: { p15: [0], p50: [0], p85: [0] }, drift, accuracy });
    const small = (accuracy: number) => ({ losses: [1], accuracy });
    const good = { steps: [0], none: arm(0.4), batch: arm(0.1), smallNone: small(0.2), smallBatch: small(0.9) };
    assert.equal(verdict('input-drift', good), 'pass');
    assert.equal(verdict('input-drift', { ...good, batch: arm(0.2) }), 'fail');
    assert.equal(verdict('input-drift', { ...good, none: arm(0.4, 0.7) }), 'fail');
    assert.equal(verdict('input-drift', { ...good, smallNone: small(0.5) }), 'fail');
  });

  it('covariate-shift-refuted', () => {
    const arm = (accuracy: number, shift: number) => ({ losses: series(600, () => 1), accuracy, shift, cosine: 0 });
    const made = (noisy: readonly number[], shift = 0.6) =>
      noisy.map((a, i) => ({ none: arm(0.9, 0.2), batch: arm(0.94 + 0.01 * i, 0.5), noisy: arm(a, shift) }));
    assert.equal(verdict('covariate-shift-refuted', ...made([0.95, 0.94, 0.96])), 'pass');
    assert.equal(verdict('covariate-shift-refuted', ...made([0.95, 0.94, 0.89])), 'fail');
    assert.equal(verdict('covariate-shift-refuted', ...made([0.95, 0.94, 0.96], 0.1)), 'fail');
  });

  it('regularization', () => {
    const noise = (slope: number) => [8, 16, 32, 64].map((b) => b ** slope);
    // the largest parts: 0.9 on the pictures trained on, 0.6 on others
    const made = (slope: number, smallParts: { training: number; test: number }, spread = 0.01) =>
      [-1, -0.5, 0, 0.5, 1].map((at) => ({
        noise: noise(slope),
        trained: [
          { training: smallParts.training, test: smallParts.test - spread * at },
          { training: 0.9, test: 0.6 },
          { training: 0.9, test: 0.6 + spread * at },
        ],
      }));
    const good = { training: 0.75, test: 0.7 };
    assert.equal(verdict('regularization', ...made(-0.5, good)), 'pass');
    assert.equal(verdict('regularization', ...made(-0.3, good)), 'fail');
    // a smaller gap that is only less learnt; no smaller one
    assert.equal(verdict('regularization', ...made(-0.5, { training: 0.6, test: 0.58 })), 'fail');
    assert.equal(verdict('regularization', ...made(-0.5, { training: 1, test: 0.7 })), 'fail');
    // by less than the seeds differ among themselves
    assert.equal(verdict('regularization', ...made(-0.5, good, 0.2)), 'fail');
    const { measured } = experimentWithId('regularization')!.conclude(made(-0.5, good));
    assert.match(measured, /gap 0\.050 \+- 0\.008 with statistics over 4 samples, 0\.300 \+- 0\.008 over 128/);
  });

  it('initialization: at least one scale has to train with the norm', () => {
    const made = (none: number, batch: number) => {
      const row = (trained: number) => series(7, (i) => (i < trained ? 0.1 : 2.3));
      const arm = (trained: number) => [row(0), row(trained), row(0)];
      return { none: arm(none), batch: arm(batch) };
    };
    assert.equal(verdict('initialization', made(1, 3)), 'pass');
    assert.equal(verdict('initialization', made(2, 5)), 'fail');
    assert.equal(verdict('initialization', made(0, 1)), 'pass');
    assert.equal(verdict('initialization', made(0, 0)), 'fail');
  });

  it('faster-training', () => {
    // one loss per step; from `at` on it is 0.1, the target
    const run = (at: number) => ({ lr: 0.1, losses: series(300, (i) => (i < at ? 1 : 0.1)) });
    const pair = (none: number, batch: number) => ({ target: 0.1001, none: run(none), batch: run(batch) });
    const made = (none: number, batch: number) => ({ sigmoid: pair(none, batch), ReLU: pair(200, 200) });
    assert.equal(verdict('faster-training', made(200, 80)), 'pass');
    assert.equal(verdict('faster-training', made(200, 120)), 'fail');
    assert.equal(verdict('faster-training', made(200, 300)), 'fail');
  });

  it('gamma-beta', () => {
    const good = { sigma: [1, 2], mu: [0, 3], gamma: [1.01, 2.01], beta: [0.01, 3.02], loss: [1] };
    assert.equal(verdict('gamma-beta', good), 'pass');
    assert.equal(verdict('gamma-beta', good, { ...good, gamma: [1.03, 2] }), 'fail');
    assert.equal(verdict('gamma-beta', good, { ...good, beta: [0, 2.95] }), 'fail');
  });

  it('parameters-steadier-than-statistics, bias-cancelled, fold-equivalence', () => {
    const ratio = (r: number) => ({ parameters: [1], statistics: [1], ratio: r });
    assert.equal(verdict('parameters-steadier-than-statistics', ratio(0.4)), 'pass');
    assert.equal(verdict('parameters-steadier-than-statistics', ratio(0.4), ratio(0.6)), 'fail');
    const none = { training: 1e-7, inference: 0.5, moved: 1e-7, gradients: 1e-7 };
    assert.equal(verdict('bias-cancelled', none), 'pass');
    for (const key of ['training', 'moved', 'gradients'] as const) {
      assert.equal(verdict('bias-cancelled', none, { ...none, [key]: 1e-4 }), 'fail', key);
    }
    const folded = (difference: number) => ({ difference, folded: 3, nodesBefore: 9, nodesAfter: 6 });
    assert.equal(verdict('fold-equivalence', folded(1e-6)), 'pass');
    assert.equal(verdict('fold-equivalence', folded(1e-6), folded(1e-4)), 'fail');
  });

  it('train-and-inference judges the built-in network alone', () => {
    const made = (end: number) => ({ off: [1, end], expected: 0.01, gaps: { before: 1, after: 0.1 } });
    assert.equal(verdict('train-and-inference', made(0.01)), 'pass');
    assert.equal(verdict('train-and-inference', made(0.01), made(0.06)), 'fail');
    assert.equal(verdict('train-and-inference', { off: [1, 0.9], expected: 0.9 }), 'reported');
  });

  it('dropout-variance-shift, norm-axes', () => {
    const closed = (input: 'zero-mean' | 'ReLU') =>
      [0.9, 0.8, 0.5].map((keep) =>
        input === 'ReLU' ? varianceShift(0.5, 1 / Math.sqrt(2 * Math.PI), keep) : varianceShift(1, 0, keep),
      );
    const good = { 'zero-mean': closed('zero-mean'), ReLU: closed('ReLU') };
    assert.equal(verdict('dropout-variance-shift', good), 'pass');
    assert.equal(verdict('dropout-variance-shift', { ...good, ReLU: closed('ReLU').map((v) => 1.03 * v) }), 'fail');
    assert.equal(
      verdict('dropout-variance-shift', { ...good, 'zero-mean': closed('zero-mean').map((v) => 0.985 * v) }),
      'fail',
    );
    const kinds = ['batch', 'layer', 'group', 'instance'];
    const own = ['batch batch', 'layer layer', 'group group', 'group layer', ...kinds.map((k) => `instance ${k}`)];
    const off = (wrong?: string) =>
      Object.fromEntries(
        kinds.map((kind) => [
          kind,
          Object.fromEntries(
            kinds.map((sets) => {
              const standard = own.includes(`${kind} ${sets}`) !== (wrong === `${kind} ${sets}`);
              return [sets, standard ? 1e-5 : 0.9];
            }),
          ),
        ]),
      );
    assert.equal(verdict('norm-axes', off()), 'pass');
    for (const wrong of ['batch batch', 'layer group', 'instance layer']) {
      assert.equal(verdict('norm-axes', off(), off(wrong)), 'fail', wrong);
    }
  });

  it('batch-size', () => {
    const flat = [0.95, 0.95, 0.94, 0.95, 0.95];
    const good = { batch: [0.95, 0.94, 0.9, 0.8, 0.5], group: flat, layer: flat };
    assert.equal(verdict('batch-size', good), 'pass');
    assert.equal(verdict('batch-size', { ...good, batch: flat }), 'fail');
    assert.equal(verdict('batch-size', { ...good, layer: good.batch }), 'fail');
  });

  it('pre-or-post-norm', () => {
    const blocks = (post: readonly number[], pre: readonly number[]) => ({ post, pre });
    const good = blocks([2, 2, 2, 2, 2], [1, 0.8, 0.6, 0.4, 0.3]);
    const both = (b: typeof good) => ({ 'attention and FFN': b, FFN: good });
    assert.equal(verdict('pre-or-post-norm', both(good)), 'pass');
    assert.equal(verdict('pre-or-post-norm', both(blocks(good.post, [1, 0.8, 0.9, 0.4, 0.3]))), 'fail');
    assert.equal(verdict('pre-or-post-norm', both(blocks([0.9, 2, 2, 2, 2], good.pre))), 'fail');
  });

  it('smoother-loss, larger-learning-rate, input-scaling', () => {
    const arm = (range: number) => ({ low: [1], high: [1 + range], gradientChange: [1] });
    const pair = (none: number) => ({ none: arm(none), batch: arm(1) });
    assert.equal(verdict('smoother-loss', { he: pair(11), xavier: pair(1) }), 'pass');
    assert.equal(verdict('smoother-loss', { he: pair(9), xavier: pair(100) }), 'fail');
    const runs = (trains: number) => series(14, (i) => ({ initial: 2.4, final: i < trains ? 0.5 : Infinity }));
    assert.equal(verdict('larger-learning-rate', { none: runs(5), batch: runs(7) }), 'pass');
    assert.equal(verdict('larger-learning-rate', { none: runs(5), batch: runs(6) }), 'fail');
    // no rate of the grid trains without the norm: nothing to compare with
    assert.equal(verdict('larger-learning-rate', { none: runs(0), batch: runs(7) }), 'fail');
    const best = (steps: readonly number[]) => steps.map((s) => ({ lr: 1, steps: s }));
    assert.equal(verdict('input-scaling', { none: best([300, 40, 40, 40]), batch: best([24, 24, 25, 24]) }), 'pass');
    assert.equal(verdict('input-scaling', { none: best([40, 40, 40, 40]), batch: best([24, 24, 25, 24]) }), 'fail');
  });

  it('placement and gaussian-activations never judge', () => {
    const run = { losses: series(300, () => 1), accuracy: 0.9 };
    const both = { before: run, after: { ...run, accuracy: 0.1 } };
    assert.equal(verdict('placement', { MLP: both, CNN: both }), 'reported');
    const row = { kind: 'MLP', norm: 'none', step: 0, skewness: 9, excessKurtosis: 9, distance: 0.5, count: 500 };
    assert.equal(verdict('gaussian-activations', [row]), 'reported');
    const published = (count: number) =>
      experimentWithId('gaussian-activations')!
        .conclude([[{ ...row, kind: 'model', norm: 'own', count }]])
        .figures.map((f) => f.published);
    assert.deepEqual(published(500), [
      'normal: about 0.07 for 500 values',
      'normal: about 0.1 for 500 values',
      'normal: about 0.03 for 500 values',
    ]);
    assert.equal(published(32)[2], 'normal: about 0.1 for 32 values');
  });
});

describe('figures of the experiments', () => {
  it('closed forms', () => {
    assert.equal(varianceShift(1, 0, 0.5), 2);
    assert.ok(Math.abs(varianceShift(0.5, 1 / Math.sqrt(2 * Math.PI), 0.5) - 2.467) < 1e-3);
    assert.equal(linearGrowth(8), 1.2);
    assert.ok(Math.abs(RELU_GROWTH - 1.467) < 1e-3);
  });

  it('drift is the largest way of the median to its end, over the spread at the end', () => {
    assert.equal(driftOf([0, 0, 1], [2, 8, 3], [9, 9, 5]), 5 / 4);
  });

  it('tells a normal sample from a skewed one', () => {
    const random = new Random(1);
    const normal = shapeOf(random.normals(4000))!;
    assert.ok(Math.abs(normal.skewness) < 0.1 && Math.abs(normal.excessKurtosis) < 0.2 && normal.distance < 0.025);
    // exponential: skewness 2, excess kurtosis 6
    const skewed = shapeOf(series(4000, () => -Math.log(1 - random.uniform())))!;
    assert.ok(Math.abs(skewed.skewness - 2) < 0.3 && skewed.excessKurtosis > 4 && skewed.distance > 0.1);
    assert.equal(shapeOf([1, 1, 1]), undefined);
  });

  it('looks at 500 values of a unit that has more, from its first to its last part', () => {
    const all = Float32Array.from({ length: 1500 }, (_, i) => i);
    assert.deepEqual(
      [...evenlySpread(all)],
      series(500, (i) => 3 * i),
    );
    assert.equal(evenlySpread(all.subarray(0, 500)).length, 500);
  });

  it('knows which sets of a tensor are standardized', () => {
    // alternating signs: every place of a channel and sample is followed by its opposite (one of 35 places is left over)
    const y = series(8 * 12 * 35, (i) => (i % 2 === 0 ? 1 : -1));
    assert.ok(offStandard(y, 'batch') < 0.05);
    assert.ok(
      offStandard(
        y.map((v) => v + 1),
        'layer',
      ) > 0.9,
    );
  });

  it('relative change takes several vectors as one', () => {
    const of = (...values: number[]) => Float32Array.from(values);
    assert.equal(relativeChange([of(3), of(4)], [of(3), of(9)]), 1);
  });

  it('losses are averaged over 20 steps, and one that is not finite ends the run', () => {
    const losses = series(40, (i) => 40 - i);
    assert.equal(finalLoss(losses), 10.5);
    assert.equal(stepsTo(losses, 30.5), 20);
    assert.equal(stepsTo(losses, 5), undefined);
    assert.equal(finalLoss([1, NaN, 1]), Infinity);
  });
});
