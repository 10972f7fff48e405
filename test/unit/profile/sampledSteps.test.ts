import assert from 'node:assert/strict';
import { sampledSteps } from '../../../src/profile/sampledSteps';

describe('sampledSteps', () => {
  const list = (steps: number) => [...sampledSteps(steps)];

  it('takes early steps, then ever fewer, and the last', () => {
    assert.deepEqual(list(40), [0, 1, 2, 5, 10, 20, 39]);
    assert.deepEqual(list(300), [0, 1, 2, 5, 10, 20, 50, 100, 200, 299]);
  });

  it('never takes more than twelve', () => {
    for (const steps of [1, 2, 3, 6, 11, 1000, 1_000_000]) {
      const chosen = list(steps);
      assert.ok(chosen.length <= 12);
      assert.equal(chosen.at(-1), steps - 1);
      assert.equal(new Set(chosen).size, chosen.length);
    }
    assert.deepEqual(list(0), []);
    assert.deepEqual(list(1), [0]);
    assert.deepEqual(list(2), [0, 1]);
  });
});
