import { LOGITS, NetworkBuilder, type Network } from '../lab/network';
import { attribute } from '../../ir/attribute';
import { float32Tensor, int64Tensor } from '../../ir/tensor';
import { toFigure } from '../../profile/figure';
import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { line, norm } from '../lab/figures';
import { Learner } from '../lab/learner';
import { BatchStream, pictures } from '../lab/samples';

const SIDE = 12;
const WIDTH = 100;
const CLASSES = 10;
const BATCH = 60;
const STEPS = 200;
const LR = 0.1;

interface Arm {
  /** Norm of the bias, and the loss, before the first step and after each. */
  readonly bias: readonly number[];
  readonly loss: readonly number[];
}

interface Measured {
  readonly outside: Arm;
  readonly inside: Arm;
}

/**
 * A dense layer with a bias, standardized over the batch and written out, so that gradients can be stopped at the
 * statistics; a dense layer behind it makes logits.
 */
function standardizedLayer(): Network {
  const net = new NetworkBuilder([SIDE * SIDE]);
  const keep = { keepdims: attribute.int(1) };
  const axes = net.graph.addInitializer(int64Tensor('axes', [1], [0]));
  const epsilon = net.graph.addInitializer(float32Tensor('epsilon', [], [1e-5]));
  const u = net.dense('layer', 'x', SIDE * SIDE, WIDTH);
  const centred = net.add('Sub', 'centred', [u, net.add('ReduceMean', 'mean', [u, axes], keep)]);
  const square = net.add('Mul', 'square', [centred, centred]);
  const variance = net.add('Add', 'guarded', [net.add('ReduceMean', 'variance', [square, axes], keep), epsilon]);
  const xhat = net.add('Div', 'standardized', [centred, net.add('Sqrt', 'deviation', [variance])]);
  return net.finish('outside-the-gradient', net.dense(LOGITS, xhat, WIDTH, CLASSES), CLASSES);
}

export const experiment: Experiment<Measured> = {
  id: 'outside-the-gradient',
  about: () => ({
    title: say`Normalizing outside the gradient: biases explode`,
    claim: say`Normalizing outside of back-propagation fails: the bias grows without bound while the loss stands still.`,
    setting: say`One dense layer of ${WIDTH} units with a bias, standardized over the batch, and a dense layer of ${CLASSES} logits; ${STEPS} steps of gradient descent with learning rate ${LR} on one fixed batch of ${BATCH} pictures; the bias alone is trained, no shift follows the norm. Mean and deviation as constants for the gradient, against gradients that pass through them.`,
    reference: say`Ioffe and Szegedy 2015, section 2.`,
    published: say`The update of the bias changes neither the output nor the loss, so the bias grows with every step.`,
    gate: say`Outside: the bias's norm is linear in the step (R2 > 0.99) and the loss changes by less than 1e-5. Inside: the bias stays below 1e-4 of that of the other arm.`,
  }),

  async measure(lab, seed) {
    const samples = pictures(seed, 'train', { count: BATCH, side: SIDE, classes: CLASSES, flat: true });
    const batch = new BatchStream(samples, BATCH, seed).next();
    const network = standardizedLayer();
    const frozen = network.parameters.map((p) => p.name).filter((name) => name !== 'layer.bias');
    const arm = async (stop: readonly string[]): Promise<Arm> => {
      const learner = new Learner(lab, network, { seed });
      const bias: number[] = [];
      const loss: number[] = [];
      for (let step = 0; step <= STEPS; step++) {
        bias.push(norm(learner.values.get('layer.bias')!));
        const result = await learner.run(batch, { frozen, stop });
        loss.push(result.loss);
        learner.apply(result, LR);
      }
      return { bias, loss };
    };
    return { outside: await arm(['mean', 'deviation']), inside: await arm([]) };
  },

  conclude(measured) {
    const rows = measured.map(({ outside, inside }) => {
      const steps = outside.bias.map((_, i) => i);
      const lossChange = Math.max(...outside.loss.map((l) => Math.abs(l - outside.loss[0])));
      return {
        r2: line(steps, outside.bias).r2,
        outside: outside.bias[STEPS],
        inside: inside.bias[STEPS],
        lossChange,
      };
    });
    const holds = rows.every((r) => r.r2 > 0.99 && r.lossChange < 1e-5 && r.inside < 1e-4 * r.outside);
    const steps = measured[0].outside.bias.map((_, i) => i);
    const pick = (key: keyof (typeof rows)[number]) => rows.map((r) => r[key]);
    return {
      measured: say`after ${STEPS} steps: norm of the bias ${overSeeds(pick('outside'))} outside (R2 ${overSeeds(pick('r2'))}, loss changed by ${overSeeds(pick('lossChange'))}), ${overSeeds(pick('inside'))} inside`,
      verdict: verdictOf(holds),
      figures: [
        {
          label: say`norm of the bias after ${STEPS} steps, statistics outside the gradient`,
          values: pick('outside'),
          published: say`grows with every step`,
        },
        { label: say`R2 of its line over the steps`, values: pick('r2') },
        {
          label: say`largest change of the loss, statistics outside the gradient`,
          values: pick('lossChange'),
          published: '0',
        },
        {
          label: say`norm of the bias after ${STEPS} steps, ${armWord('batch')}`,
          values: pick('inside'),
          published: '0',
        },
      ],
      charts: [
        {
          kind: 'lines',
          title: say`Norm of the bias during training`,
          x: { label: say`step` },
          y: { label: say`norm of the bias` },
          series: [
            { name: say`statistics outside the gradient`, x: steps, y: measured[0].outside.bias.map(toFigure) },
            { name: armWord('batch'), x: steps, y: measured[0].inside.bias.map(toFigure) },
          ],
        },
      ],
    };
  },
};
