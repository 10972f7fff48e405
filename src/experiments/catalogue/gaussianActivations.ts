import { ModelError } from '../../ir/errors';
import { inferTypes } from '../../ir/inferTypes';
import { layerView } from '../../layers/recognize';
import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds } from '../conclusion';
import type { Experiment } from '../experiment';
import type { Lab } from '../lab/lab';
import { columns, mean, median, variance } from '../lab/figures';
import { Learner } from '../lab/learner';
import type { Network } from '../lab/network';
import { cnn } from '../lab/networks';
import { batchOf, BatchStream } from '../lab/samples';
import { prepareModel } from '../lab/userModel';
import { BATCH, CLASSES, SIDE, dataWords, deepMlp, testSet, trainingSet } from '../lab/standard';

const STEPS = [0, 100, 300];
const LR = 0.1;
const PROBE = 500;
const CHANNELS = [8, 16, 16];
const norms = ['none', 'batch'] as const;
const kinds = ['MLP', 'CNN', 'model'] as const;
const kindWord = (kind: (typeof kinds)[number]) => (kind === 'model' ? say`model` : kind);
/** Samples for a model of the user. */
const MODEL_PROBE = 32;
/** A unit with fewer values than these has no shape to speak of. */
const LEAST_VALUES = 30;

/** How far the values of one unit are from normal. */
export interface Shape {
  readonly skewness: number;
  readonly excessKurtosis: number;
  /** Largest distance of the distribution functions (Kolmogorov and Smirnov), after standardizing. */
  readonly distance: number;
}

/** Of a unit's values; undefined for one that does not vary. */
export function shapeOf(values: ArrayLike<number>): Shape | undefined {
  const [centre, deviation] = [mean(values), Math.sqrt(variance(values))];
  if (!(deviation > 1e-12)) return undefined;
  const z = Float64Array.from(values, (v) => (v - centre) / deviation).sort();
  const distance = z.reduce((most, v, i) => {
    const expected = normalCdf(v);
    return Math.max(most, Math.abs(expected - i / z.length), Math.abs((i + 1) / z.length - expected));
  }, 0);
  return {
    skewness: mean(z.map((v) => v ** 3)),
    excessKurtosis: mean(z.map((v) => v ** 4)) - 3,
    distance,
  };
}

/** Abramowitz and Stegun 1964, formula 7.1.26: off by less than 1.5e-7. */
function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const erf = 1 - series * Math.exp((-x * x) / 2);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

/** Medians over the units of all layers, of magnitudes. */
interface Row extends Shape {
  readonly kind: (typeof kinds)[number];
  readonly norm: (typeof norms)[number] | 'own';
  readonly step: number;
}

type Measured = readonly Row[];

async function rows(
  lab: Lab,
  seed: number,
  kind: Row['kind'],
  norm: Row['norm'],
  network: Network,
  units: readonly number[],
): Promise<Row[]> {
  const flat = kind === 'MLP';
  const learner = new Learner(lab, network, { seed, weights: 'xavier' });
  const probe = batchOf(
    testSet(seed, { flat }),
    Array.from({ length: PROBE }, (_, i) => i),
  );
  const stream = new BatchStream(trainingSet(seed, { flat }), BATCH, seed);
  const values = units.map((_, i) => `linear${i + 1}`);
  const list: Row[] = [];
  for (let step = 0; step <= STEPS[STEPS.length - 1]; step++) {
    if (STEPS.includes(step)) {
      const found = await learner.run(probe, { loss: 'none', values });
      const shape = middleOf(values.flatMap((value, i) => unitsOf(found.values.get(value)!, PROBE, units[i])));
      list.push({ kind, norm, step, ...shape });
    }
    await learner.step(stream.next(), LR);
  }
  return list;
}

/** Medians of magnitudes over the units that vary. */
function middleOf(units: readonly Float32Array[]): Shape {
  const shapes = units.flatMap((unit) => shapeOf(unit) ?? []);
  const middle = (key: keyof Shape) => median(shapes.map((s) => Math.abs(s[key])));
  return { skewness: middle('skewness'), excessKurtosis: middle('excessKurtosis'), distance: middle('distance') };
}

/** The values of each unit: columns of a dense layer's output, channels of a convolution's. */
function unitsOf(data: Float32Array, samples: number, units: number): Float32Array[] {
  const places = data.length / samples / units;
  if (places === 1) return columns(data, units);
  return Array.from({ length: units }, (_, u) => {
    const unit = new Float32Array(samples * places);
    for (let n = 0; n < samples; n++) {
      const from = (n * units + u) * places;
      unit.set(data.subarray(from, from + places), n * places);
    }
    return unit;
  });
}

