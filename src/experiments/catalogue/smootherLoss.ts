import { toFigure } from '../../profile/figure';
import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import type { Lab } from '../lab/lab';
import { median } from '../lab/figures';
import { Learner } from '../lab/learner';
import { BatchStream } from '../lab/samples';
import { BATCH, dataWords, deepMlp, trainingSet } from '../lab/standard';

const STEPS = 60;
const LR = 0.05;
/** Step sizes along the gradient. */
const SIZES = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 4];

interface Arm {
  /** Smallest and largest loss along the gradient, by training step. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Largest distance of the gradient along the way from the one at the start. */
  readonly gradientChange: readonly number[];
}

const norms = ['none', 'batch'] as const;
/**
 * 'he' is the usual start before a ReLU (training/initialization.ts) and the gate's. Glorot's weights let the signal of a network
 * without a norm shrink, so that it starts on a plateau where nothing varies: they were measured first (0.4 to 2.3 times, far
 * below the gate) and are shown beside it.
 */
const starts = ['he', 'xavier'] as const;

type Measured = Readonly<Record<(typeof starts)[number], Readonly<Record<(typeof norms)[number], Arm>>>>;

async function landscape(
  lab: Lab,
  seed: number,
  norm: (typeof norms)[number],
  weights: (typeof starts)[number],
): Promise<Arm> {
  const learner = new Learner(lab, deepMlp(norm), { seed, weights });
  const stream = new BatchStream(trainingSet(seed), BATCH, seed);
  const [low, high, gradientChange]: number[][] = [[], [], []];
  for (let step = 0; step < STEPS; step++) {
    const batch = stream.next();
    const here = await learner.run(batch);
    const losses: number[] = [];
    let change = 0;
    for (const size of SIZES) {
      const moved = learner.copy();
      moved.apply(here, size);
      const there = await moved.run(batch);
      losses.push(Number.isFinite(there.loss) ? there.loss : Infinity);
      change = Math.max(change, distance(here.gradients, there.gradients));
    }
    low.push(Math.min(...losses));
    high.push(Math.max(...losses));
    gradientChange.push(change);
    learner.apply(here, LR);
  }
  return { low, high, gradientChange };
}

type Gradients = ReadonlyMap<string, Float32Array>;

/** Euclidean distance of two gradients; Infinity where one is not finite. */
function distance(a: Gradients, b: Gradients): number {
  let sum = 0;
  for (const [name, one] of a) {
    const other = b.get(name)!;
    for (let i = 0; i < one.length; i++) sum += (one[i] - other[i]) ** 2;
  }
  return Number.isFinite(sum) ? Math.sqrt(sum) : Infinity;
}

export const experiment: Experiment<Measured> = {
  id: 'smoother-loss',
  about: () => ({
    title: say`A smoother loss`,
    claim: say`Batch normalization makes the landscape of the loss smoother.`,
    setting: say`MLP of 8 x 100 ReLU units, weights as He et al. 2015 (and Glorot and Bengio 2010), the first ${STEPS} steps of gradient descent with learning rate ${LR} and batch ${BATCH} on ${dataWords()}; at each step the loss and the gradient of the same batch after steps of ${SIZES.join(', ')} along the gradient.`,
    reference: say`Santurkar et al. 2018, How does batch normalization help optimization?, section 3.1 and figure 4 (a), (b).`,
    published: say`Figure 4: the loss along the gradient varies far less, and the gradient stays closer to itself, with batch norm.`,
    gate: say`The range of the loss along the gradient, median over the steps, is at least 10 times smaller with batch norm, from the weights of He et al.`,
  }),

  async measure(lab, seed) {
    const arms: Arm[] = [];
    for (const start of starts) {
      for (const norm of norms) {
        arms.push(await landscape(lab, seed, norm, start));
        lab.progress(arms.length / 4);
      }
    }
    const [none, batch, glorotNone, glorotBatch] = arms;
    return { he: { none, batch }, xavier: { none: glorotNone, batch: glorotBatch } };
  },

  conclude(measured) {
    const range = (arm: Arm) => median(arm.high.map((h, i) => h - arm.low[i]));
    const ranges = (start: (typeof starts)[number], norm: (typeof norms)[number]) =>
      measured.map((m) => range(m[start][norm]));
    const ratios = starts.map((start) => {
      const batch = ranges(start, 'batch');
      return ranges(start, 'none').map((n, i) => n / batch[i]);
    });
    const change = (norm: 'none' | 'batch') => measured.map((m) => median(m.he[norm].gradientChange));
    const steps = Array.from({ length: STEPS }, (_, i) => i + 1);
    const author = { he: 'He', xavier: 'Glorot' };
    return {
      measured: say`range of the loss along the gradient: no norm ${overSeeds(ranges('he', 'none'))}, batch norm ${overSeeds(ranges('he', 'batch'))}: ${overSeeds(ratios[0])} times smaller (from Glorot weights ${overSeeds(ratios[1])})`,
      verdict: verdictOf(ratios[0].every((r) => r >= 10)),
      figures: [
        ...starts.flatMap((start, i) => [
          ...norms.map((norm) => ({
            label: say`median range of the loss along the gradient, ${armWord(norm)}, ${author[start]} weights`,
            values: ranges(start, norm),
          })),
          { label: say`times smaller, ${author[start]} weights`, values: ratios[i] },
        ]),
        { label: say`median of the largest change of the gradient, ${armWord('none')}`, values: change('none') },
        { label: say`median of the largest change of the gradient, ${armWord('batch')}`, values: change('batch') },
      ],
      charts: [
        {
          kind: 'lines',
          title: say`Loss along the gradient: highest and lowest`,
          x: { label: say`step` },
          y: { label: say`loss`, logarithmic: true },
          series: norms.flatMap((arm) => [
            { name: say`${armWord(arm)}, highest`, x: steps, y: measured[0].he[arm].high.map(toFigure) },
            { name: say`${armWord(arm)}, lowest`, x: steps, y: measured[0].he[arm].low.map(toFigure) },
          ]),
        },
        {
          kind: 'lines',
          title: say`Change of the gradient along itself`,
          x: { label: say`step` },
          y: { label: say`Euclidean distance`, logarithmic: true },
          series: norms.map((arm) => ({
            name: armWord(arm),
            x: steps,
            y: measured[0].he[arm].gradientChange.map(toFigure),
          })),
        },
      ],
    };
  },
};
