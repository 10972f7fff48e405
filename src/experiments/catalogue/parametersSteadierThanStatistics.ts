import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { median, norm } from '../lab/figures';
import { Learner } from '../lab/learner';
import { BatchStream } from '../lab/samples';
import { dataWords, deepMlp, trainingSet } from '../lab/standard';

const DEPTH = 3;
const BATCH = 32;
const STEPS = 300;
const LR = 0.1;

interface Measured {
  /** Relative change from step to step, median over the layers, by step. */
  readonly parameters: readonly number[];
  readonly statistics: readonly number[];
  /** Median over layers and steps of the ratio of the two. */
  readonly ratio: number;
}

/** norm(now - before) / norm(before) of two vectors taken as one. */
export function relativeChange(before: readonly Float32Array[], now: readonly Float32Array[]): number {
  const moved = now.map((v, i) => norm(v.map((x, j) => x - before[i][j])));
  return Math.hypot(...moved) / Math.hypot(...before.map(norm));
}

export const experiment: Experiment<Measured> = {
  id: 'parameters-steadier-than-statistics',
  title: 'Scale and shift are steadier than the statistics',
  claim:
    'Scale and shift, learnt over the whole training set, are far more stable than the mean and the variance of each mini-batch.',
  setting:
    `MLP of ${DEPTH} x 100 ReLU units with batch norm, Glorot weights, ${STEPS} steps of gradient descent with learning rate ${LR} and batch ` +
    `${BATCH} on ${dataWords}; for each norm and step the norm of the change over the norm of the value, of (scale, shift) and of (mean, variance).`,
  reference: 'The course chapter on batch normalization; Ioffe and Szegedy 2015, section 3 (arXiv:1502.03167).',
  published: 'No figure is published; the chapter calls scale and shift far more stable.',
  gate: 'Median over norms and steps of the ratio of the two relative changes below 0.5.',

  async measure(lab, seed) {
    const learner = new Learner(lab, deepMlp('batch', { depth: DEPTH }), { seed, weights: 'xavier' });
    const stream = new BatchStream(trainingSet(seed), BATCH, seed);
    const names = Array.from({ length: DEPTH }, (_, i) => `norm${i + 1}`);
    const affine = () => names.map((n) => ['scale', 'shift'].map((s) => learner.values.get(`${n}.${s}`)!.slice()));
    let oldAffine = affine();
    let oldStatistics: Float32Array[][] | undefined;
    const ratios: number[] = [];
    const [parameters, statistics]: number[][] = [[], []];
    for (let step = 0; step < STEPS; step++) {
      const result = await learner.step(stream.next(), LR);
      const nowStatistics = names.map((n) => {
        const { mean, variance } = result.statistics.get(n)!;
        return [mean, variance];
      });
      const nowAffine = affine();
      if (oldStatistics !== undefined) {
        const before = oldStatistics;
        const changes = names.map((_, i) => [
          relativeChange(oldAffine[i], nowAffine[i]),
          relativeChange(before[i], nowStatistics[i]),
        ]);
        parameters.push(median(changes.map((c) => c[0])));
        statistics.push(median(changes.map((c) => c[1])));
        ratios.push(...changes.map(([p, s]) => p / s));
      }
      [oldAffine, oldStatistics] = [nowAffine, nowStatistics];
    }
    return { parameters, statistics, ratio: median(ratios) };
  },

  conclude(measured) {
    const ratios = measured.map((m) => m.ratio);
    const [{ parameters, statistics }] = measured;
    const steps = parameters.map((_, i) => i + 2);
    return {
      measured: `relative change of scale and shift over that of the batch's mean and variance: ${overSeeds(ratios)}`,
      verdict: verdictOf(ratios.every((r) => r < 0.5)),
      figures: [
        {
          label: 'relative change per step, scale and shift (median)',
          values: measured.map((m) => median(m.parameters)),
        },
        {
          label: 'relative change per step, mean and variance of the batch (median)',
          values: measured.map((m) => median(m.statistics)),
        },
        { label: 'ratio (median)', values: ratios },
      ],
      charts: [
        {
          kind: 'lines',
          title: 'Relative change from step to step',
          x: { label: 'step' },
          y: { label: 'relative change', logarithmic: true },
          series: [
            { name: 'scale and shift', x: steps, y: parameters },
            { name: 'mean and variance of the batch', x: steps, y: statistics },
          ],
        },
      ],
    };
  },
};
