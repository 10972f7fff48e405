import assert from 'node:assert/strict';
import { reductionStages } from '../../../src/ir/reductionStages';

describe('reductionStages', () => {
  it('takes the axes behind first where there are many elements', () => {
    assert.deepEqual(reductionStages([0, 2, 3], [32, 16, 32, 32]), [[2, 3], [0]]);
    assert.deepEqual(reductionStages([0, 1, 3], [32, 16, 32, 32]), [[3], [0, 1]]);
    assert.deepEqual(reductionStages([0, 2, 3], ['batch', 16, null, 32]), [[2, 3], [0]]);
  });

  it('takes all at once where there are few, or where they are neighbours', () => {
    assert.deepEqual(reductionStages([0, 2, 3], [2, 4, 8, 8]), [[0, 2, 3]]);
    assert.deepEqual(reductionStages([2, 3], [32, 16, 32, 32]), [[2, 3]]);
    assert.deepEqual(reductionStages([0, 1], [32, 16, 32, 32]), [[0, 1]]);
  });
});
