import { say } from '../../texts/say';
import { mean } from './figures';
import { Learner, type Start } from './learner';
import type { Lab } from './lab';
import type { NormKind } from './network';
import { mlp, type MlpOptions } from './networks';
import { BatchStream, pictures, type PictureOptions, type Samples } from './samples';

/**
 * The one setting that the experiments on training share, so that none has data or a network that were made for it. Weights
 * start as Glorot and Bengio 2010 have it, which is what batch normalization was proposed against.
 */
export const SIDE = 12;
export const CLASSES = 10;
export const BATCH = 60;
export const NOISE = 0.5;
export const TRAINING_SAMPLES = 4000;
/** The loss of a network that knows nothing. */
export const CHANCE = Math.log(CLASSES);

/** "4000 pictures of 12x12 in 10 classes". */
export const dataWords = () =>
  say`${TRAINING_SAMPLES} drawn pictures of ${SIDE}x${SIDE} in ${CLASSES} classes with noise of ${NOISE}`;

export function trainingSet(seed: number, options: Partial<PictureOptions> = {}): Samples {
  return pictures(seed, 'train', {
    count: TRAINING_SAMPLES,
    side: SIDE,
    classes: CLASSES,
    noise: NOISE,
    flat: true,
    ...options,
  });
}

export function testSet(seed: number, options: Partial<PictureOptions> = {}): Samples {
  return pictures(seed, 'test', { count: 1000, side: SIDE, classes: CLASSES, noise: NOISE, flat: true, ...options });
}

/** 8 x 100 ReLU units. */
export function deepMlp(norm: NormKind, options: Partial<MlpOptions> = {}) {
  const shape = { inputs: SIDE * SIDE, width: 100, depth: 8, classes: CLASSES, activation: 'Relu' } as const;
  return mlp({ ...shape, norm, ...options });
}

/** How many steps a loss is averaged over. */
export const WINDOW = 20;

/** The loss averaged over the window that ends at each step; Infinity from the first one that is not finite. */
export function smoothed(losses: readonly number[]): number[] {
  let diverged = false;
  return losses.map((loss, i) => {
    diverged ||= !Number.isFinite(loss);
    return diverged ? Infinity : mean(losses.slice(Math.max(0, i + 1 - WINDOW), i + 1));
  });
}

/** The average of the last window; Infinity for a run that diverged. */
export function finalLoss(losses: readonly number[]): number {
  return smoothed(losses)[losses.length - 1];
}

/** The first step (1 = after one) at which a whole window's average has come down to `target`; undefined where it never does. */
export function stepsTo(losses: readonly number[], target: number): number | undefined {
  const at = smoothed(losses).findIndex((loss, i) => i + 1 >= WINDOW && loss <= target);
  return at < 0 ? undefined : at + 1;
}

/** Losses of a training from the start, one per step; once one is not finite the rest is, too. */
export async function lossesOf(
  lab: Lab,
  network: Learner['network'],
  data: Samples,
  {
    steps,
    lr,
    batch = BATCH,
    ...start
  }: Start & { readonly steps: number; readonly lr: number; readonly batch?: number },
): Promise<number[]> {
  const learner = new Learner(lab, network, { weights: 'xavier', ...start });
  return train(learner, new BatchStream(data, batch, start.seed), lr, steps);
}

/** Trains and returns the losses, one per step; once one is not finite the rest is, too. */
export async function train(learner: Learner, stream: BatchStream, lr: number, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss } = await learner.step(stream.next(), lr);
    losses.push(loss);
    if (!Number.isFinite(loss)) return [...losses, ...Array<number>(steps - losses.length).fill(NaN)];
  }
  return losses;
}
