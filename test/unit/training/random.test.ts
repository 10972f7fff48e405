import assert from 'node:assert/strict';
import { Random } from '../../../src/training/random';

function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    squares += values[i] ** 2;
  }
  const mean = sum / values.length;
  return { mean, variance: squares / values.length - mean * mean };
}

describe('Random', () => {
  it('gives the same numbers for the same seeds and others for others', () => {
    const draw = (...seeds: number[]) => {
      const random = new Random(...seeds);
      return Array.from({ length: 8 }, () => random.bits());
    };
    assert.deepEqual(draw(1, 2, 3), draw(1, 2, 3));
    const different = [draw(1, 2, 3), draw(1, 2, 4), draw(2, 1, 3), draw(1, 2), draw(0), draw(-1)];
    assert.equal(new Set(different.map(String)).size, different.length);
  });

  it('is xoshiro128**: the recurrence of its authors from the same state', () => {
    // an independent formulation with BigInt arithmetic, started from the generator's own state
    const random = new Random(42);
    const state = ['a', 'b', 'c', 'd'].map((k) =>
      BigInt.asUintN(32, BigInt((random as unknown as Record<string, number>)[k])),
    );
    const mask = (x: bigint) => BigInt.asUintN(32, x);
    const rotl = (x: bigint, k: bigint) => mask((x << k) | (x >> (32n - k)));
    for (let i = 0; i < 1000; i++) {
      const result = mask(rotl(mask(state[1] * 5n), 7n) * 9n);
      const t = mask(state[1] << 9n);
      state[2] ^= state[0];
      state[3] ^= state[1];
      state[1] ^= state[2];
      state[0] ^= state[3];
      state[2] ^= t;
      state[3] = rotl(state[3], 11n);
      assert.equal(random.bits(), Number(result));
    }
  });

  it('is uniform over its interval', () => {
    const random = new Random(7);
    const values = Array.from({ length: 20000 }, () => random.uniform(-1, 3));
    const { mean, variance } = moments(values);
    assert.ok(Math.abs(mean - 1) < 0.03 && Math.abs(variance - 16 / 12) < 0.04);
    assert.ok(Math.min(...values) >= -1 && Math.max(...values) < 3);
  });

  it('is normal with the given deviation', () => {
    const values = new Random(7).normals(40000, 2);
    const { mean, variance } = moments(values);
    assert.ok(Math.abs(mean) < 0.04 && Math.abs(variance - 4) < 0.1);
    // the fraction within one deviation, and the fourth moment (3 for a normal)
    const inside = values.filter((v) => Math.abs(v) < 2).length / values.length;
    assert.ok(Math.abs(inside - 0.6827) < 0.01);
    const fourth = values.reduce((sum, v) => sum + (v / 2) ** 4, 0) / values.length;
    assert.ok(Math.abs(fourth - 3) < 0.2);
  });

  it('permutes: every number once, no order favoured', () => {
    const random = new Random(3);
    const firsts = new Array<number>(5).fill(0);
    for (let i = 0; i < 2000; i++) {
      const order = random.permutation(5);
      assert.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
      firsts[order[0]]++;
    }
    assert.ok(firsts.every((n) => n > 320 && n < 480));
  });
});
