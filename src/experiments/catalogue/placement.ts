import { overSeeds } from '../conclusion';
import type { Experiment } from '../experiment';
import { Learner } from '../lab/learner';
import { cnn } from '../lab/networks';
import { BatchStream } from '../lab/samples';
import {
  BATCH,
  CLASSES,
  SIDE,
  dataWords,
  deepMlp,
  finalLoss,
  smoothed,
  testSet,
  train,
  trainingSet,
} from '../lab/standard';

const STEPS = 300;
const LR = 0.1;
const CHANNELS = [16, 32, 32];
const orders = ['before', 'after'] as const;
type Order = (typeof orders)[number];
const kinds = ['MLP', 'CNN'] as const;
type Kind = (typeof kinds)[number];

interface Run {
  readonly losses: readonly number[];
  readonly accuracy: number;
}

type Measured = Readonly<Record<Kind, Readonly<Record<Order, Run>>>>;

function networkOf(kind: Kind, placement: Order) {
  if (kind === 'MLP') return deepMlp('batch', { placement });
  return cnn({ side: SIDE, classes: CLASSES, channels: CHANNELS, activation: 'Relu', norm: 'batch', placement });
}

export const experiment: Experiment<Measured> = {
  id: 'placement',
  title: 'Before or after the activation',
  claim:
    'Whether the norm stands before or after the activation is decided by the network: the evidence goes both ways.',
  setting:
    `MLP of 8 x 100 ReLU units and CNN of ${CHANNELS.join(', ')} channels with batch norm before and after every ReLU, Glorot weights, ${STEPS} ` +
    `steps of gradient descent with learning rate ${LR} and batch ${BATCH} on ${dataWords}; accuracy on 1000 test pictures at inference.`,
  reference:
    'Mishkin et al. 2017, Systematic evaluation of convolution neural network advances on the ImageNet (caffenet-benchmark).',
  published: 'Accuracy before / after: CaffeNet 0.474 / 0.499, GoogLeNet-128 0.607 / 0.596.',
  gate: 'None: a report, never a verdict.',

  async measure(lab, seed) {
    const result = {} as Record<Kind, Record<Order, Run>>;
    for (const [i, kind] of kinds.entries()) {
      const flat = kind === 'MLP';
      const run = async (order: Order): Promise<Run> => {
        const learner = new Learner(lab, networkOf(kind, order), { seed, weights: 'xavier' });
        const losses = await train(learner, new BatchStream(trainingSet(seed, { flat }), BATCH, seed), LR, STEPS);
        return { losses, accuracy: (await learner.evaluate(testSet(seed, { flat }))).accuracy };
      };
      result[kind] = { before: await run('before'), after: await run('after') };
      lab.progress((i + 1) / kinds.length);
    }
    return result;
  },

  conclude(measured) {
    const accuracy = (kind: Kind, order: Order) => measured.map((m) => m[kind][order].accuracy);
    const steps = Array.from({ length: STEPS }, (_, i) => i + 1);
    return {
      measured: kinds
        .map((k) => `${k} before ${overSeeds(accuracy(k, 'before'))}, after ${overSeeds(accuracy(k, 'after'))}`)
        .join('; '),
      verdict: 'reported',
      figures: kinds.flatMap((kind) =>
        orders.flatMap((order) => [
          {
            label: `accuracy, ${kind}, ${order} the activation`,
            values: accuracy(kind, order),
            published:
              order === 'before' ? 'CaffeNet 0.474, GoogLeNet-128 0.607' : 'CaffeNet 0.499, GoogLeNet-128 0.596',
          },
          {
            label: `loss of the last 20 steps, ${kind}, ${order} the activation`,
            values: measured.map((m) => finalLoss(m[kind][order].losses)),
          },
        ]),
      ),
      charts: kinds.map((kind) => ({
        kind: 'lines',
        title: `Loss of the ${kind}`,
        x: { label: 'step' },
        y: { label: 'loss, average of 20 steps', logarithmic: true },
        series: orders.map((order) => ({
          name: `${order} the activation`,
          x: steps,
          y: smoothed(measured[0][kind][order].losses),
        })),
      })),
    };
  },
};
