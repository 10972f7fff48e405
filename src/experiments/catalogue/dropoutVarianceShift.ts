import { floats } from '../../training/hostTensor';
import { Random } from '../../training/random';
import { scalarTensor } from '../../variants/scalarTensor';
import { say } from '../../texts/say';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { columns, mean, variance } from '../lab/figures';
import type { Lab } from '../lab/lab';
import { Learner } from '../lab/learner';
import { LOGITS, NetworkBuilder, type Network } from '../lab/network';

const UNITS = 64;
const BATCH = 2048;
/** Batches that the variance of training is averaged over, as running statistics are. */
const BATCHES = 4;
const KEEPS = [0.9, 0.8, 0.5];
const inputs = ['zero-mean', 'ReLU'] as const;
type Input = (typeof inputs)[number];

const wordOf = (input: Input) => (input === 'zero-mean' ? say`zero-mean` : input);

/** Variance behind dropout in training over that at inference, by keep probability. */
type Ratios = readonly number[];
type Measured = Readonly<Record<Input, Ratios>>;

/** Of a unit with E[x^2] = square and E[x] = mu: (square / keep - mu^2) / (square - mu^2). */
export function varianceShift(square: number, mu: number, keep: number): number {
  return (square / keep - mu ** 2) / (square - mu ** 2);
}

/** The moments of a standard normal, and of one behind a ReLU. */
const expected = (input: Input, keep: number) =>
  input === 'zero-mean' ? varianceShift(1, 0, keep) : varianceShift(0.5, 1 / Math.sqrt(2 * Math.PI), keep);

function network(input: Input, keep: number): Network {
  const net = new NetworkBuilder([UNITS]);
  const x = net.activation(input === 'ReLU' ? 'Relu' : 'none', 'activation', 'x');
  const ratio = net.graph.addInitializer(scalarTensor('ratio', 'float32', 1 - keep));
  const dropped = net.add('Dropout', 'dropped', [x, ratio]);
  return net.finish(`dropout ${input} ${keep}`, net.norm('batch', LOGITS, dropped, UNITS, 2), UNITS);
}

/**
 * The gradient by the input is asked for because the runtime drops a Dropout whose mask nobody reads, in training mode too.
 */
async function ratio(lab: Lab, seed: number, input: Input, keep: number): Promise<number> {
  const learner = new Learner(lab, network(input, keep), { seed });
  const random = new Random(seed, 42);
  const target = floats([BATCH, UNITS], new Float32Array(BATCH * UNITS));
  const training: number[] = [];
  const inference: number[] = [];
  for (let b = 0; b < BATCHES; b++) {
    const x = floats([BATCH, UNITS], random.normals(BATCH * UNITS));
    const { statistics } = await learner.run({ x, target }, { loss: 'squares', gradientsOf: ['x'], seed });
    training.push(mean(statistics.get(LOGITS)!.variance));
    const { values } = await learner.run({ x }, { loss: 'none', mode: 'running', values: ['dropped'] });
    inference.push(mean(columns(values.get('dropped')!, UNITS).map(variance)));
  }
  return mean(training) / mean(inference);
}

export const experiment: Experiment<Measured> = {
  id: 'dropout-variance-shift',
  about: () => ({
    title: say`Dropout before a batch norm`,
    claim: say`Dropout before batch normalization shifts the variance between training and inference.`,
    setting: say`${UNITS} standard normal units, as they are and behind a ReLU, dropout with keep = ${KEEPS.join(', ')}, batch norm; ${BATCHES} batches of ${BATCH}. The batch's variance that the norm sees in training over the variance of the same values at inference.`,
    reference: say`Li et al. 2018, Understanding the disharmony between dropout and batch normalization by variance shift, section 3.`,
    published: say`Zero mean: 1 / keep. In general (E[x^2] / keep - mu^2) / (E[x^2] - mu^2): 2.467 at keep 0.5 after a ReLU.`,
    gate: say`Within 1 % of the closed form for zero-mean units, within 2 % after a ReLU, for every keep.`,
  }),

  async measure(lab, seed) {
    const ratios: Record<Input, number[]> = { 'zero-mean': [], ReLU: [] };
    for (const input of inputs) for (const keep of KEEPS) ratios[input].push(await ratio(lab, seed, input, keep));
    return ratios;
  },

  conclude(measured) {
    const rows = inputs.flatMap((input) =>
      KEEPS.map((keep, i) => {
        const values = measured.map((m) => m[input][i]);
        const closed = expected(input, keep);
        const limit = input === 'ReLU' ? 0.02 : 0.01;
        return { input, keep, values, closed, holds: values.every((v) => Math.abs(v / closed - 1) <= limit) };
      }),
    );
    const shown = rows.filter((r) => r.keep === 0.5);
    return {
      measured: shown.map((r) => `keep ${r.keep}, ${wordOf(r.input)}: ${overSeeds(r.values)}`).join('; '),
      verdict: verdictOf(rows.every((r) => r.holds)),
      figures: rows.map((r) => ({
        label: say`variance in training over inference, ${wordOf(r.input)}, keep ${r.keep}`,
        values: r.values,
        published: r.closed.toFixed(3),
      })),
      charts: [
        {
          kind: 'lines',
          title: say`Variance shift over the keep probability`,
          x: { label: say`keep` },
          y: { label: say`variance in training / at inference` },
          series: inputs.flatMap((input) => [
            { name: say`${wordOf(input)}, measured`, x: KEEPS, y: measured[0][input] },
            {
              name: say`${wordOf(input)}, closed form`,
              reference: true,
              x: KEEPS,
              y: KEEPS.map((keep) => expected(input, keep)),
            },
          ]),
        },
      ],
    };
  },
};
