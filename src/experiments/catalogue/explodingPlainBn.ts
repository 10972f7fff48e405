import { floats, hostTensor } from '../../training/hostTensor';
import { Random } from '../../training/random';
import { say } from '../../texts/say';
import { verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { line, mean, meanSquare, standardError } from '../lab/figures';
import { Learner } from '../lab/learner';
import { mlp } from '../lab/networks';
import type { ActivationKind } from '../lab/network';

const WIDTH = 512;
const DEPTH = 30;
/** Layers counted from the input; those before are still approaching the fixed point. */
const [FIRST, LAST] = [11, 30];
const LINEAR_BATCHES = [8, 16, 32];
const RELU_BATCHES = [8, 32, 128];
/** Networks per seed that the second moment is averaged over: it is an expectation over weights. */
const NETWORKS = 4;
const CLASSES = 10;

interface Growth {
  readonly batch: number;
  /** Growth of the gradient's second moment per layer, one for each network. */
  readonly perNetwork: readonly number[];
  /** Second moment of the gradient at the pre-activations of layers 1 .. 30, averaged over the networks. */
  readonly moments: readonly number[];
}

interface Measured {
  readonly linear: readonly Growth[];
  readonly relu: readonly Growth[];
}

/** Yang et al. 2019, for linear layers: growth of the second moment at batch B. */
export const linearGrowth = (batch: number) => (batch - 2) / (batch - 3);
/** The same for ReLU, as B grows. */
export const RELU_GROWTH = Math.PI / (Math.PI - 1);

const layers = Array.from({ length: DEPTH }, (_, i) => i + 1);
const values = layers.map((l) => `linear${l}`);

async function growth(learners: readonly Learner[], seed: number, batch: number): Promise<Growth> {
  const moments: number[][] = [];
  for (const [n, learner] of learners.entries()) {
    const random = new Random(seed, n, 31);
    const x = floats([batch, WIDTH], random.normals(batch * WIDTH));
    const target = hostTensor(
      'int64',
      [batch, 1],
      Array.from({ length: batch }, () => random.integer(CLASSES)),
    );
    const frozen = learner.network.parameters.map((p) => p.name);
    const { gradients } = await learner.run({ x, target }, { gradientsOf: values, frozen });
    moments.push(values.map((v) => meanSquare(gradients.get(v)!)));
  }
  return {
    batch,
    perNetwork: moments.map((list) => Math.exp(-slope(list))),
    moments: layers.map((_, i) => mean(moments.map((list) => list[i]))),
  };
}

/** Slope of the logarithm of the second moment per layer, over the layers that count. */
function slope(moments: readonly number[]): number {
  const used = layers.filter((l) => l >= FIRST && l <= LAST);
  return line(
    used,
    used.map((l) => Math.log(moments[l - 1])),
  ).slope;
}

const within = (part: number, value: number, expected: number) => Math.abs(value / expected - 1) <= part;

/**
 * The closed forms are of an expectation over weights, so the gate holds the means over the seeds against them: four networks at
 * batch 8 come out with a standard deviation of 0.9 %, so that one seed in forty is off by 2 %.
 */
const growthOf = (g: Growth) => Math.exp(-slope(g.moments));

export const experiment: Experiment<Measured> = {
  id: 'exploding-plain-bn',
  about: () => ({
    title: say`Batch normalization alone makes deep plain networks explode`,
    claim: say`Batch normalization does not cure everything: in deep plain networks it makes the gradients explode.`,
    setting: say`Plain networks of ${DEPTH} layers of width ${WIDTH}, each linear + batch norm (+ ReLU), Glorot weights, Gaussian inputs, before training; second moment of the gradient at the pre-activations, averaged over ${NETWORKS} networks a seed, its growth per layer from layer ${LAST} to layer ${FIRST} by least squares on the logarithm.`,
    reference: say`Yang et al. 2019, A mean field theory of batch normalization, section 3 (arXiv:1902.08129).`,
    published: say`Growth of the second moment per layer: (B-2)/(B-3) for linear layers at batch B; pi/(pi-1) = 1.467 for ReLU as B grows.`,
    gate: say`Means over the seeds: linear within 2 % of (B-2)/(B-3) for B = 8, 16, 32 and at least 3 standard errors (over networks and seeds) above 1; ReLU within 3 % of 1.467 at B = 128 and falling with B.`,
  }),

  async measure(lab, seed) {
    const growths = async (activation: ActivationKind, batches: readonly number[]): Promise<Growth[]> => {
      const network = mlp({ inputs: WIDTH, width: WIDTH, depth: DEPTH, classes: CLASSES, activation, norm: 'batch' });
      const learners = Array.from(
        { length: NETWORKS },
        (_, n) => new Learner(lab, network, { seed: seed * NETWORKS + n, weights: 'xavier' }),
      );
      const list: Growth[] = [];
      for (const batch of batches) list.push(await growth(learners, seed, batch));
      return list;
    };
    const linear = await growths('none', LINEAR_BATCHES);
    lab.progress(0.5);
    const relu = await growths('Relu', RELU_BATCHES);
    return { linear, relu };
  },

  conclude(measured) {
    const linear = LINEAR_BATCHES.map((batch, i) => {
      const values = measured.map((m) => growthOf(m.linear[i]));
      const all = measured.flatMap((m) => m.linear[i].perNetwork);
      return { batch, values, average: mean(values), error: standardError(all), expected: linearGrowth(batch) };
    });
    const relu = RELU_BATCHES.map((batch, i) => {
      const values = measured.map((m) => growthOf(m.relu[i]));
      return { batch, values, average: mean(values) };
    });
    const last = relu[relu.length - 1];
    const holds =
      linear.every((g) => within(0.02, g.average, g.expected) && g.average - 1 >= 3 * g.error) &&
      within(0.03, last.average, RELU_GROWTH) &&
      relu.every((g, i) => i === 0 || g.average < relu[i - 1].average);
    const curve = (name: string, moments: readonly number[]) => ({
      name,
      x: layers,
      y: moments.map((m) => m / moments[DEPTH - 1]),
    });
    const averages = (list: readonly { batch: number; average: number }[]) =>
      list.map((g) => `B=${g.batch} ${g.average.toFixed(3)}`).join(', ');
    return {
      measured: say`linear ${averages(linear)}; ReLU ${averages(relu)}`,
      verdict: verdictOf(holds),
      figures: [
        ...linear.map(({ batch, values, expected }) => ({
          label: say`growth per layer, linear, batch ${batch}`,
          values,
          published: expected.toFixed(3),
        })),
        ...relu.map(({ batch, values }) => ({
          label: say`growth per layer, ReLU, batch ${batch}`,
          values,
          published: say`${RELU_GROWTH.toFixed(3)} as the batch grows`,
        })),
      ],
      charts: [
        {
          kind: 'lines',
          title: say`Second moment of the gradient over depth`,
          x: { label: say`layer, from the input` },
          y: { label: say`second moment, last layer = 1`, logarithmic: true },
          series: [
            ...measured[0].linear.map((g) => curve(say`linear, batch ${g.batch}`, g.moments)),
            ...measured[0].relu.map((g) => curve(`ReLU, batch ${g.batch}`, g.moments)),
            {
              name: say`pi/(pi-1) per layer`,
              reference: true,
              x: layers,
              y: layers.map((l) => RELU_GROWTH ** (DEPTH - l)),
            },
          ],
        },
        {
          kind: 'lines',
          title: say`Growth per layer over the batch`,
          x: { label: say`batch`, logarithmic: true },
          y: { label: say`growth of the second moment` },
          series: [
            { name: say`${say`linear`}, measured`, x: LINEAR_BATCHES, y: linear.map((g) => g.average) },
            { name: '(B-2)/(B-3)', reference: true, x: LINEAR_BATCHES, y: LINEAR_BATCHES.map(linearGrowth) },
            { name: say`${'ReLU'}, measured`, x: RELU_BATCHES, y: relu.map((g) => g.average) },
            { name: 'pi/(pi-1)', reference: true, x: RELU_BATCHES, y: RELU_BATCHES.map(() => RELU_GROWTH) },
          ],
        },
      ],
    };
  },
};