export const experiment: Experiment<Measured> = {
  id: 'gaussian-activations',
  about: () => ({
    title: say`Are the inputs of activations Gaussian?`,
    claim: say`With batch normalization the input of each activation becomes roughly Gaussian (the older explanation).`,
    setting: say`MLP of 8 x 100 ReLU units and CNN of ${CHANNELS.join(', ')} channels, Glorot weights, gradient descent with learning rate ${LR} and batch ${BATCH} on ${dataWords()}; outputs of all linear layers on ${PROBE} test pictures before step ${STEPS.join(', ')}: medians over the units of abs(skewness), abs(excess kurtosis) and the Kolmogorov-Smirnov distance to the normal of the same mean and variance. A model of the user: once, at inference, on ${MODEL_PROBE} made samples.`,
    reference: say`Ioffe and Szegedy 2015, section 3.2.`,
    published: say`W u + b is "more Gaussian" (citing Hyvärinen and Oja 2000); no figure. A norm itself changes no shape.`,
    gate: say`None: the figures are reported.`,
  }),

  async measure(lab, seed) {
    const found: Row[] = [];
    for (const norm of norms) {
      found.push(...(await rows(lab, seed, 'MLP', norm, deepMlp(norm), Array<number>(8).fill(100))));
      lab.progress(found.length / (4 * STEPS.length));
      const network = cnn({ side: SIDE, classes: CLASSES, channels: CHANNELS, activation: 'Relu', norm });
      found.push(...(await rows(lab, seed, 'CNN', norm, network, CHANNELS)));
      lab.progress(found.length / (4 * STEPS.length));
    }
    return found;
  },

  async measureModel(lab, seed, model) {
    const { graph, feeds } = prepareModel(model, MODEL_PROBE);
    const types = inferTypes(graph);
    const frozen = graph.freeze();
    const linears = layerView(frozen, types).layers.flatMap((layer) => {
      const value = frozen.valueName(layer.output);
      const shape = types.get(value)?.shape;
      const channels = layer.linear?.channels;
      return channels !== undefined && shape?.[1] === channels && shape[0] === MODEL_PROBE ? [{ value, channels }] : [];
    });
    if (linears.length === 0) {
      throw new ModelError('unsupported', say`this model has no linear layer whose channels run along the second axis`);
    }
    const values = linears.map((l) => l.value);
    graph.outputs = values.map((name) => ({ name, type: { kind: 'tensor', dtype: 'float32' } }));
    const { session } = await lab.compile('model', () => ({ graph }));
    const found = await lab.run(session, feeds(seed, 0), values);
    const units = linears.flatMap((l) => unitsOf(found.get(l.value)!.data as Float32Array, MODEL_PROBE, l.channels));
    const row = middleOf(units.filter((u) => u.length >= LEAST_VALUES));
    return [{ kind: 'model', norm: 'own', step: 0, ...row }];
  },

  conclude(measured) {
    const at = (row: Row, key: keyof Shape) =>
      measured.map((m) => m.find((r) => r.kind === row.kind && r.norm === row.norm && r.step === row.step)![key]);
    const last = Math.max(...measured[0].map((r) => r.step));
    const ends = measured[0].filter((r) => r.step === last);
    return {
      measured: say`distance to the normal after ${last} steps: ${ends.map((r) => `${kindWord(r.kind)} ${armWord(r.norm)} ${overSeeds(at(r, 'distance'))}`).join(', ')}`,
      verdict: 'reported',
      figures: measured[0].flatMap((row) => {
        const where = say`${kindWord(row.kind)}, ${armWord(row.norm)}, step ${row.step}`;
        return [
          { label: say`skewness, ${where}`, values: at(row, 'skewness'), published: say`normal: 0` },
          { label: say`excess kurtosis, ${where}`, values: at(row, 'excessKurtosis'), published: say`normal: 0` },
          {
            label: say`distance to the normal, ${where}`,
            values: at(row, 'distance'),
            published: say`normal: about 0.03 for 500 values`,
          },
        ];
      }),
      charts: measured[0].some((r) => r.kind === 'model')
        ? []
        : [
            {
              kind: 'lines',
              title: say`Distance to the normal during training (median over the units)`,
              x: { label: say`step` },
              y: { label: say`Kolmogorov-Smirnov distance` },
              series: kinds
                .filter((k) => k !== 'model')
                .flatMap((kind) =>
                  norms.map((norm) => {
                    const found = measured[0].filter((r) => r.kind === kind && r.norm === norm);
                    return {
                      name: `${kind}, ${armWord(norm)}`,
                      x: found.map((r) => r.step),
                      y: found.map((r) => r.distance),
                    };
                  }),
                ),
            },
          ],
    };
  },
};
