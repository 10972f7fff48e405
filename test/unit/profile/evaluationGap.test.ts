import assert from 'node:assert/strict';
import { evaluationGap } from '../../../src/profile/evaluationGap';
import { Random } from '../../../src/training/random';
import type { NormStatistics } from '../../../src/training/trainingState';

const EPSILON = 1e-5;

function statistics(batch: readonly [number, number][], running: readonly [number, number][]): NormStatistics {
  const column = (list: readonly [number, number][], at: 0 | 1) => Float32Array.from(list, (pair) => pair[at]);
  return {
    norm: { norm: { epsilon: EPSILON } } as NormStatistics['norm'],
    batchMean: column(batch, 0),
    batchVariance: column(batch, 1),
    runningMean: column(running, 0),
    runningVariance: column(running, 1),
  };
}

describe('the gap between training and evaluation', () => {
  it('counts the channels whose two outputs differ, as computed from samples of each channel', () => {
    const random = new Random(3);
    const count = 400;
    const pair = (): [number, number] => [random.normal(), random.uniform(0.2, 3)];
    const batch = Array.from({ length: count }, pair);
    // half of the channels have running statistics near those of the batch
    const running = batch.map(([mean, variance], c): [number, number] =>
      c % 2 === 0 ? pair() : [mean + 0.2 * random.normal(), variance * random.uniform(0.7, 1.4)],
    );
    const differs = batch.map(([mean, variance], c) => {
      let squares = 0;
      const values = [-1.2, -0.3, 0.1, 1.4].map((v) => v / Math.sqrt((1.2 ** 2 + 0.3 ** 2 + 0.1 ** 2 + 1.4 ** 2) / 4));
      for (const z of values) {
        const x = mean + Math.sqrt(variance) * z;
        const output = ([m, v]: [number, number]) => (x - m) / Math.sqrt(v + EPSILON);
        squares += (output(running[c]) - output([mean, variance])) ** 2;
      }
      return Math.sqrt(squares / values.length) > 0.5;
    });
    const expected = differs.filter(Boolean).length / count;
    assert.ok(expected > 0.3 && expected < 0.7, String(expected));
    assert.ok(Math.abs(evaluationGap(statistics(batch, running)) - expected) <= 1 / count);
  });

  it('is 0 for equal statistics and 1 for those that are not finite', () => {
    const same: [number, number][] = [
      [5, 2],
      [-3, 0.1],
    ];
    assert.equal(evaluationGap(statistics(same, same)), 0);
    assert.equal(evaluationGap(statistics([[NaN, 1]], [[0, 1]])), 1);
  });
});
