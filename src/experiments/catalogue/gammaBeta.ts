import { floats } from '../../training/hostTensor';
import { Random } from '../../training/random';
import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { LOGITS, NetworkBuilder } from '../lab/network';
import { Learner } from '../lab/learner';

const FEATURES = 16;
const BATCH = 256;
const STEPS = 300;

interface Measured {
  /** By feature: deviation and mean of the data, what was learnt. */
  readonly sigma: readonly number[];
  readonly mu: readonly number[];
  readonly gamma: readonly number[];
  readonly beta: readonly number[];
  readonly loss: readonly number[];
}

/** The mean squared error has a factor 2 / FEATURES in its gradient: this rate makes a step of 1 / step towards the batch's own optimum. */
const rateAt = (step: number) => FEATURES / (2 * step);

export const experiment: Experiment<Measured> = {
  id: 'gamma-beta',
  about: () => ({
    title: say`Scale and shift can undo the norm`,
    claim: say`Scale (gamma) and shift (beta) keep the expressive power of the network: batch normalization can learn the identity.`,
    setting: say`A batch norm alone on ${FEATURES} Gaussian features with means N(0, 4) and deviations of 0.5 .. 2; target: its own input, mean squared error; ${STEPS} steps of gradient descent on fresh batches of ${BATCH}, learning rate ${FEATURES} / (2 step), which averages over the batches.`,
    reference: say`Ioffe and Szegedy 2015, section 3.`,
    published: say`With gamma = sigma and beta = mu the norm gives back its input.`,
    gate: say`For every feature abs(gamma / sigma - 1) < 0.02 and abs(beta - mu) < 0.02 sigma.`,
  }),

  async measure(lab, seed) {
    const random = new Random(seed, 41);
    const mu = Array.from({ length: FEATURES }, () => 2 * random.normal());
    const sigma = Array.from({ length: FEATURES }, () => random.uniform(0.5, 2));
    const net = new NetworkBuilder([FEATURES]);
    const network = net.finish('gamma-beta', net.norm('batch', LOGITS, 'x', FEATURES, 2), FEATURES);
    const learner = new Learner(lab, network, { seed });
    const loss: number[] = [];
    for (let step = 1; step <= STEPS; step++) {
      const data = random.normals(BATCH * FEATURES).map((v, i) => mu[i % FEATURES] + sigma[i % FEATURES] * v);
      const x = floats([BATCH, FEATURES], data);
      loss.push((await learner.step({ x, target: x }, rateAt(step), { loss: 'squares' })).loss);
    }
    const [gamma, beta] = ['scale', 'shift'].map((s) => Array.from(learner.values.get(`${LOGITS}.${s}`)!));
    return { sigma, mu, gamma, beta, loss };
  },

  conclude(measured) {
    const scale = measured.map((m) => Math.max(...m.gamma.map((g, i) => Math.abs(g / m.sigma[i] - 1))));
    const shift = measured.map((m) => Math.max(...m.beta.map((b, i) => Math.abs(b - m.mu[i]) / m.sigma[i])));
    const [first] = measured;
    const steps = first.loss.map((_, i) => i + 1);
    return {
      measured: say`largest abs(gamma / sigma - 1) ${overSeeds(scale)}, largest abs(beta - mu) / sigma ${overSeeds(shift)}`,
      verdict: verdictOf(scale.every((v) => v < 0.02) && shift.every((v) => v < 0.02)),
      figures: [
        { label: say`largest abs(gamma / sigma - 1)`, values: scale, published: '0' },
        { label: say`largest abs(beta - mu) / sigma`, values: shift, published: '0' },
      ],
      charts: [
        {
          kind: 'lines',
          title: say`What scale and shift learnt, by feature`,
          x: { label: say`feature` },
          y: { label: say`value` },
          series: [
            { name: 'gamma', x: first.gamma.map((_, i) => i + 1), y: first.gamma },
            { name: say`sigma of the data`, reference: true, x: first.sigma.map((_, i) => i + 1), y: first.sigma },
            { name: 'beta', x: first.beta.map((_, i) => i + 1), y: first.beta },
            { name: say`mu of the data`, reference: true, x: first.mu.map((_, i) => i + 1), y: first.mu },
          ],
        },
        {
          kind: 'lines',
          title: say`Loss`,
          x: { label: say`step` },
          y: { label: say`mean squared error`, logarithmic: true },
          series: [{ name: armWord('batch'), x: steps, y: first.loss }],
        },
      ],
    };
  },
};
