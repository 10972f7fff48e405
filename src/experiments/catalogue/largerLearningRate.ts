import { toFigure } from '../../profile/figure';
import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { doublings } from '../lab/figures';
import { BATCH, CHANCE, dataWords, deepMlp, finalLoss, lossesOf, trainingSet } from '../lab/standard';

const STEPS = 200;
const RATES = doublings(0.0125, 102.4);
const arms = ['none', 'batch'] as const;

interface Run {
  readonly initial: number;
  /** Average of the last 20 steps. */
  readonly final: number;
}

/** By learning rate. */
type Measured = Readonly<Record<(typeof arms)[number], readonly Run[]>>;

/** The largest learning rate that trains; 0 when none does, which says that the grid is too coarse or begins too high. */
export function largestThatTrains(runs: readonly Run[]): number {
  const at = runs.findLastIndex((r) => r.final < r.initial / 2);
  return at < 0 ? 0 : RATES[at];
}

export const experiment: Experiment<Measured> = {
  id: 'larger-learning-rate',
  about: () => ({
    title: say`Larger learning rates`,
    claim: say`Batch normalization allows much larger learning rates.`,
    setting: say`MLP of 8 x 100 ReLU units, Glorot weights, ${STEPS} steps of gradient descent with batch ${BATCH} on ${dataWords()}; learning rates ${RATES[0]} .. ${RATES[RATES.length - 1]}, each twice the one before. A run trains when the loss of its last 20 steps is below half of its first.`,
    reference: say`Ioffe and Szegedy 2015, section 3.3, section 4.2.2 and figure 3 (table); Bjorck et al. 2018, Understanding batch normalization.`,
    published: say`Inception trains at 5 and at 30 times the learning rate with batch norm, and runs out of numbers at 5 times without. Bjorck et al. trace faster training and better generalization to the larger rates themselves.`,
    gate: say`The largest learning rate that trains is at least 3 times larger with batch norm.`,
  }),

  async measure(lab, seed) {
    const data = trainingSet(seed);
    const result: Record<string, Run[]> = { none: [], batch: [] };
    for (const norm of arms) {
      for (const lr of RATES) {
        const losses = await lossesOf(lab, deepMlp(norm), data, { seed, lr, steps: STEPS });
        result[norm].push({ initial: losses[0], final: finalLoss(losses) });
        lab.progress((result.none.length + result.batch.length) / (2 * RATES.length));
      }
    }
    return { none: result.none, batch: result.batch };
  },

  conclude(measured) {
    const [none, batch] = arms.map((arm) => measured.map((m) => largestThatTrains(m[arm])));
    const ratios = batch.map((b, i) => b / none[i]);
    const clipped = (runs: readonly Run[]) => runs.map((r) => toFigure(Math.min(2 * CHANCE, r.final)));
    return {
      measured: say`largest learning rate that trains: no norm ${overSeeds(none)}, batch norm ${overSeeds(batch)}: ${overSeeds(ratios)} times`,
      verdict: verdictOf(none.every((n) => n > 0) && ratios.every((r) => r >= 3)),
      figures: [
        { label: say`largest learning rate that trains, ${armWord('none')}`, values: none },
        { label: say`largest learning rate that trains, ${armWord('batch')}`, values: batch },
        { label: say`ratio`, values: ratios, published: say`at least 30 (Inception)` },
      ],
      charts: [
        {
          kind: 'lines',
          title: say`Loss at the end over the learning rate`,
          x: { label: say`learning rate`, logarithmic: true },
          y: { label: say`loss, clipped at twice that of chance` },
          series: arms.map((arm) => ({
            name: armWord(arm),
            x: RATES,
            y: clipped(measured[0][arm]),
          })),
        },
        {
          kind: 'heatmap',
          title: say`Loss at the end, by seed`,
          columns: { label: say`learning rate`, values: RATES.map(String) },
          rows: {
            label: say`network`,
            values: arms.flatMap((arm) => measured.map((_, i) => say`${armWord(arm)}, seed ${i + 1}`)),
          },
          value: say`loss, clipped at twice that of chance`,
          cells: arms.flatMap((arm) => measured.map((m) => clipped(m[arm]))),
        },
      ],
    };
  },
};
