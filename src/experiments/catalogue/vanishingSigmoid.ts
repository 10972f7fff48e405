import { toFigure } from '../../profile/figure';
import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { norm } from '../lab/figures';
import { Learner } from '../lab/learner';
import { mlp } from '../lab/networks';
import { BatchStream, pictures } from '../lab/samples';

const WIDTH = 256;
const DEPTH = 20;
const BATCH = 128;
const SIDE = 12;
const CLASSES = 10;
const arms = ['none', 'batch'] as const;

interface Measured {
  /** Gradient norm of every weight matrix from the first layer to the logits. */
  readonly none: readonly number[];
  readonly batch: readonly number[];
}

const ratio = (norms: readonly number[]) => norms[0] / norms[norms.length - 1];

export const experiment: Experiment<Measured> = {
  id: 'vanishing-sigmoid',
  about: () => ({
    title: say`Vanishing gradients after sigmoids`,
    claim: say`Without normalization the gradients of a deep sigmoid network vanish; with batch normalization they reach the first layers, so that saturating activations are usable.`,
    setting: say`MLP of ${DEPTH} x ${WIDTH} sigmoid units and ${CLASSES} logits, Glorot weights, one batch of ${BATCH} pictures of ${SIDE}x${SIDE}, before any training; norm of the gradient of the first weight matrix over that of the last.`,
    reference: say`Ioffe and Szegedy 2015, section 1 and 4.2.2; Glorot and Bengio 2010, section 4.`,
    published: say`The sigmoid's slope is at most 1/4, so each layer without a norm shrinks the gradient about fourfold.`,
    gate: say`Without a norm the ratio is below 1e-8; with batch norm it lies within 0.1 .. 10.`,
  }),

  async measure(lab, seed) {
    const samples = pictures(seed, 'train', { count: BATCH, side: SIDE, classes: CLASSES, flat: true });
    const batch = new BatchStream(samples, BATCH, seed).next();
    const result: Record<string, number[]> = {};
    for (const arm of arms) {
      const network = mlp({
        inputs: SIDE * SIDE,
        width: WIDTH,
        depth: DEPTH,
        classes: CLASSES,
        activation: 'Sigmoid',
        norm: arm,
      });
      const { gradients } = await new Learner(lab, network, { seed, weights: 'xavier' }).run(batch);
      const weights = [...gradients].filter(([name]) => name.endsWith('.weight'));
      result[arm] = weights.map(([, gradient]) => norm(gradient));
    }
    return { none: result.none, batch: result.batch };
  },

  conclude(measured) {
    const [none, batch] = [measured.map((m) => ratio(m.none)), measured.map((m) => ratio(m.batch))];
    const holds = none.every((r) => r < 1e-8) && batch.every((r) => r >= 0.1 && r <= 10);
    const layers = measured[0].none.map((_, i) => i + 1);
    const last = measured[0].none.length;
    return {
      measured: say`first over last gradient: no norm ${overSeeds(none)}, batch norm ${overSeeds(batch)}`,
      verdict: verdictOf(holds),
      figures: [
        {
          label: say`gradient norm, first over last layer, ${armWord('none')}`,
          values: none,
          published: say`about 1/4 per layer: ${(0.25 ** (last - 1)).toExponential(0)}`,
        },
        { label: say`gradient norm, first over last layer, ${armWord('batch')}`, values: batch },
      ],
      charts: [
        {
          kind: 'lines',
          title: say`Gradient norm of the weights over depth`,
          x: { label: say`layer, from the input` },
          y: { label: say`gradient norm, last layer = 1`, logarithmic: true },
          series: [
            {
              name: armWord('none'),
              x: layers,
              y: measured[0].none.map((v) => toFigure(v / measured[0].none[last - 1])),
            },
            // the colour of the line before it, whose theory it is
            { name: say`1/4 per layer`, reference: true, x: layers, y: layers.map((l) => 0.25 ** (last - l)) },
            {
              name: armWord('batch'),
              x: layers,
              y: measured[0].batch.map((v) => toFigure(v / measured[0].batch[last - 1])),
            },
          ],
        },
      ],
    };
  },
};
