import { ModelError } from '../../ir/errors';
import type { MutableGraph, MutableNode } from '../../ir/mutableGraph';
import { float32Tensor, type Tensor } from '../../ir/tensor';
import { readFloats } from '../../ir/tensorValues';
import { inferTypes } from '../../ir/inferTypes';
import { Random } from '../../training/random';
import { lowerPrivateOperators } from '../../variants/lowerPrivate';
import { toTrainingForm } from '../../variants/trainingForm';
import { say } from '../../texts/say';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { largest, largestDifference } from '../lab/figures';
import { Learner } from '../lab/learner';
import { LOGITS } from '../lab/network';
import { mlp } from '../lab/networks';
import { BatchStream, pictures } from '../lab/samples';
import { missingWords } from '../lab/freshWeights';
import { prepareModel, relativeDifference, type PreparedModel } from '../lab/userModel';
import type { Lab } from '../lab/lab';

const SIDE = 12;
const WIDTH = 100;
const DEPTH = 4;
const CLASSES = 10;
const BATCH = 60;
/** Samples of a batch for a model of the user. */
const MODEL_BATCH = 8;

interface Measured {
  /** Largest difference of the outputs with biases and with zeros in their place. */
  readonly training: number;
  readonly inference: number;
  /** At inference with the running means moved by the biases. */
  readonly moved: number;
  /** Largest gradient of the biases in front of a norm over the largest of the weights; of the built-in network. */
  readonly gradients?: number;
}

/** Differences by a bias that is added in front of every batch norm of a model, as large as the input of the norm varies. */
async function differencesOfModel(lab: Lab, seed: number, prepared: PreparedModel): Promise<Measured> {
  const { graph, outputs } = prepared;
  const isNorm = (node: MutableNode) => node.domain === '' && node.opType === 'BatchNormalization';
  const biased = graph.copy();
  const moved = graph.copy();
  const random = new Random(seed, 45);
  let norms = 0;
  // exporters hand constants that several nodes share on through Identity
  const copyOf = new Map(graph.nodes.flatMap((n) => (n.opType === 'Identity' ? [[n.outputs[0], n.inputs[0]]] : [])));
  const constant = (name: string): Tensor | undefined => {
    for (; copyOf.has(name); name = copyOf.get(name)!);
    return graph.initializers.get(name);
  };
  for (const edited of [biased, moved]) edited.nodes = [];
  for (const node of graph.nodes) {
    const statistics = isNorm(node) ? node.inputs.slice(3, 5).map(constant) : [];
    const rank = isNorm(node) ? prepared.rank(node.inputs[0]) : undefined;
    if (statistics.length < 2 || statistics.includes(undefined) || rank === undefined) {
      for (const edited of [biased, moved]) edited.nodes.push(node);
      continue;
    }
    norms++;
    const [mean, variance] = await Promise.all(statistics.map((t) => readFloats(t!)));
    const bias = variance.map((v) => Math.sqrt(v) * random.normal());
    const shape = [bias.length, ...Array<number>(rank - 2).fill(1)];
    for (const edited of [biased, moved]) {
      const name = edited.addInitializer(float32Tensor(edited.freshName('experiment/bias'), shape, bias));
      const inputs = [edited.add('Add', [node.inputs[0], name]), ...node.inputs.slice(1)];
      if (edited === moved) {
        const shifted = mean.map((m, c) => m + bias[c]);
        inputs[3] = edited.addInitializer(float32Tensor(edited.freshName('experiment/mean'), [mean.length], shifted));
      }
      edited.nodes.push({ ...node, inputs });
    }
  }
  if (norms === 0) throw new ModelError('unsupported', say`this model has no batch norm with running statistics`);
  const run = async (name: string, which: MutableGraph, training: boolean) => {
    const { session } = await lab.compile(`bias ${seed} ${name} ${String(training)}`, () => {
      const runnable = which.copy();
      if (training) {
        toTrainingForm(runnable, { seed });
        lowerPrivateOperators(runnable, inferTypes(runnable));
      }
      return { graph: runnable };
    });
    return lab.run(session, prepared.feeds(seed, 0), outputs);
  };
  const difference = async (name: string, which: MutableGraph, training: boolean) => {
    return relativeDifference(await run('plain', graph, training), await run(name, which, training), outputs);
  };
  return {
    training: await difference('biased', biased, true),
    inference: await difference('biased', biased, false),
    moved: await difference('moved', moved, false),
  };
}

