import { say } from '../../texts/say';
import { overSeeds, verdictOf } from '../conclusion';
import { ModelError } from '../../ir/errors';
import type { Experiment } from '../experiment';
import { median, norm } from '../lab/figures';
import { Learner } from '../lab/learner';
import { BatchStream } from '../lab/samples';
import { MODEL_BATCH, MODEL_LR, modelTraining } from '../lab/modelTraining';
import { dataWords, deepMlp, trainingSet } from '../lab/standard';

const DEPTH = 3;
const BATCH = 32;
const STEPS = 300;
const LR = 0.1;
/** Steps of a model of the user. */
const MODEL_STEPS = 30;

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

/** What a norm holds after a step. */
interface NormState {
  readonly affine: readonly Float32Array[];
  readonly statistics: readonly Float32Array[];
}

/** Gathers the relative changes from step to step. */
class Changes {
  private before: readonly NormState[] | undefined;
  private readonly parameters: number[] = [];
  private readonly statistics: number[] = [];
  private readonly ratios: number[] = [];

  add(now: readonly NormState[]): void {
    const { before } = this;
    this.before = now;
    if (before === undefined) return;
    const changes = now.map(({ affine, statistics }, i) => ({
      parameters: relativeChange(before[i].affine, affine),
      statistics: relativeChange(before[i].statistics, statistics),
    }));
    this.parameters.push(median(changes.map((c) => c.parameters)));
    this.statistics.push(median(changes.map((c) => c.statistics)));
    this.ratios.push(...changes.map((c) => c.parameters / c.statistics));
  }

  measured(): Measured {
    return { parameters: this.parameters, statistics: this.statistics, ratio: median(this.ratios) };
  }
}

const gate = () => say`Median over norms and steps of the ratio of the two relative changes below 0.5.`;

export const experiment: Experiment<Measured> = {
  id: 'parameters-steadier-than-statistics',
  about: () => ({
    title: say`Scale and shift are steadier than the statistics`,
    claim: say`Scale and shift, learnt over the whole training set, are far more stable than the mean and the variance of each mini-batch.`,
    setting: say`MLP of ${DEPTH} x 100 ReLU units with batch norm, Glorot weights, ${STEPS} steps of gradient descent with learning rate ${LR} and batch ${BATCH} on ${dataWords()}; for each norm and step the norm of the change over the norm of the value, of (scale, shift) and of (mean, variance).`,
    reference: say`The course chapter on batch normalization; Ioffe and Szegedy 2015, section 3 (arXiv:1502.03167).`,
    published: say`No figure is published; the chapter calls scale and shift far more stable.`,
    gate: gate(),
  }),

  aboutModel: () => ({
    setting: say`The model in training: ${MODEL_STEPS} steps of Adam with learning rate ${MODEL_LR} from the weights of the file, batches of ${MODEL_BATCH} made samples; for each batch norm and step the norm of the change over the norm of the value, of (scale, shift) and of (mean, variance).`,
    gate: gate(),
  }),

  async measureModel(lab, seed, model) {
    const training = await modelTraining(lab, model, seed, 'keep');
    if (training.norms === 0)
      throw new ModelError('unsupported', say`this model has no batch norm whose statistics change`);
    const follow = new Changes();
    for (let step = 0; step < MODEL_STEPS; step++) {
      const { norms } = await training.step(step, true);
      follow.add(
        norms.flatMap(({ norm: { norm }, batchMean, batchVariance }) => {
          const affine = [norm.scale, norm.shift].flatMap((name) => training.weight(name)?.slice() ?? []);
          return affine.length === 2 ? [{ affine, statistics: [batchMean.slice(), batchVariance.slice()] }] : [];
        }),
      );
      lab.progress((step + 1) / MODEL_STEPS);
    }
    const measured = follow.measured();
    if (!Number.isFinite(measured.ratio)) {
      throw new ModelError(
        'unsupported',
        say`the statistics of this model's batch norms are the same in every batch of made samples: there is no change to compare with`,
      );
    }
    return measured;
  },

  async measure(lab, seed) {
    const learner = new Learner(lab, deepMlp('batch', { depth: DEPTH }), { seed, weights: 'xavier' });
    const stream = new BatchStream(trainingSet(seed), BATCH, seed);
    const names = Array.from({ length: DEPTH }, (_, i) => `norm${i + 1}`);
    const follow = new Changes();
    for (let step = 0; step < STEPS; step++) {
      const { statistics } = await learner.step(stream.next(), LR);
      follow.add(
        names.map((n) => ({
          affine: ['scale', 'shift'].map((s) => learner.values.get(`${n}.${s}`)!.slice()),
          statistics: [statistics.get(n)!.mean, statistics.get(n)!.variance],
        })),
      );
    }
    return follow.measured();
  },

  conclude(measured) {
    const ratios = measured.map((m) => m.ratio);
    const [{ parameters, statistics }] = measured;
    const steps = parameters.map((_, i) => i + 2);
    return {
      measured: say`relative change of scale and shift over that of the batch's mean and variance: ${overSeeds(ratios)}`,
      verdict: verdictOf(ratios.every((r) => r < 0.5)),
      figures: [
        {
          label: say`relative change per step, scale and shift (median)`,
          values: measured.map((m) => median(m.parameters)),
        },
        {
          label: say`relative change per step, mean and variance of the batch (median)`,
          values: measured.map((m) => median(m.statistics)),
        },
        { label: say`ratio (median)`, values: ratios },
      ],
      charts: [
        {
          kind: 'lines',
          title: say`Relative change from step to step`,
          x: { label: say`step` },
          y: { label: say`relative change`, logarithmic: true },
          series: [
            { name: say`scale and shift`, x: steps, y: parameters },
            { name: say`mean and variance of the batch`, x: steps, y: statistics },
          ],
        },
      ],
    };
  },
};
