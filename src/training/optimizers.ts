import type { OptimizerName } from '../protocol/profile';

/** What one update did to one parameter, as sums of squares over its elements. */
export interface UpdateSums {
  /** Of the parameter before the update. */
  readonly weights: number;
  readonly gradient: number;
  /** Of the change that the update made. */
  readonly change: number;
}

/**
 * An update rule. It keeps nothing itself: the parameter and the optimizer's state are arrays of the caller, changed in
 * place (a network's weights are too large to copy at every step), and equal arguments give equal results.
 */
export interface Optimizer {
  /** How many state arrays, as long as the parameter and zero at first, it keeps for each parameter. */
  readonly slots: number;
  /** @param step 1 at the first update */
  update(
    weights: Float32Array,
    gradient: Float32Array,
    state: readonly Float32Array[],
    step: number,
    lr: number,
  ): UpdateSums;
}

/** w <- w - lr g (torch.optim.SGD without momentum). */
export const sgd: Optimizer = {
  slots: 0,
  update(weights, gradient, _state, _step, lr) {
    const sums = new Float64Array(SUMS);
    for (let i = 0; i < weights.length; i++) {
      apply(sums, weights, i, gradient[i], lr * gradient[i]);
    }
    return named(sums);
  },
};

const MOMENTUM = 0.9;

/**
 * v <- 0.9 v + g, w <- w - lr v (torch.optim.SGD with momentum 0.9, dampening 0: the learning rate multiplies the velocity,
 * it is not folded into it).
 */
export const momentum: Optimizer = {
  slots: 1,
  update(weights, gradient, [velocity], _step, lr) {
    const sums = new Float64Array(SUMS);
    for (let i = 0; i < weights.length; i++) {
      velocity[i] = MOMENTUM * velocity[i] + gradient[i];
      apply(sums, weights, i, gradient[i], lr * velocity[i]);
    }
    return named(sums);
  },
};

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam (Kingma and Ba 2015, algorithm 1) as torch.optim.Adam has it: betas 0.9 and 0.999, both moments corrected for their
 * start at zero, epsilon 1e-8 added to the root of the corrected second moment.
 */
export const adam: Optimizer = {
  slots: 2,
  update(weights, gradient, [first, second], step, lr) {
    const sums = new Float64Array(SUMS);
    const rate = lr / (1 - BETA1 ** step);
    const correction = 1 / Math.sqrt(1 - BETA2 ** step);
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i];
      const mean = Math.fround(BETA1 * first[i] + (1 - BETA1) * g);
      const square = Math.fround(BETA2 * second[i] + (1 - BETA2) * g * g);
      first[i] = mean;
      second[i] = square;
      apply(sums, weights, i, g, (rate * mean) / (Math.sqrt(square) * correction + EPSILON));
    }
    return named(sums);
  },
};

export const optimizers: Readonly<Record<OptimizerName, Optimizer>> = { sgd, momentum, adam };

/** The state arrays that an optimizer starts a parameter of `length` elements with. */
export function initialState(optimizer: Optimizer, length: number): Float32Array[] {
  return Array.from({ length: optimizer.slots }, () => new Float32Array(length));
}

/** Of the sums that an update keeps in an array, which is faster than an object. */
const SUMS = 3;

/** Subtracts `delta` from one weight. The change is measured after rounding to float32: it is what the weight really did. */
function apply(sums: Float64Array, weights: Float32Array, i: number, gradient: number, delta: number): void {
  const before = weights[i];
  const after = Math.fround(before - delta);
  const change = after - before;
  weights[i] = after;
  sums[0] += before * before;
  sums[1] += gradient * gradient;
  sums[2] += change * change;
}

function named([weights, gradient, change]: Float64Array): UpdateSums {
  return { weights, gradient, change };
}
