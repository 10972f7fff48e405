import assert from 'node:assert/strict';
import { compareVerdicts, summaryOf } from '../../../src/profile/compareVerdicts';
import { chanceOfDifference, pooledDeviation, sampleOf, twoSidedTail } from '../../../src/profile/studentTest';
import type { ComparedRun, ComparedVariant } from '../../../src/protocol/compare';
import type { NormVariantId } from '../../../src/protocol/normVariant';

describe("Student's t-test", () => {
  it('has the critical values of the tables', () => {
    // two-sided 5 % and 1 % points
    for (const [freedom, five, one] of [
      [1, 12.706, 63.657],
      [2, 4.303, 9.925],
      [3, 3.182, 5.841],
      [4, 2.776, 4.604],
      [5, 2.571, 4.032],
      [8, 2.306, 3.355],
      [9, 2.262, 3.25],
      [20, 2.086, 2.845],
    ]) {
      assert.ok(Math.abs(twoSidedTail(five, freedom) - 0.05) < 5e-5, `${freedom}`);
      assert.ok(Math.abs(twoSidedTail(one, freedom) - 0.01) < 1e-5, `${freedom}`);
    }
    assert.equal(twoSidedTail(0, 7), 1);
  });

  it('compares two samples as R does', () => {
    // t.test(c(1, 2, 3, 4), c(3, 5, 4, 6, 7), var.equal = TRUE): t = -2.5, df = 7
    const [a, b] = [sampleOf([1, 2, 3, 4]), sampleOf([3, 5, 4, 6, 7])];
    const deviation = pooledDeviation(a, b);
    assert.ok(Math.abs(deviation - Math.sqrt(15 / 7)) < 1e-12);
    const t = 2.5 / (deviation * Math.sqrt(1 / 4 + 1 / 5));
    assert.ok(Math.abs(chanceOfDifference(a, b, deviation) - twoSidedTail(t, 7)) < 1e-12);
    assert.equal(chanceOfDifference(a, a, deviation), 1);
    assert.equal(chanceOfDifference(a, b, 0), 0);
  });
});

const run = (seed: number, finalLoss: number, stepMs = 10): ComparedRun => ({
  ...{ seed, status: 'complete', loss: [1, finalLoss], finalLoss, gradientDepthSlope: -0.1 * seed, layers: [], stepMs },
});

function variant(id: NormVariantId, runs: readonly ComparedRun[], rates: readonly number[] = []): ComparedVariant {
  const rateSearches = rates.map((largest, i) => ({ seed: i + 1, largest, tried: [] }));
  return {
    ...{ id, title: id, change: '', notes: [], status: 'complete', seeds: runs, rateSearches },
    largestStableLearningRate: null,
    summary: summaryOf(runs, rateSearches),
  };
}

describe('verdicts of a comparison', () => {
  const losses = (id: NormVariantId, ...values: number[]) =>
    variant(
      id,
      values.map((v, i) => run(i + 1, v)),
    );
  const ofLoss = (a: ComparedVariant, b: ComparedVariant) =>
    compareVerdicts([a, b]).find((v) => v.figure === 'finalLoss')!;

  it('finds the better one where the difference is far larger than the spread', () => {
    const verdict = ofLoss(losses('as-is', 0.5, 0.52, 0.48), losses('none', 1.5, 1.4, 1.6));
    assert.deepEqual([verdict.variant, verdict.better, verdict.significant], ['none', 'as-is', true]);
    assert.ok(Math.abs(verdict.difference - 1) < 1e-9);
    const other = ofLoss(losses('none', 1.5, 1.4, 1.6), losses('as-is', 0.5, 0.52, 0.48));
    assert.deepEqual([other.better, other.significant], ['as-is', true]);
  });

  it('finds none within the spread, nor where chance could do it', () => {
    const within = ofLoss(losses('as-is', 0.5, 0.9, 0.7), losses('none', 0.8, 1.1, 0.6));
    assert.deepEqual([within.better, within.significant], [null, false]);
    // 2.5 spreads apart: more than twice, but with three seeds chance does so in more than 1 of 100
    const near = ofLoss(losses('as-is', 1, 2, 3), losses('none', 3.5, 4.5, 5.5));
    assert.ok(near.difference > 2 * near.spread && near.p! > 0.01);
    assert.equal(near.better, null);
  });

  it('judges nothing below three seeds', () => {
    const verdict = ofLoss(losses('as-is', 0.5, 0.51), losses('none', 100, 101));
    assert.deepEqual([verdict.p, verdict.better, verdict.significant], [null, null, false]);
  });

  it('counts runs that diverged and leaves them out of the means', () => {
    const wild: ComparedRun = { ...run(2, 1), status: 'diverged', finalLoss: 'NaN' };
    const { summary } = variant('none', [run(1, 1), wild, run(3, 3)]);
    assert.equal(summary.divergedSeeds, 1);
    assert.deepEqual([summary.finalLoss?.mean, summary.finalLoss?.count], [2, 2]);
    assert.equal(variant('none', [wild]).summary.finalLoss, null);
  });

  it('holds learning rates to the steps of their search, slopes to their distance from 0', () => {
    const runs = [1, 2, 3].map((s) => run(s, 1));
    const rate = (a: number[], b: number[]) =>
      compareVerdicts([variant('as-is', runs, a), variant('none', runs, b)]).find(
        (v) => v.figure === 'largestStableLearningRate',
      )!;
    assert.equal(rate([0.1, 0.1, 0.1], [0.2, 0.2, 0.2]).better, null);
    assert.equal(rate([0.1, 0.1, 0.1], [0.4, 0.4, 0.4]).better, 'none');
    const sloped = (slope: number) =>
      variant(
        'as-is',
        [1, 2, 3].map((s) => ({ ...run(s, 1), gradientDepthSlope: slope + s / 1000 })),
      );
    const slopes = compareVerdicts([sloped(-0.5), { ...sloped(0.1), id: 'none' }]).find(
      (v) => v.figure === 'gradientDepthSlope',
    )!;
    assert.equal(slopes.better, 'none');
  });
});
