import { Random } from '../../training/random';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { largest, largestDifference } from '../lab/figures';
import { Learner } from '../lab/learner';
import { LOGITS } from '../lab/network';
import { mlp } from '../lab/networks';
import { BatchStream, pictures } from '../lab/samples';

const SIDE = 12;
const WIDTH = 100;
const DEPTH = 4;
const CLASSES = 10;
const BATCH = 60;

interface Measured {
  /** Largest difference of the outputs with biases and with zeros in their place. */
  readonly training: number;
  readonly inference: number;
  /** At inference with the running means moved by the biases. */
  readonly moved: number;
  /** Largest gradients of biases in front of a norm and of weights. */
  readonly biasGradient: number;
  readonly weightGradient: number;
}

export const experiment: Experiment<Measured> = {
  id: 'bias-cancelled',
  title: 'A bias in front of a batch norm',
  claim: 'A bias in front of batch normalization has no effect: the norm subtracts it with the mean.',
  setting:
    `MLP of ${DEPTH} x ${WIDTH} ReLU units with biases N(0, 1) in front of every batch norm, against the same network with zeros in their ` +
    `place; a batch of ${BATCH} pictures; training form, and inference form with the running means as they were and moved by the biases.`,
  reference: 'Ioffe and Szegedy 2015, section 3.2.',
  published:
    'No difference in training form; none at inference when the running mean holds the bias; gradient of the bias 0.',
  gate:
    'Largest difference of the logits below 1e-5 times the largest logit in training form and, with the running means moved, at ' +
    'inference; largest gradient of the biases below 1e-5 of the largest of the weights.',

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
      biasGradient: most(/^linear\d+\.bias$/),
      weightGradient: most(/^linear\d+\.weight$/),
    };
  },

  conclude(measured) {
    const pick = (key: keyof Measured) => measured.map((m) => m[key]);
    const gradients = measured.map((m) => m.biasGradient / m.weightGradient);
    const all = [...pick('training'), ...pick('moved'), ...gradients];
    return {
      measured:
        `relative difference ${overSeeds(pick('training'))} in training form, ${overSeeds(pick('moved'))} at inference with moved means; ` +
        `gradient of the biases over that of the weights ${overSeeds(gradients)}`,
      verdict: verdictOf(all.every((v) => v < 1e-5)),
      figures: [
        { label: 'relative difference of the logits, training form', values: pick('training'), published: '0' },
        {
          label: 'relative difference at inference, running means moved by the bias',
          values: pick('moved'),
          published: '0',
        },
        {
          label: 'relative difference at inference, running means as they were',
          values: pick('inference'),
          published: 'not 0',
        },
        { label: 'largest gradient of a bias over the largest of a weight', values: gradients, published: '0' },
      ],
      charts: [],
    };
  },
};
