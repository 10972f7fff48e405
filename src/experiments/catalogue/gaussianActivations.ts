import { ModelError } from '../../ir/errors';
import { inferTypes } from '../../ir/inferTypes';
import type { MutableGraph } from '../../ir/mutableGraph';
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
import { missingWords } from '../lab/freshWeights';
import { prepareModel } from '../lab/userModel';
import { BATCH, CLASSES, SIDE, dataWords, deepMlp, testSet, trainingSet } from '../lab/standard';

const STEPS = [0, 100, 300];
const LR = 0.1;
const PROBE = 500;
const CHANNELS = [8, 16, 16];
const norms = ['none', 'batch'] as const;
const kinds = ['MLP', 'CNN', 'model'] as const;
const kindWord = (kind: (typeof kinds)[number]) => (kind === 'model' ? say`model` : kind);
/** Samples for a model of the user, and how many at a time where it leaves the batch open. */
const MODEL_PROBE = 32;
const MODEL_BATCH = 4;
/** A unit with fewer values than these has no shape to speak of. */
const LEAST_VALUES = 30;
/** Of a unit with more values (places of feature maps, tokens), as many are looked at, evenly spread. */
const MOST_VALUES = 500;

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

/**
 * What the medians of magnitudes come to for n values of a normal distribution, times sqrt(n): 0.6745 sqrt(6) and
 * 0.6745 sqrt(24) for skewness and kurtosis, whose variances are 6/n and 24/n; the distance by simulation with mean and variance
 * estimated (Lilliefors 1967).
 */
const ofNormal: Readonly<Record<keyof Shape, number>> = { skewness: 1.65, excessKurtosis: 3.3, distance: 0.62 };

/** Medians over the units of all layers, of magnitudes. */
interface Row extends Shape {
  /** Values that a unit was judged by, median over the units. */
  readonly count: number;
  readonly kind: (typeof kinds)[number];
  /** 'own': whatever a model of the user has. */
  readonly norm: (typeof norms)[number] | 'own';
  readonly step: number;
}

type Measured = readonly Row[];

const wordOf = ({ kind, norm }: Row) => (norm === 'own' ? kindWord(kind) : `${kindWord(kind)}, ${armWord(norm)}`);

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
      const middle = middleOf(values.flatMap((value, i) => unitsOf(found.values.get(value)!, PROBE, units[i])));
      list.push({ kind, norm, step, ...middle });
    }
    await learner.step(stream.next(), LR);
  }
  return list;
}

/** Medians of magnitudes over the units that vary. @throws ModelError `unsupported` when none does */
function middleOf(units: readonly Float32Array[]): Shape & { count: number } {
  const judged = units.map(evenlySpread).flatMap((values) => {
    const shape = shapeOf(values);
    return shape === undefined ? [] : [{ ...shape, count: values.length }];
  });
  if (judged.length === 0) {
    throw new ModelError(
      'unsupported',
      say`no unit of this model has ${LEAST_VALUES} values or more that vary on made samples`,
    );
  }
  const middle = (key: keyof Shape | 'count') => median(judged.map((s) => Math.abs(s[key])));
  const [skewness, excessKurtosis] = [middle('skewness'), middle('excessKurtosis')];
  return { skewness, excessKurtosis, distance: middle('distance'), count: Math.round(middle('count')) };
}

/** MOST_VALUES values of a unit, or all that it has. */
export function evenlySpread(values: Float32Array): Float32Array {
  if (values.length <= MOST_VALUES) return values;
  return Float32Array.from({ length: MOST_VALUES }, (_, i) => values[Math.floor((i * values.length) / MOST_VALUES)]);
}

