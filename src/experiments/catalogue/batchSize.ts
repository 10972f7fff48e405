import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { deviation, mean } from '../lab/figures';
import { Learner } from '../lab/learner';
import { BatchStream } from '../lab/samples';
import { dataWords, deepMlp, testSet, train, trainingSet } from '../lab/standard';

const BATCHES = [32, 16, 8, 4, 2];
const SAMPLES = 8000;
/** At batch 32; scaled linearly with the batch. */
const LR = 0.1;
const TEST = 5000;
const norms = ['batch', 'group', 'layer'] as const;
type NormName = (typeof norms)[number];

/** Accuracy on the test set, by batch. */
type Measured = Readonly<Record<NormName, readonly number[]>>;

export const experiment: Experiment<Measured> = {
  id: 'batch-size',
  about: () => ({
    title: say`Small batches`,
    claim: say`Batch normalization suffers from small batches; group and layer normalization do not.`,
    setting: say`MLP of 3 x 100 ReLU units, Glorot weights, gradient descent with batches of ${BATCHES.join(', ')} and a learning rate of ${LR} x batch / 32, ${SAMPLES} samples whatever the batch, of ${dataWords()}; group norm with 4 groups. Accuracy on ${TEST} test pictures at inference.`,
    reference: say`Wu and He 2018, Group normalization, table 2 and figure 5.`,
    published: say`ImageNet error: batch norm 23.6 % at batch 32, 34.7 % at 2; group norm about 24.1 % at all. In its convolutions the statistics also run over places, so that 2 samples are more than 2 values.`,
    gate: say`Means over the seeds: batch norm at batch 2 worse than at 32 by more than 0.1 of accuracy; standard deviation over the batches below 0.02 for group and for layer norm.`,
  }),

  async measure(lab, seed) {
    const data = trainingSet(seed);
    const test = testSet(seed, { count: TEST });
    const result: Record<NormName, number[]> = { batch: [], group: [], layer: [] };
    let done = 0;
    for (const norm of norms) {
      for (const batch of BATCHES) {
        const learner = new Learner(lab, deepMlp(norm, { depth: 3 }), { seed, weights: 'xavier' });
        await train(learner, new BatchStream(data, batch, seed), (LR * batch) / 32, SAMPLES / batch);
        result[norm].push((await learner.evaluate(test)).accuracy);
        done += 1 / batch;
        lab.progress(done / (norms.length * BATCHES.reduce((sum, b) => sum + 1 / b, 0)));
      }
    }
    return result;
  },

  conclude(measured) {
    const averages = (norm: NormName) => BATCHES.map((_, i) => mean(measured.map((m) => m[norm][i])));
    const loss = averages('batch')[0] - averages('batch')[BATCHES.length - 1];
    const spreads = { group: deviation(averages('group')), layer: deviation(averages('layer')) };
    return {
      measured: say`accuracy of batch norm ${averages('batch')[0].toFixed(3)} at batch 32, ${averages('batch')[BATCHES.length - 1].toFixed(3)} at 2; deviation over the batches: group norm ${spreads.group.toFixed(4)}, layer norm ${spreads.layer.toFixed(4)}`,
      verdict: verdictOf(loss > 0.1 && spreads.group < 0.02 && spreads.layer < 0.02),
      figures: norms.flatMap((norm) =>
        BATCHES.map((batch, i) => ({
          label: say`accuracy, ${armWord(norm)}, batch ${batch}`,
          values: measured.map((m) => m[norm][i]),
          ...(norm === 'batch' && batch === 32 && { published: '0.764 (ImageNet)' }),
          ...(norm === 'batch' && batch === 2 && { published: '0.653 (ImageNet)' }),
        })),
      ),
      charts: [
        {
          kind: 'lines',
          title: say`Accuracy over the batch, mean over the seeds`,
          x: { label: say`batch`, logarithmic: true },
          y: { label: say`accuracy on the test set` },
          series: norms.map((norm) => ({ name: armWord(norm), x: BATCHES, y: averages(norm) })),
        },
        {
          kind: 'heatmap',
          title: say`Accuracy, mean over the seeds`,
          columns: { label: say`batch`, values: BATCHES.map(String) },
          rows: { label: say`norm`, values: norms.map(armWord) },
          value: say`accuracy on the test set`,
          cells: norms.map(averages),
        },
      ],
    };
  },
};
