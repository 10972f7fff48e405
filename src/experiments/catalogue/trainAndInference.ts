import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds, verdictOf } from '../conclusion';
import { ModelError } from '../../ir/errors';
import type { Experiment } from '../experiment';
import { largest, largestDifference, mean, norm } from '../lab/figures';
import { Learner } from '../lab/learner';
import { LOGITS, MOMENTUM } from '../lab/network';
import { BatchStream, batchOf } from '../lab/samples';
import { MODEL_BATCH, modelTraining } from '../lab/modelTraining';
import { BATCH, dataWords, deepMlp, testSet, train, trainingSet } from '../lab/standard';

const WARM_STEPS = 200;
const LR = 0.1;
/** Batches that the running statistics are moved with, weights frozen. */
const STEPS = 100;
const STATISTICS_BATCH = 500;
const CUT = 250;
/** Batches for a model of the user, half of which say what the mean of the data is. */
const MODEL_BATCHES = 60;

interface Measured {
  /** Largest over the channels of all norms: abs(running mean - data mean) / deviation, after 0 .. STEPS batches. */
  readonly off: readonly number[];
  /** What follows for the end from the distances after the first batch: momentum^(batches - 1) of each, the largest. */
  readonly expected: number;
  /** Norm of the difference of the logits in the two modes over that of the logits, before and after; of the built-in network. */
  readonly gaps?: { readonly before: number; readonly after: number };
}

