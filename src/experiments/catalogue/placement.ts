import { expandCalls } from '../../ir/expandCalls';
import type { Graph } from '../../ir/graph';
import { ModelError } from '../../ir/errors';
import { toFigure } from '../../profile/figure';
import { applyNormVariant } from '../../variants/norms/applyNormVariant';
import { say } from '../../texts/say';
import { overSeeds } from '../conclusion';
import type { Experiment } from '../experiment';
import { Learner } from '../lab/learner';
import { cnn } from '../lab/networks';
import { MODEL_BATCH, MODEL_LR, modelTraining } from '../lab/modelTraining';
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
type Kind = (typeof kinds)[number] | 'model';
/** Steps of a model of the user. */
const MODEL_STEPS = 40;

interface Run {
  readonly losses: readonly number[];
  /** On test pictures; of the built-in networks. */
  readonly accuracy?: number;
}

type Measured = Readonly<Partial<Record<Kind, Readonly<Record<Order, Run>>>>>;

function networkOf(kind: (typeof kinds)[number], placement: Order) {
  if (kind === 'MLP') return deepMlp('batch', { placement });
  return cnn({ side: SIDE, classes: CLASSES, channels: CHANNELS, activation: 'Relu', norm: 'batch', placement });
}

/** The network with its norms in this order; as it is where they stand so already. */
async function inOrder(graph: Graph, order: Order): Promise<Graph> {
  try {
    return (await applyNormVariant(graph, `${order}-activation`)).graph;
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'unsupported') throw error;
    return graph;
  }
}

/** The network in both orders. @throws ModelError `unsupported` where neither is a change */
async function bothOrders(graph: Graph): Promise<Record<Order, Graph>> {
  const both = { before: await inOrder(graph, 'before'), after: await inOrder(graph, 'after') };
  if (both.before !== graph || both.after !== graph) return both;
  throw new ModelError(
    'unsupported',
    say`no norm of this model stands beside an activation that it could change places with`,
  );
}

const gate = () => say`None: a report, never a verdict.`;

export const experiment: Experiment<Measured> = {
  id: 'placement',
  about: () => ({
    title: say`Before or after the activation`,
    claim: say`Batch normalization usually stands between the linear layer and its activation; whether before or after the activation is better depends on the network: the evidence goes both ways.`,
    setting: say`MLP of 8 x 100 ReLU units and CNN of ${CHANNELS.join(', ')} channels with batch norm before and after every ReLU, Glorot weights, ${STEPS} steps of gradient descent with learning rate ${LR} and batch ${BATCH} on ${dataWords()}; accuracy on 1000 test pictures at inference.`,
    reference: say`Mishkin et al. 2017, Systematic evaluation of convolution neural network advances on the ImageNet (caffenet-benchmark).`,
    published: say`Accuracy before / after: CaffeNet 0.474 / 0.499, GoogLeNet-128 0.607 / 0.596.`,
    gate: gate(),
  }),

  aboutModel: () => ({
    setting: say`The model with its norms before and after the activations beside them, where they can change places: fresh weights, ${MODEL_STEPS} steps of Adam with learning rate ${MODEL_LR} and batch ${MODEL_BATCH} on made samples.`,
    gate: gate(),
  }),

  async measure(lab, seed) {
    const result: Partial<Record<Kind, Record<Order, Run>>> = {};
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

  async measureModel(lab, seed, model) {
    const graphs = await bothOrders(expandCalls(model).graph);
    const run = async (order: Order): Promise<Run> => {
      const variant = { word: order, graph: graphs[order] };
      const training = await modelTraining(lab, model, seed, 'default', variant);
      const losses: number[] = [];
      for (let step = 0; step < MODEL_STEPS; step++) losses.push((await training.step(step, true)).loss);
      lab.progress(order === 'before' ? 0.5 : 1);
      return { losses };
    };
    return { model: { before: await run('before'), after: await run('after') } };
  },

  conclude(measured) {
    const placeOf = (order: Order) => (order === 'before' ? say`before the activation` : say`after the activation`);
    const wordOf = (kind: Kind) => (kind === 'model' ? say`model` : kind);
    const shown = ([...kinds, 'model'] as const).filter((k) => measured[0][k] !== undefined);
    const runs = (kind: Kind, order: Order) => measured.map((m) => m[kind]![order]);
    const accuracy = (kind: Kind, order: Order) => runs(kind, order).flatMap((r) => r.accuracy ?? []);
    const final = (kind: Kind, order: Order) => runs(kind, order).map((r) => finalLoss(r.losses));
    return {
      measured: shown
        .map((k) => {
          const [word, figure] = k === 'model' ? [say`loss`, final] : [k, accuracy];
          return say`${word} before ${overSeeds(figure(k, 'before'))}, after ${overSeeds(figure(k, 'after'))}`;
        })
        .join('; '),
      verdict: 'reported',
      figures: shown.flatMap((kind) =>
        orders.flatMap((order) => {
          const where = `${wordOf(kind)}, ${placeOf(order)}`;
          const published =
            order === 'before' ? 'CaffeNet 0.474, GoogLeNet-128 0.607' : 'CaffeNet 0.499, GoogLeNet-128 0.596';
          return [
            ...(kind === 'model' ? [] : [{ label: say`accuracy, ${where}`, values: accuracy(kind, order), published }]),
            { label: say`loss of the last 20 steps, ${where}`, values: final(kind, order) },
          ];
        }),
      ),
      charts: shown.map((kind) => ({
        kind: 'lines',
        title: kind === 'model' ? say`Loss of the model` : say`Loss of the ${kind}`,
        x: { label: say`step` },
        y: { label: say`loss, average of 20 steps`, logarithmic: true },
        series: orders.map((order) => ({
          name: placeOf(order),
          x: runs(kind, order)[0].losses.map((_, i) => i + 1),
          y: smoothed(runs(kind, order)[0].losses).map(toFigure),
        })),
      })),
    };
  },
};
