import assert from 'node:assert/strict';
import { sortFloats } from '../../../src/profile/sortFloats';
import { Random } from '../../../src/training/random';

describe('sortFloats', () => {
  it('sorts as the language does, whatever the length, and leaves its argument in order', () => {
    const random = new Random(1);
    for (const length of [0, 1, 2, 3000, 7, 5000]) {
      const sample = random.normals(length).map((v, i) => (i % 3 === 0 ? v * 1e30 : i % 3 === 1 ? v * 1e-42 : v));
      const before = [...sample];
      const sorted = sortFloats(sample);
      assert.deepEqual([...sorted], [...sample.slice().sort()]);
      assert.deepEqual([...sample], before);
    }
  });

  it('sorts numbers that differ in their last bits alone, and many that are equal', () => {
    const random = new Random(2);
    for (const sample of [
      random.normals(4096).map((v) => 1000 + 1e-2 * v),
      random.normals(4096).map((v) => Math.max(0, v)),
      random.normals(4096).map(() => -7),
    ])
      assert.deepEqual([...sortFloats(sample)], [...sample.slice().sort()]);
  });

  it('puts NaNs of either sign last, behind infinity, and -0 before 0', () => {
    const negativeNan = new Float32Array(Uint32Array.of(0xffc00000).buffer)[0];
    const sorted = [...sortFloats(Float32Array.of(NaN, 0, Infinity, negativeNan, -0, -Infinity, -1))];
    assert.deepEqual(sorted, [-Infinity, -1, -0, 0, Infinity, NaN, NaN]);
  });

  it('sorts a view into a larger array', () => {
    const data = Float32Array.of(9, 3, 1, 2, 0);
    assert.deepEqual([...sortFloats(data.subarray(1, 4))], [1, 2, 3]);
  });
});