export const experiment: Experiment<Measured> = {
  id: 'train-and-inference',
  about: () => ({
    title: say`Two modes: training and inference`,
    claim: say`Batch normalization uses the statistics of the batch in training and running ones at inference.`,
    setting: say`MLP of 3 x 100 ReLU units with batch norm after ${WARM_STEPS} steps with batch ${BATCH} and learning rate ${LR} on ${dataWords()}; then, with frozen weights and running statistics of mean 0 and variance 1, ${STEPS} batches of ${STATISTICS_BATCH} with momentum ${MOMENTUM}.`,
    reference: say`Ioffe and Szegedy 2015, section 3.1 and algorithm 2.`,
    published: say`The running mean estimates the mean of the data.`,
    gate: say`Largest abs(running mean - mean over the data) below 0.05 standard deviations of the channel. The gap between the modes is reported.`,
  }),

  aboutModel: () => ({
    setting: say`The model in training form with the weights, running statistics and momentum of the file; the weights stay as they are while ${MODEL_BATCHES} batches of ${MODEL_BATCH} made samples move the running statistics. The mean of the data is that of the second half of the batches.`,
    gate: say`None: how far the running means come is a matter of the momentum, and is reported beside what follows from it.`,
  }),

  async measure(lab, seed) {
    const data = trainingSet(seed);
    const learner = new Learner(lab, deepMlp('batch', { depth: 3 }), { seed, weights: 'xavier' });
    await train(learner, new BatchStream(data, BATCH, seed), LR, WARM_STEPS);
    for (const [name, values] of learner.values) {
      if (name.endsWith('.running_mean')) values.fill(0);
      if (name.endsWith('.running_variance')) values.fill(1);
    }
    const probe = batchOf(
      testSet(seed),
      Array.from({ length: CUT }, (_, i) => i),
    );
    const gap = async () => {
      const logits = async (mode: 'batch' | 'running') =>
        (await learner.run(probe, { loss: 'none', mode, values: [LOGITS] })).values.get(LOGITS)!;
      const [training, inference] = [await logits('batch'), await logits('running')];
      return norm(training.map((v, i) => v - inference[i])) / norm(training);
    };
    const gapBefore = await gap();
    // one pass over all data in batches of the same size
    const sums = new Map<string, { means: Float32Array[]; variances: Float32Array[] }>();
    for (let from = 0; from < data.count; from += STATISTICS_BATCH) {
      const indices = Array.from({ length: STATISTICS_BATCH }, (_, i) => from + i);
      const { statistics } = await learner.run(batchOf(data, indices), { loss: 'none' });
      for (const [name, { mean: m, variance }] of statistics) {
        const entry = sums.get(name) ?? { means: [], variances: [] };
        entry.means.push(m);
        entry.variances.push(variance);
        sums.set(name, entry);
      }
    }
    const scaled = (name: string, value: (channel: number, mean: number, deviation: number) => number) => {
      const { means, variances } = sums.get(name)!;
      return Float32Array.from(means[0], (_, c) =>
        value(c, mean(means.map((m) => m[c])), Math.sqrt(mean(variances.map((v) => v[c])))),
      );
    };
    const offNow = () =>
      Math.max(
        ...[...sums.keys()].map((name) => {
          const running = learner.values.get(`${name}.running_mean`)!;
          const distances = scaled(name, (c, m, deviation) => (running[c] - m) / deviation);
          return largestDifference(distances, new Float32Array(distances.length));
        }),
      );
    const off = [offNow()];
    const stream = new BatchStream(data, STATISTICS_BATCH, seed + 1000);
    for (let step = 0; step < STEPS; step++) {
      const { statistics } = await learner.run(stream.next(), { loss: 'none' });
      learner.apply({ loss: NaN, gradients: new Map(), values: new Map(), statistics }, 0);
      off.push(offNow());
    }
    return { off, expected: MOMENTUM ** STEPS * off[0], gaps: { before: gapBefore, after: await gap() } };
  },

  async measureModel(lab, seed, model) {
    const training = await modelTraining(lab, model, seed, 'keep');
    if (training.norms === 0)
      throw new ModelError('unsupported', say`this model has no batch norm with running statistics`);
    const batches: { mean: Float32Array; variance: Float32Array; running: Float32Array; momentum: number }[][] = [];
    for (let step = 0; step < MODEL_BATCHES; step++) {
      const { norms } = await training.step(step, false);
      batches.push(
        norms.map(({ norm, batchMean, batchVariance, runningMean }) => ({
          mean: batchMean.slice(),
          variance: batchVariance.slice(),
          running: runningMean.slice(),
          momentum: norm.norm.momentum,
        })),
      );
      lab.progress((step + 1) / MODEL_BATCHES);
    }
    const half = batches.slice(MODEL_BATCHES / 2);
    const data = batches[0].map((first, n) => ({
      mean: first.mean.map((_, c) => mean(half.map((b) => b[n].mean[c]))),
      deviation: first.mean.map((_, c) => Math.sqrt(mean(half.map((b) => b[n].variance[c])))),
    }));
    // a channel that never varies has no deviation to measure by
    const distances = (running: Float32Array, n: number) =>
      Array.from(running, (r, c) =>
        data[n].deviation[c] > 1e-6 ? Math.abs(r - data[n].mean[c]) / data[n].deviation[c] : 0,
      );
    const off = batches.map((norms) => largest(norms.flatMap(({ running }, n) => distances(running, n))));
    const left = batches[0].flatMap(({ running, momentum }, n) =>
      distances(running, n).map((d) => momentum ** (MODEL_BATCHES - 1) * d),
    );
    return { off, expected: largest(left) };
  },

  conclude(measured) {
    const end = measured.map((m) => m.off[m.off.length - 1]);
    const gaps = measured.flatMap((m) => m.gaps ?? []);
    const [before, after] = [gaps.map((g) => g.before), gaps.map((g) => g.after)];
    const first = measured.map((m) => m.off[0]);
    const words =
      gaps.length > 0
        ? say`; gap between the modes ${overSeeds(before)} before, ${overSeeds(after)} after`
        : say`, ${overSeeds(first)} after the first batch; the momentum leaves ${overSeeds(measured.map((m) => m.expected))}`;
    return {
      measured: say`running means off by at most ${overSeeds(end)} deviations${words}`,
      verdict: gaps.length > 0 ? verdictOf(end.every((v) => v < 0.05)) : 'reported',
      figures: [
        { label: say`largest abs(running mean - data mean) / deviation, first`, values: first },
        { label: say`largest abs(running mean - data mean) / deviation, last`, values: end, published: '0' },
        {
          label: say`momentum to the power of the batches, times the first`,
          values: measured.map((m) => m.expected),
          published: say`what is left of the start`,
        },
        ...(gaps.length > 0
          ? [
              { label: say`relative difference of the logits between the modes, before`, values: before },
              { label: say`relative difference of the logits between the modes, after`, values: after },
            ]
          : []),
      ],
      charts: [
        {
          kind: 'lines',
          title: say`Distance of the running means from those of the data`,
          x: { label: say`batches` },
          y: { label: say`largest distance, in deviations`, logarithmic: true },
          series: [{ name: armWord('batch'), x: measured[0].off.map((_, i) => i), y: measured[0].off }],
        },
      ],
    };
  },
};