/** The outputs of a graph's linear layers: their names, channels, and samples of the axis in front. */
function linearsOf(graph: MutableGraph): { value: string; channels: number; samples: number }[] {
  const types = inferTypes(graph);
  const frozen = graph.freeze();
  const linears = layerView(frozen, types).layers.flatMap(({ output, linear }) => {
    const value = frozen.valueName(output);
    const shape = types.get(value)?.shape;
    if (linear?.channels === undefined || shape === undefined || shape.some((d) => typeof d !== 'number')) return [];
    const sizes = shape as readonly number[];
    const { channels, operator } = linear;
    // channels of convolutions run along the second axis, those of dense layers along the last one
    if (sizes[operator.startsWith('Conv') ? 1 : sizes.length - 1] !== channels) return [];
    const samples = operator.startsWith('Conv') ? sizes[0] : sizes.reduce((a, b) => a * b, 1) / channels;
    return [{ value, channels, samples }];
  });
  if (linears.length > 0) return linears;
  throw new ModelError('unsupported', say`this model has no linear layer whose output is known in size`);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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

const gate = () => say`None: the figures are reported.`;

export const experiment: Experiment<Measured> = {
  id: 'gaussian-activations',
  about: () => ({
    title: say`Are the inputs of activations Gaussian?`,
    claim: say`With batch normalization the input of each activation becomes roughly Gaussian (the older explanation).`,
    setting: say`MLP of 8 x 100 ReLU units and CNN of ${CHANNELS.join(', ')} channels, Glorot weights, gradient descent with learning rate ${LR} and batch ${BATCH} on ${dataWords()}; outputs of all linear layers on ${PROBE} test pictures before step ${STEPS.join(', ')}: medians over the units of abs(skewness), abs(excess kurtosis) and the Kolmogorov-Smirnov distance to the normal of the same mean and variance. Of a unit of feature maps ${MOST_VALUES} values are looked at.`,
    reference: say`Ioffe and Szegedy 2015, section 3.2.`,
    published: say`W u + b is "more Gaussian" (citing Hyvärinen and Oja 2000); no figure. A norm itself changes no shape.`,
    gate: gate(),
  }),

  aboutModel: () => ({
    setting: say`The model at inference on ${MODEL_PROBE} made samples; outputs of all linear layers, at most ${MOST_VALUES} values of each unit: medians over the units of abs(skewness), abs(excess kurtosis) and the Kolmogorov-Smirnov distance to the normal of the same mean and variance. ${missingWords()}`,
    gate: gate(),
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
    const { graph, batch, feeds } = prepareModel(model, MODEL_BATCH);
    const linears = linearsOf(graph);
    const values = linears.map((l) => l.value);
    graph.outputs = values.map((name) => ({ name, type: { kind: 'tensor', dtype: 'float32' } }));
    const { session } = await lab.compile('model', () => ({ graph }));
    const runs = Math.ceil(MODEL_PROBE / batch);
    const parts: Float32Array[][] = [];
    for (let run = 0; run < runs; run++) {
      const found = await lab.run(session, feeds(seed, run), values);
      const units = linears.flatMap(({ value, channels, samples }) =>
        unitsOf(found.get(value)!.data as Float32Array, samples, channels),
      );
      units.forEach((unit, u) => (parts[u] ??= []).push(unit));
      lab.progress((run + 1) / runs);
    }
    const units = parts.map(joined).filter((u) => u.length >= LEAST_VALUES);
    return [{ kind: 'model', norm: 'own', step: 0, ...middleOf(units) }];
  },

  conclude(measured) {
    const at = (row: Row, key: keyof Shape) =>
      measured.map((m) => m.find((r) => r.kind === row.kind && r.norm === row.norm && r.step === row.step)![key]);
    const last = Math.max(...measured[0].map((r) => r.step));
    const ends = measured[0].filter((r) => r.step === last);
    const distances = ends.map((r) => `${wordOf(r)} ${overSeeds(at(r, 'distance'))}`).join(', ');
    return {
      measured:
        last === 0
          ? say`distance to the normal: ${distances}`
          : say`distance to the normal after ${last} steps: ${distances}`,
      verdict: 'reported',
      figures: measured[0].flatMap((row) => {
        const where = row.kind === 'model' ? wordOf(row) : say`${wordOf(row)}, step ${row.step}`;
        const published = (key: keyof Shape) =>
          say`normal: about ${(ofNormal[key] / Math.sqrt(row.count)).toPrecision(1)} for ${row.count} values`;
        return [
          { label: say`skewness, ${where}`, values: at(row, 'skewness'), published: published('skewness') },
          {
            label: say`excess kurtosis, ${where}`,
            values: at(row, 'excessKurtosis'),
            published: published('excessKurtosis'),
          },
          {
            label: say`distance to the normal, ${where}`,
            values: at(row, 'distance'),
            published: published('distance'),
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
