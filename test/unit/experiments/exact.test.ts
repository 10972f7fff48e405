import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { experimentWithId } from '../../../src/experiments/registry';
import { runExperiment } from '../../../src/experiments/runExperiment';

/** The experiments with a closed form, which take a second or two. The others run with `npm run experiments`. */
const quick = [
  'vanishing-sigmoid',
  'outside-the-gradient',
  'gamma-beta',
  'bias-cancelled',
  'dropout-variance-shift',
  'norm-axes',
];

describe('experiments with a closed form', function () {
  this.timeout(120_000);
  for (const id of quick) {
    it(`${id} meets its gate on three seeds`, async () => {
      const progress: number[] = [];
      const result = await runExperiment(experimentWithId(id)!, {
        runtime: nativeRuntime(1),
        pause: () => Promise.resolve(),
        seeds: 3,
        onProgress: (part) => progress.push(part),
      });
      assert.equal(result.verdict, 'pass', result.measured);
      assert.deepEqual(result.seeds, [1, 2, 3]);
      assert.ok(result.figures.every((f) => f.values.length === 3));
      assert.ok(progress.every((p, i) => p >= 0 && p <= 1 && (i === 0 || p >= progress[i - 1])));
    });
  }
});
