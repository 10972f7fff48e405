import assert from 'node:assert/strict';
import { adam, initialState, momentum, optimizers, sgd, type Optimizer } from '../../../src/training/optimizers';

/** Runs an optimizer on given gradients of one weight and returns the weight after each step. */
function run(optimizer: Optimizer, start: number, gradients: readonly number[], lr: number): number[] {
  const weights = Float32Array.of(start);
  const state = initialState(optimizer, 1);
  return gradients.map((g, i) => {
    optimizer.update(weights, Float32Array.of(g), state, i + 1, lr);
    return weights[0];
  });
}

function close(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((a, i) => assert.ok(Math.abs(a - expected[i]) <= tolerance, `step ${i}: ${a} is not ${expected[i]}`));
}

describe('optimizers', () => {
  it('sgd on f = w^2 / 2 shrinks w by (1 - lr) at every step', () => {
    const weights = Float32Array.of(2, -1);
    for (let t = 1; t <= 20; t++) sgd.update(weights, weights.slice(), [], t, 0.1);
    close([...weights], [2 * 0.9 ** 20, -(0.9 ** 20)]);
  });

  it('momentum with a constant gradient moves by lr (1 - 0.9^t) / 0.1 at step t', () => {
    const lr = 0.01;
    let w = 1;
    const expected = [1, 2, 3, 4, 5].map((t) => (w -= lr * ((1 - 0.9 ** t) / 0.1) * 2));
    close(run(momentum, 1, [2, 2, 2, 2, 2], lr), expected);
  });

  it('adam with a constant gradient moves by lr at every step, whatever the gradient is', () => {
    for (const g of [1e-3, 1, 1e4]) close(run(adam, 0, [g, g, g], 0.01), [-0.01, -0.02, -0.03], 1e-6);
  });

  it('adam agrees with its closed form for two different gradients', () => {
    const [g1, g2, lr] = [0.5, -2, 0.1];
    const m = (0.9 * 0.1 * g1 + 0.1 * g2) / (1 - 0.9 ** 2);
    const v = (0.999 * 0.001 * g1 ** 2 + 0.001 * g2 ** 2) / (1 - 0.999 ** 2);
    const second = -lr - (lr * m) / (Math.sqrt(v) + 1e-8);
    close(run(adam, 0, [g1, g2], lr), [-lr, second]);
  });

  it('adam follows algorithm 1 in float64 on f = (w - 3)^2', () => {
    let [w, m, v] = [0, 0, 0];
    const weights = Float32Array.of(0);
    const state = initialState(adam, 1);
    for (let t = 1; t <= 5; t++) {
      const g = 2 * (w - 3);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      w -= (0.1 * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
      adam.update(weights, Float32Array.of(2 * (weights[0] - 3)), state, t, 0.1);
    }
    close([weights[0]], [w], 1e-5);
  });

  it('report sums of squares of weights, gradient and change', () => {
    const sums = sgd.update(Float32Array.of(3, 4), Float32Array.of(1, 2), [], 1, 0.5);
    assert.deepEqual(sums, { weights: 25, gradient: 5, change: 0.25 + 1 });
  });

  it('report no change where a step is lost in rounding', () => {
    const weights = Float32Array.of(1);
    assert.equal(sgd.update(weights, Float32Array.of(1e-9), [], 1, 1).change, 0);
    assert.equal(weights[0], 1);
  });

  it('keep their state in the arrays they are given and nowhere else', () => {
    for (const optimizer of Object.values(optimizers)) {
      const once = run(optimizer, 1, [0.3, -0.2, 0.1], 0.05);
      assert.deepEqual(run(optimizer, 1, [0.3, -0.2, 0.1], 0.05), once);
    }
  });

  it('let a gradient that is not finite through, for the report to show', () => {
    for (const optimizer of Object.values(optimizers)) {
      const weights = Float32Array.of(1);
      const { gradient } = optimizer.update(weights, Float32Array.of(NaN), initialState(optimizer, 1), 1, 0.1);
      assert.ok(Number.isNaN(weights[0]) && Number.isNaN(gradient));
    }
  });
});
