import assert from 'node:assert/strict';
import { SUBSET_LENGTH, subsetOf } from '../../../src/training/subset';

describe('subsetOf', () => {
  it('takes strides that share no factor with the sizes', () => {
    for (const shape of [
      [32, 64, 32, 32],
      [16, 7, 7, 512],
      [4, 3, 224, 224],
      [2, 3, 5, 7, 11, 13, 17],
    ]) {
      const count = shape.reduce((a, b) => a * b, 1);
      for (const batch of [undefined, shape[0]]) {
        const { run, runs, stride, pairs } = subsetOf(count, shape, batch);
        assert.ok(run * runs > SUBSET_LENGTH / 2 && (stride === 1 || run * runs <= SUBSET_LENGTH));
        if (pairs) assert.ok(stride === 1 || pairs.second + (runs / 2 - 1) * stride < count / run);
        else assert.ok((runs - 1) * stride < count / run);
        for (const size of shape) assert.ok(stride === 1 || greatestCommonDivisor(size, stride) === 1);
      }
    }
  });
});

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
