import { Random } from '../../training/random';
import { chanceOfDifference, pooledDeviation, sampleOf } from '../../profile/studentTest';
import { say } from '../../texts/say';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { deviation, line, mean } from '../lab/figures';
import type { Lab } from '../lab/lab';
import { Learner } from '../lab/learner';
import { LOGITS } from '../lab/network';
import { BatchStream, batchOf, type Samples } from '../lab/samples';
import { BATCH, CLASSES, deepMlp, testSet, train, trainingSet } from '../lab/standard';

const POOL = 2048;
const BATCHES = [8, 16, 32, 64];
/** Ways in which the pool is cut into batches. */
const COMPOSITIONS = 12;
const WARM_STEPS = 200;

const SMALL_SET = 500;
const WRONG = 0.2;
const SMALL_BATCH = 16;
const SMALL_STEPS = 800;
const LR = 0.1;
/** Below this chance of two equal gaps one is called smaller. */
const CHANCE = 0.01;

interface Measured {
  /** Standard deviation of the outputs over batch compositions, by batch. */
  readonly noise: readonly number[];
  readonly batch: Accuracies;
  readonly frozen: Accuracies;
}

/** On the small set that was trained on, and on others made alike. */
interface Accuracies {
  readonly training: number;
  readonly test: number;
}

const gapOf = ({ training, test }: Accuracies) => training - test;

const network = () => deepMlp('batch', { depth: 3 });

/** Root mean square, over samples and outputs, of the deviation of an output over the batches that its sample was in. */
async function outputNoise(learner: Learner, pool: Samples, batch: number, seed: number): Promise<number> {
  const outputs = Array.from({ length: pool.count * CLASSES }, (): number[] => []);
  for (let composition = 0; composition < COMPOSITIONS; composition++) {
    const order = new Random(seed, 52, batch, composition).permutation(pool.count);
    for (let from = 0; from < pool.count; from += batch) {
      const indices = order.slice(from, from + batch);
      const { values } = await learner.run(batchOf(pool, indices), { loss: 'none', values: [LOGITS] });
      values
        .get(LOGITS)!
        .forEach((v, i) => outputs[indices[Math.floor(i / CLASSES)] * CLASSES + (i % CLASSES)].push(v));
    }
  }
  return Math.sqrt(mean(outputs.map((list) => deviation(list) ** 2)));
}

/** After training on a small set with wrong labels; 'running' trains with the statistics of the start, which make no noise. */
async function accuracies(lab: Lab, seed: number, mode: 'batch' | 'running'): Promise<Accuracies> {
  const small = trainingSet(seed, { count: SMALL_SET, wrongLabels: WRONG });
  const learner = new Learner(lab, network(), { seed, weights: 'xavier' });
  const stream = new BatchStream(small, SMALL_BATCH, seed);
  if (mode === 'running') {
    // statistics of the whole set before training
    const all = Array.from({ length: SMALL_SET }, (_, i) => i);
    const { statistics } = await learner.run(batchOf(small, all), { loss: 'none', values: [LOGITS] });
    for (const [norm, { mean: means, variance }] of statistics) {
      learner.values.set(`${norm}.running_mean`, means.slice());
      learner.values.set(`${norm}.running_variance`, variance.slice());
    }
  }
  for (let step = 0; step < SMALL_STEPS; step++) await learner.step(stream.next(), LR, { mode });
  const training = await learner.evaluate(small);
  const test = await learner.evaluate(testSet(seed, { wrongLabels: WRONG }));
  return { training: training.accuracy, test: test.accuracy };
}

export const experiment: Experiment<Measured> = {
  id: 'regularization',
  about: () => ({
    title: say`The noise of the batch`,
    claim: say`The statistics of random batches add noise to the outputs, and that noise regularizes.`,
    setting: say`MLP of 3 x 100 ReLU units with batch norm. Noise: after ${WARM_STEPS} steps with batch ${BATCH}, ${POOL} pictures cut into batches of ${BATCHES.join(', ')} in ${COMPOSITIONS} ways; standard deviation of an output over the batches that its picture was in. Gap: ${SMALL_SET} pictures with ${100 * WRONG} % of random labels, ${SMALL_STEPS} steps with batch ${SMALL_BATCH} and learning rate ${LR}, accuracy on them minus that on 1000 others made alike; statistics of the batch, against those of the start as constants.`,
    reference: say`Luo et al. 2019, Towards understanding regularization in batch normalization; Ioffe and Szegedy 2015, section 3.4.`,
    published: say`The noise falls with the batch B as B^(-1/2).`,
    gate: say`Slope of log noise over log B within 0.1 of -0.5 for every seed, and a gap that is smaller with batch statistics by more than the spread over the seeds (Student's t-test, p < ${CHANCE}); where the gap is not, the verdict is "reported".`,
  }),
  leastSeeds: 5,

  async measure(lab, seed) {
    const learner = new Learner(lab, network(), { seed, weights: 'xavier' });
    await train(learner, new BatchStream(trainingSet(seed), BATCH, seed), LR, WARM_STEPS);
    const pool = testSet(seed, { count: POOL });
    const noise: number[] = [];
    for (const batch of BATCHES) {
      noise.push(await outputNoise(learner, pool, batch, seed));
      lab.progress(noise.length / (BATCHES.length + 2));
    }
    const batch = await accuracies(lab, seed, 'batch');
    return { noise, batch, frozen: await accuracies(lab, seed, 'running') };
  },

  conclude(measured) {
    const slopes = measured.map((m) => line(BATCHES.map(Math.log), m.noise.map(Math.log)).slope);
    const [batch, frozen] = [measured.map((m) => gapOf(m.batch)), measured.map((m) => gapOf(m.frozen))];
    const noisy = slopes.every((s) => Math.abs(s + 0.5) <= 0.1);
    const [a, b] = [sampleOf(batch), sampleOf(frozen)];
    const differ = chanceOfDifference(a, b, pooledDeviation(a, b)) < CHANCE;
    const smaller = differ && a.mean < b.mean;
    const word = smaller ? say`smaller` : differ ? say`larger` : say`not different beyond the spread`;
    const [{ noise }] = measured;
    return {
      measured: say`slope of the noise ${overSeeds(slopes)}; gap ${a.mean.toFixed(3)} +- ${a.std.toFixed(3)} with batch statistics, ${b.mean.toFixed(3)} +- ${b.std.toFixed(3)} with constant ones: ${word}`,
      verdict: noisy && !smaller ? 'reported' : verdictOf(noisy),
      figures: [
        { label: say`slope of log noise over log batch`, values: slopes, published: '-0.5' },
        { label: say`accuracy gap between training and test, batch statistics`, values: batch },
        { label: say`accuracy gap between training and test, constant statistics`, values: frozen },
        { label: say`accuracy on the test set, batch statistics`, values: measured.map((m) => m.batch.test) },
        { label: say`accuracy on the test set, constant statistics`, values: measured.map((m) => m.frozen.test) },
      ],
      charts: [
        {
          kind: 'lines',
          title: say`Noise of the outputs over the batch`,
          x: { label: say`batch`, logarithmic: true },
          y: { label: say`standard deviation of an output`, logarithmic: true },
          series: [
            { name: say`measured`, x: BATCHES, y: noise },
            {
              name: 'B^(-1/2)',
              reference: true,
              x: BATCHES,
              y: BATCHES.map((b) => noise[0] * Math.sqrt(BATCHES[0] / b)),
            },
          ],
        },
      ],
    };
  },
};