export const experiment: Experiment<Measured> = {
  id: 'bias-cancelled',
  about: () => ({
    title: say`A bias in front of a batch norm`,
    claim: say`A bias in front of batch normalization has no effect: the norm subtracts it with the mean.`,
    setting: say`MLP of ${DEPTH} x ${WIDTH} ReLU units with biases N(0, 1) in front of every batch norm, against the same network with zeros in their place; a batch of ${BATCH} pictures; training form, and inference form with the running means as they were and moved by the biases.`,
    reference: say`Ioffe and Szegedy 2015, section 3.2.`,
    published: say`No difference in training form; none at inference when the running mean holds the bias; gradient of the bias 0.`,
    gate: say`Largest difference of the logits below 1e-5 times the largest logit in training form and, with the running means moved, at inference; largest gradient of the biases below 1e-5 of the largest of the weights.`,
  }),

  async measure(lab, seed) {
    const samples = pictures(seed, 'train', { count: BATCH, side: SIDE, classes: CLASSES, flat: true });
    const batch = new BatchStream(samples, BATCH, seed).next();
    const shape = { inputs: SIDE * SIDE, width: WIDTH, depth: DEPTH, classes: CLASSES, activation: 'Relu' } as const;
    const network = mlp({ ...shape, norm: 'batch', bias: true });
    const without = new Learner(lab, network, { seed });
    const withBias = without.copy();
    const moved = without.copy();
    const random = new Random(seed, 44);
    for (let l = 1; l <= DEPTH; l++) {
      const bias = random.normals(WIDTH);
      for (const learner of [withBias, moved]) learner.values.set(`linear${l}.bias`, bias);
      moved.values.set(`norm${l}.running_mean`, bias);
    }
    const logits = async (learner: Learner, mode: 'batch' | 'running') => {
      const { values } = await learner.run(batch, { loss: 'none', mode, values: [LOGITS] });
      return values.get(LOGITS)!;
    };
    const difference = async (learner: Learner, mode: 'batch' | 'running') => {
      const plain = await logits(without, mode);
      return largestDifference(await logits(learner, mode), plain) / largest(plain);
    };
    const { gradients } = await withBias.run(batch);
    const most = (pattern: RegExp) =>
      Math.max(...[...gradients].filter(([n]) => pattern.test(n)).map(([, g]) => largest(g)));
    return {
      training: await difference(withBias, 'batch'),
      inference: await difference(withBias, 'running'),
      moved: await difference(moved, 'running'),
      gradients: most(/^linear\d+\.bias$/) / most(/^linear\d+\.weight$/),
    };
  },

  measureModel: async (lab, seed, model) => differencesOfModel(lab, seed, prepareModel(model, MODEL_BATCH)),

  aboutModel: () => ({
    setting: say`A random bias in front of every batch norm of the model, as large as the input of the norm varies, against the model as it is; a batch of ${MODEL_BATCH} made samples; training form, and inference form with the running means as they were and moved by the biases. ${missingWords()}`,
    gate: say`Largest difference of an output below 1e-5 times the largest output in training form and, with the running means moved, at inference.`,
  }),

  conclude(measured) {
    const pick = (key: 'training' | 'inference' | 'moved') => measured.map((m) => m[key]);
    const gradients = measured.flatMap((m) => m.gradients ?? []);
    const words =
      gradients.length > 0 ? say`; gradient of the biases over that of the weights ${overSeeds(gradients)}` : '';
    const all = [...pick('training'), ...pick('moved'), ...gradients];
    return {
      measured: say`relative difference ${overSeeds(pick('training'))} in training form, ${overSeeds(pick('moved'))} at inference with moved means${words}`,
      verdict: verdictOf(all.every((v) => v < 1e-5)),
      figures: [
        { label: say`relative difference of the outputs, training form`, values: pick('training'), published: '0' },
        {
          label: say`relative difference at inference, running means moved by the bias`,
          values: pick('moved'),
          published: '0',
        },
        {
          label: say`relative difference at inference, running means as they were`,
          values: pick('inference'),
          published: say`not 0`,
        },
        ...(gradients.length > 0
          ? [{ label: say`largest gradient of a bias over the largest of a weight`, values: gradients, published: '0' }]
          : []),
      ],
      charts: [],
    };
  },
};
