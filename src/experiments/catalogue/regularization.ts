import { Random } from '../../training/random';
import { chanceOfDifference, pooledDeviation, sampleOf } from '../../profile/studentTest';
import { say } from '../../texts/say';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { deviation, line, mean } from '../lab/figures';
import type { Lab } from '../lab/lab';
import { Learner, type StepResult } from '../lab/learner';
import { LOGITS } from '../lab/network';
import { BatchStream, batchOf, IndexStream, type Samples } from '../lab/samples';
import { BATCH, CLASSES, deepMlp, testSet, train, trainingSet } from '../lab/standard';

const POOL = 2048;
const BATCHES = [8, 16, 32, 64];
/** Ways in which the pool is cut into batches. */
const COMPOSITIONS = 12;
const WARM_STEPS = 200;

const SMALL_SET = 2000;
const WRONG = 0.3;
const SMALL_BATCH = 128;
/** Samples that share statistics; in every step the gradient is that of the whole batch. */
const PARTS = [4, 16, SMALL_BATCH];
const SMALL_STEPS = 300;
const LR = 0.1;
/** Below this chance of two equal means one is called smaller. */
const CHANCE = 0.01;

interface Measured {
  /** Standard deviation of the outputs over batch compositions, by batch. */
  readonly noise: readonly number[];
  /** By the size of the parts. */
  readonly trained: readonly Accuracies[];
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

/**
 * After training on a small set with wrong labels, each batch normalized in parts of its own statistics (ghost batch norm, Hoffer et
 * al. 2017): the smaller the parts, the more noise, and nothing else differs. Evaluated with the statistics of the whole set, since
 * running ones of small parts would be off for reasons of their own.
 */
async function accuracies(lab: Lab, seed: number, part: number): Promise<Accuracies> {
  const small = trainingSet(seed, { count: SMALL_SET, wrongLabels: WRONG });
  const learner = new Learner(lab, network(), { seed, weights: 'xavier' });
  const order = new IndexStream(SMALL_SET, SMALL_BATCH, seed);
  for (let step = 0; step < SMALL_STEPS; step++) {
    const indices = order.next();
    const results: StepResult[] = [];
    for (let from = 0; from < SMALL_BATCH; from += part)
      results.push(await learner.run(batchOf(small, indices.slice(from, from + part))));
    learner.apply({ ...results[0], gradients: meanGradients(results) }, LR);
  }
  const all = Array.from({ length: SMALL_SET }, (_, i) => i);
  const { statistics } = await learner.run(batchOf(small, all), { loss: 'none', values: [LOGITS] });
  for (const [norm, { mean: means, variance }] of statistics) {
    learner.values.set(`${norm}.running_mean`, means.slice());
    learner.values.set(`${norm}.running_variance`, variance.slice());
  }
  const training = await learner.evaluate(small);
  const test = await learner.evaluate(testSet(seed, { wrongLabels: WRONG }));
  return { training: training.accuracy, test: test.accuracy };
}

/** Changes the first result. */
function meanGradients(results: readonly StepResult[]): StepResult['gradients'] {
  const [first, ...others] = results;
  for (const [name, sum] of first.gradients) {
    for (const { gradients } of others) {
      const more = gradients.get(name)!;
      for (let i = 0; i < sum.length; i++) sum[i] += more[i];
    }
    for (let i = 0; i < sum.length; i++) sum[i] /= results.length;
  }
  return first.gradients;
}

const gapWords = () =>
  say`Gap: ${SMALL_SET} pictures with ${100 * WRONG} % of random labels, ${SMALL_STEPS} steps with batch ${SMALL_BATCH} and learning rate ${LR}, statistics over parts of ${PARTS.join(', ')} samples of the batch; accuracy on these pictures minus that on 1000 others made alike, both with the statistics of all pictures.`;

export const experiment: Experiment<Measured> = {
  id: 'regularization',
  about: () => ({
    title: say`The noise of the batch`,
    claim: say`The statistics of random batches add noise to the outputs, and that noise regularizes.`,
    setting: say`MLP of 3 x 100 ReLU units with batch norm. Noise: after ${WARM_STEPS} steps with batch ${BATCH}, ${POOL} pictures cut into batches of ${BATCHES.join(', ')} in ${COMPOSITIONS} ways; standard deviation of an output over the batches that its picture was in. ${gapWords()}`,
    reference: say`Luo et al. 2019, Towards understanding regularization in batch normalization; Hoffer et al. 2017, Train longer, generalize better (ghost batch normalization, arXiv:1705.08741); Ioffe and Szegedy 2015, section 3.4.`,
    published: say`The noise falls with the batch B as B^(-1/2); statistics over small parts of a large batch narrow the gap.`,
    gate: say`Slope of log noise over log B within 0.1 of -0.5 for every seed; with statistics over ${PARTS[0]} samples the gap is smaller and the accuracy on other pictures higher than with those over ${SMALL_BATCH}, each by more than the spread over the seeds (Student's t-test, p < ${CHANCE}).`,
  }),
  leastSeeds: 5,

  async measure(lab, seed) {
    const learner = new Learner(lab, network(), { seed, weights: 'xavier' });
    await train(learner, new BatchStream(trainingSet(seed), BATCH, seed), LR, WARM_STEPS);
    const pool = testSet(seed, { count: POOL });
    const noise: number[] = [];
    for (const batch of BATCHES) {
      noise.push(await outputNoise(learner, pool, batch, seed));
      lab.progress(noise.length / (BATCHES.length + PARTS.length));
    }
    const trained: Accuracies[] = [];
    for (const part of PARTS) {
      trained.push(await accuracies(lab, seed, part));
      lab.progress((BATCHES.length + trained.length) / (BATCHES.length + PARTS.length));
    }
    return { noise, trained };
  },

  conclude(measured) {
    const slopes = measured.map((m) => line(BATCHES.map(Math.log), m.noise.map(Math.log)).slope);
    const gaps = PARTS.map((_, i) => measured.map((m) => gapOf(m.trained[i])));
    const tests = PARTS.map((_, i) => measured.map((m) => m.trained[i].test));
    const noisy = slopes.every((s) => Math.abs(s + 0.5) <= 0.1);
    const least = PARTS.length - 1;
    const regularizes = isSmaller(gaps[0], gaps[least]) && isSmaller(tests[least], tests[0]);
    const of = (values: readonly number[]) => `${mean(values).toFixed(3)} +- ${sampleOf(values).std.toFixed(3)}`;
    const [{ noise }] = measured;
    return {
      measured: say`slope of the noise ${overSeeds(slopes)}; gap ${of(gaps[0])} with statistics over ${PARTS[0]} samples, ${of(gaps[least])} over ${PARTS[least]}; accuracy on other pictures ${of(tests[0])} and ${of(tests[least])}`,
      verdict: verdictOf(noisy && regularizes),
      figures: [
        { label: say`slope of log noise over log batch`, values: slopes, published: '-0.5' },
        ...PARTS.map((part, i) => ({
          label: say`accuracy gap between training and test, statistics over ${part} samples`,
          values: gaps[i],
        })),
        ...PARTS.map((part, i) => ({
          label: say`accuracy on the test set, statistics over ${part} samples`,
          values: tests[i],
        })),
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
        {
          kind: 'lines',
          title: say`Accuracy over the samples that share statistics`,
          x: { label: say`samples that share statistics`, logarithmic: true },
          y: { label: say`accuracy` },
          series: [
            {
              name: say`pictures trained on`,
              x: PARTS,
              y: PARTS.map((_, i) => mean(measured.map((m) => m.trained[i].training))),
            },
            { name: say`other pictures`, x: PARTS, y: tests.map(mean) },
          ],
        },
      ],
    };
  },
};

/** Whether a mean is smaller by more than the spread explains. */
function isSmaller(values: readonly number[], others: readonly number[]): boolean {
  const [a, b] = [sampleOf(values), sampleOf(others)];
  return a.mean < b.mean && chanceOfDifference(a, b, pooledDeviation(a, b)) < CHANCE;
}
