import { ModelError } from '../ir/errors';
import { PROFILE_SCHEMA_VERSION, type ProfiledLayer, type ProfileResult } from '../protocol/profile';
import { say } from '../texts/say';
import { figure, list, literal, number, object, oneOf, optional, text, type Check } from './shapeChecks';

/** Figures of float32 numbers: more digits say nothing. */
const DIGITS = 7;
/** Steps of layers that are kept, about half a kilobyte each; a long run of a deep network keeps every second step, or third ... */
const MOST_LAYER_STEPS = 100_000;

/**
 * A profile as the text of a file (media/schemas/profile.schema.json). Figures keep seven digits. A run of more than 100 000 steps
 * of layers keeps its loss and, evenly, as many of the layers' steps as fit; the first and the last are among them.
 */
export function storedProfile(result: ProfileResult): string {
  const steps = result.loss.length;
  const every = Math.ceil((steps * result.layers.length) / MOST_LAYER_STEPS);
  const kept = (entry: { readonly step: number }) => entry.step % every === 0 || entry.step === steps - 1;
  const thinned = (layer: ProfiledLayer): ProfiledLayer => ({
    ...layer,
    activation: layer.activation.filter(kept),
    gradient: layer.gradient.filter(kept),
    ...(layer.weights && { weights: layer.weights.filter(kept) }),
    ...(layer.statistics && { statistics: layer.statistics.filter(kept) }),
  });
  const stored = every > 1 ? { ...result, layers: result.layers.map(thinned) } : result;
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
  return `${JSON.stringify(stored, rounded)}\n`;
}

/**
 * A profile from the text of a file. All that a reader relies on is checked; fields that it does not know stay.
 * @throws ModelError `not-a-model` for a text that is no profile, `unsupported` for one of a newer version, `corrupt` with the place
 *   of what is not as it should be
 */
export function parseProfile(content: string): ProfileResult {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new ModelError('corrupt', say`this is no JSON: ${(error as Error).message.slice(0, 120)}`);
  }
  const { schemaVersion, tool } = (value ?? {}) as { schemaVersion?: unknown; tool?: { name?: unknown } };
  if (typeof schemaVersion !== 'number' || tool?.name !== 'normscope' || !('layers' in (value as object))) {
    throw new ModelError('not-a-model', say`this is no profile of NormScope, which "NormScope: Save Profile" writes`);
  }
  if (schemaVersion > PROFILE_SCHEMA_VERSION) {
    throw new ModelError(
      'unsupported',
      say`this profile was written by a newer NormScope (version ${schemaVersion} of the format, ${PROFILE_SCHEMA_VERSION} is known here): update`,
    );
  }
  profile(value, '$');
  return value as ProfileResult;
}

const step = { step: number };
const statistics = list(
  object({
    ...step,
    ...{ mean: figure, std: figure, min: figure, max: figure, rms: figure, zeroFraction: figure },
    ...{ saturatedFraction: optional(figure), sampleStd: optional(figure), deadUnits: optional(figure) },
    quantiles: optional(
      object({
        ...{ p1: figure, p5: figure, p15: figure, p25: figure, p50: figure },
        ...{ p75: figure, p85: figure, p95: figure, p99: figure },
      }),
    ),
    histogram: optional(object({ edges: list(number), counts: list(number) })),
  }),
);
const channels = object({ mean: figure, min: figure, max: figure });

const layer = object({
  ...{ id: text, name: text, role: text, kind: text, depth: number },
  ...{ inputs: optional(list(text)), activationFunction: optional(text), elements: optional(number) },
  ...{ activation: statistics, gradient: statistics },
  weights: optional(
    list(
      object({
        ...{ ...step, parameter: text, kind: optional(text), rms: figure },
        ...{ gradientRms: figure, gradientNorm: figure, updateRatio: figure },
      }),
    ),
  ),
  statistics: optional(
    list(
      object({
        ...{ ...step, batchMean: channels, batchVariance: channels, runningMean: channels, runningVariance: channels },
        ...{ evaluationGap: optional(figure), initialWeight: optional(number) },
      }),
    ),
  ),
});

const finding = object({
  ...{ ruleId: text, severity: oneOf('error', 'warning', 'information', 'hint'), message: text },
  ...({ layer: (v, at) => (v === null ? undefined : text(v, at)), layers: optional(list(text)) } satisfies Record<
    string,
    Check
  >),
});

const settings = object({
  ...{ steps: number, batch: number, optimizer: oneOf('sgd', 'momentum', 'adam'), lr: number, seed: number },
  init: (v, at) => (typeof v === 'number' ? undefined : oneOf('keep', 'default')(v, at)),
  ...{ engine: text, threads: number, norm: text, loss: text, weights: text, trainingFormNorms: number },
  data: object({ kind: oneOf('synthetic', 'file'), inputs: text, targets: text }),
  notes: list(text),
});

const profile = object({
  schemaVersion: number,
  tool: object({ name: literal('normscope'), version: text }),
  model: object({ path: text, graphHash: text }),
  engine: object({ name: text, version: text, threads: number }),
  settings,
  status: oneOf('complete', 'cancelled', 'failed'),
  failure: optional(text),
  loss: list(figure),
  layers: list(layer),
  gradientDepthSlope: (v, at) => (v === null ? undefined : figure(v, at)),
  findings: list(finding),
  timing: object({ compileMs: number, stepMs: list(number) }),
  theory: optional(
    list(
      object({
        ...{ name: text, formula: text, reference: object({ title: text, url: text }), ratio: number },
        values: list(object({ layer: text, depth: number, rms: number })),
      }),
    ),
  ),
});
