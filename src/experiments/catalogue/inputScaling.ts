import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { deviation } from '../lab/figures';
import type { Samples } from '../lab/samples';
import { BATCH, dataWords, deepMlp, finalLoss, lossesOf, stepsTo, trainingSet } from '../lab/standard';

const STEPS = 300;
/** Loss whose steps are counted: about a fifth of that of chance. */
const TARGET = 0.5;
/** A wide grid: without a norm the best rate falls with the square of the scale of the inputs. */
const RATES = Array.from({ length: 11 }, (_, i) => 4 ** (i - 9));
const scalings = ['0 .. 255', '0 .. 1', '-1 .. 1', 'mean 0, variance 1'] as const;
const arms = ['none', 'batch'] as const;
type ArmName = (typeof arms)[number];

const wordOf = (scaling: (typeof scalings)[number]) =>
  scaling === 'mean 0, variance 1' ? say`mean 0, variance 1` : scaling;

interface Best {
  readonly lr: number;
  /** Steps to the target at that rate; STEPS when it is not reached. */
  readonly steps: number;
}

/** By scaling. */
type Measured = Readonly<Record<ArmName, readonly Best[]>>;

/** The same pictures in another range. */
function scaled(data: Samples, scaling: (typeof scalings)[number]): Samples {
  if (scaling === 'mean 0, variance 1') return data;
  const { low, high } = data.x.reduce((r, v) => ({ low: Math.min(r.low, v), high: Math.max(r.high, v) }), {
    low: Infinity,
    high: -Infinity,
  });
  const [from, to] = scaling.split(' .. ').map(Number);
  return { ...data, x: data.x.map((v) => from + ((to - from) * (v - low)) / (high - low)) };
}

export const experiment: Experiment<Measured> = {
  id: 'input-scaling',
  about: () => ({
    title: say`Scaling the inputs`,
    claim: say`Inputs are usually scaled to [0, 1], [-1, 1] or mean 0 and variance 1; with batch normalization the choice matters less.`,
    setting: say`MLP of 3 x 100 ReLU units, Glorot weights, ${STEPS} steps of gradient descent with batch ${BATCH} on ${dataWords()}, scaled to ${scalings.map(wordOf).join(', ')}; steps to a loss of ${TARGET} (average of 20) at the learning rate of ${RATES[0].toExponential(0)} .. ${RATES[RATES.length - 1]} (each 4 times the one before) that reaches it first, ${STEPS} where none does.`,
    reference: say`LeCun et al. 1998, Efficient backprop, section 4.3; Ioffe and Szegedy 2015, section 3.3.`,
    published: say`Training converges faster on inputs of mean 0 and like variance; a norm undoes scale and offset after the first layer.`,
    gate: say`The standard deviation of log2 of the steps over the scalings is smaller with batch norm.`,
  }),

  async measure(lab, seed) {
    const data = trainingSet(seed);
    const result: Record<ArmName, Best[]> = { none: [], batch: [] };
    for (const norm of arms) {
      for (const scaling of scalings) {
        const inputs = scaled(data, scaling);
        let best: (Best & { loss: number }) | undefined;
        for (const lr of RATES) {
          const losses = await lossesOf(lab, deepMlp(norm, { depth: 3 }), inputs, { seed, lr, steps: STEPS });
          const [steps, loss] = [stepsTo(losses, TARGET) ?? STEPS, finalLoss(losses)];
          if (best === undefined || steps < best.steps || (steps === best.steps && loss < best.loss))
            best = { lr, steps, loss };
        }
        result[norm].push({ lr: best!.lr, steps: best!.steps });
        lab.progress((result.none.length + result.batch.length) / (2 * scalings.length));
      }
    }
    return result;
  },

  conclude(measured) {
    const [none, batch] = arms.map((arm) => measured.map((m) => deviation(m[arm].map((b) => Math.log2(b.steps)))));
    return {
      measured: say`spread of log2 of the steps over the scalings: no norm ${overSeeds(none)}, batch norm ${overSeeds(batch)}`,
      verdict: verdictOf(batch.every((b, i) => b < none[i])),
      figures: [
        { label: say`spread of log2 of the steps, ${armWord('none')}`, values: none },
        { label: say`spread of log2 of the steps, ${armWord('batch')}`, values: batch },
        ...arms.flatMap((arm) =>
          scalings.flatMap((scaling, i) => [
            {
              label: say`steps, ${armWord(arm)}, inputs ${wordOf(scaling)}`,
              values: measured.map((m) => m[arm][i].steps),
            },
            {
              label: say`learning rate, ${armWord(arm)}, inputs ${wordOf(scaling)}`,
              values: measured.map((m) => m[arm][i].lr),
            },
          ]),
        ),
      ],
      charts: [
        {
          kind: 'heatmap',
          title: say`Steps to a loss of ${TARGET}, each at its own best learning rate`,
          columns: { label: say`inputs`, values: scalings.map(wordOf) },
          rows: { label: say`network`, values: arms.map(armWord) },
          value: say`steps`,
          cells: arms.map((arm) => measured[0][arm].map((b) => b.steps)),
        },
      ],
    };
  },
};
