import type { Finding, LayerFacts, LayerRole, ModelFacts, NormFacts } from '../../src/protocol/facts';
import type {
  Histogram,
  Moments,
  ProfiledLayer,
  ProfileEvent,
  ProfileResult,
  ProfileSettings,
  Quantiles,
  RunningStatistics,
  StepStatistics,
  WeightStatistics,
} from '../../src/protocol/profile';
import type { ViewState } from '../../src/protocol/view';

/**
 * Recorded states of the view, for the page in a plain browser and for tests. Made by formula and seed, so that they can have any
 * number of layers and are the same on every machine; the shapes of the figures are those of a plain CNN whose gradients vanish.
 */

export const recordedSettings: ProfileSettings = {
  steps: 20,
  batch: 16,
  optimizer: 'momentum',
  lr: 0.05,
  seed: 1,
  init: 'default',
  engine: 'auto',
  threads: 0,
};

const bins = 40;

/** A view of a model with `layers` layers (at least 6) and, unless `profiled` is false, its profile. */
export function recordedState(layers: number, profiled = true): ViewState {
  const model = recordedModel(layers);
  return {
    uri: 'file:///models/recorded.onnx',
    model,
    profile: profiled ? recordedProfile(model) : null,
    profileIsStale: false,
    running: null,
    settings: recordedSettings,
    selectedLayer: null,
  };
}

/** The model of a state that has one. */
export function modelOf({ model }: ViewState): ModelFacts {
  if (!model || 'error' in model) throw new Error('a state without a model');
  return model;
}

/** Nothing has been read yet. */
export function loadingState(): ViewState {
  return { ...recordedState(10, false), model: null };
}

export function unreadableState(): ViewState {
  const path = 'models/truncated.onnx';
  const message = `${path}: the file ends at byte 4096 in the middle of node 17 of the graph; copy or download it again.`;
  return { ...loadingState(), model: { path, error: { code: 'truncated', message } } };
}

/** A graph without a single layer. */
export function emptyState(): ViewState {
  const state = recordedState(10, false);
  const summary = { linear: 0, norm: {}, activation: {}, placement: {} };
  const model: ModelFacts = { ...modelOf(state), nodeCount: 0, layers: [], findings: [], summary };
  return { ...state, model };
}

/** A run that ended after `steps` steps. */
export function endedState(layers: number, status: 'cancelled' | 'failed', steps: number): ViewState {
  const state = recordedState(layers);
  const profile = state.profile!;
  const upTo = <T extends { step: number }>(list: readonly T[]) => list.filter(({ step }) => step < steps);
  return {
    ...state,
    profile: {
      ...profile,
      status,
      ...(status === 'failed'
        ? { failure: 'The engine ran out of memory (4.0 GB) in step 8: try a smaller batch.' }
        : {}),
      loss: profile.loss.slice(0, steps),
      layers: profile.layers.map((layer) => ({
        ...layer,
        activation: upTo(layer.activation),
        gradient: upTo(layer.gradient),
        ...(layer.weights ? { weights: upTo(layer.weights) } : {}),
        ...(layer.statistics ? { statistics: upTo(layer.statistics) } : {}),
      })),
    },
  };
}

/** Names that a careless view would run, mangle or be stretched by. */
export const hostileNames: readonly string[] = [
  '<img src=x onerror="globalThis.__hacked=1">',
  '<script>globalThis.__hacked=1</script>',
  '"><svg onload=globalThis.__hacked=1>',
  '\u202Egnp.exe\u202C evil \u2066rtl\u2069',
  'שכבת נרמול 3',
  '🧪🔥 normalization 👩‍🔬',
  'x'.repeat(2000),
  'line one\nline two\ttab\u0000nul',
  '__proto__',
  'constructor',
];

/** A profiled model whose names are `hostileNames` and some of whose figures are not finite. */
export function hostileState(): ViewState {
  const state = recordedState(12);
  const model = modelOf(state);
  const rename = (id: string | null) => {
    const at = model.layers.findIndex((layer) => layer.id === id);
    return at >= 0 && at < hostileNames.length ? hostileNames[at] : id;
  };
  const layers = model.layers.map((layer) => ({
    ...layer,
    id: rename(layer.id)!,
    name: rename(layer.id)!,
    kind: rename(layer.id) === layer.id ? layer.kind : `<b>${layer.kind}</b>`,
    inputs: layer.inputs.map((id) => rename(id)!),
  }));
  const findings = layers.slice(0, hostileNames.length).map((layer): Finding => ({
    ruleId: 'norm-after-activation',
    severity: 'warning',
    message: `Layer ${layer.name} comes after its activation.`,
    layer: layer.id,
  }));
  const profile = state.profile!;
  return {
    ...state,
    model: { ...model, path: `models/${hostileNames[0]}.onnx`, producer: hostileNames[1], layers, findings },
    profile: {
      ...profile,
      loss: profile.loss.map((loss, step) => (step < 17 ? loss : step === 17 ? 'Infinity' : 'NaN')),
      layers: profile.layers.map((layer) => ({
        ...layer,
        id: rename(layer.id)!,
        name: rename(layer.id)!,
        gradient: layer.gradient.map((at) => (at.step < 18 ? at : { ...at, rms: 'NaN' as const, std: 'NaN' as const })),
      })),
    },
  };
}

/** The messages an engine would have sent for a profile. */
export function recordedEvents(profile: ProfileResult): ProfileEvent[] {
  const at = <T extends { step: number }>(list: readonly T[] | undefined, step: number) =>
    list?.find((entry) => entry.step === step);
  return [
    { type: 'phase', phase: 'reading' },
    { type: 'phase', phase: 'differentiating' },
    { type: 'phase', phase: 'compiling' },
    {
      type: 'started',
      model: profile.model,
      engine: profile.engine,
      settings: profile.settings,
      layers: profile.layers.map(({ id, name, role, kind, depth }) => ({ id, name, role, kind, depth })),
      compileMs: profile.timing.compileMs,
    },
    ...profile.loss.map((loss, i): ProfileEvent => ({
      type: 'step',
      step: i,
      loss,
      ms: profile.timing.stepMs[i],
      layers: profile.layers.map((layer) => ({
        activation: at(layer.activation, i),
        gradient: at(layer.gradient, i),
        weights: layer.weights?.filter(({ step }) => step === i),
        statistics: at(layer.statistics, i),
      })),
    })),
    { type: 'finished' },
  ];
}

function recordedModel(count: number): ModelFacts {
  const layers: LayerFacts[] = [];
  const findings: Finding[] = [];
  const add = (name: string, role: LayerRole, kind: string, more: Partial<LayerFacts> = {}) => {
    const last = layers.at(-1);
    const outputShape = more.outputShape ?? last?.outputShape ?? null;
    layers.push({ id: name, name, role, kind, nodes: [name], inputs: last ? [last.id] : [], ...more, outputShape });
  };
  for (let block = 1; layers.length < count - 3; block++) {
    const stage = Math.min(Math.floor((3 * layers.length) / count), 3);
    const channels = 32 << stage;
    const outputShape = ['N', channels, 32 >> stage, 32 >> stage];
    const names = { conv: `stage${stage + 1}/block${block}/conv`, norm: `stage${stage + 1}/block${block}/bn` };
    const relu = `stage${stage + 1}/block${block}/relu`;
    const late = block % 5 === 2;
    const hasBias = block % 7 === 3 || late;
    const normalization = late ? 'normalized-after-activation' : 'normalized-before-activation';
    add(names.conv, 'linear', 'Conv', { outputShape, linear: { hasBias, normalization } });
    const left = count - 3 - layers.length;
    const norm = batchNorm(channels, late, names.conv, relu);
    if (late && left >= 2) add(relu, 'activation', 'Relu');
    if (left >= 1) add(names.norm, 'norm', 'BatchNormalization', { norm });
    if (!late && left >= 2) add(relu, 'activation', 'Relu');
    if (late && left >= 2)
      findings.push({
        ruleId: 'norm-after-activation',
        severity: 'warning',
        message: `BatchNormalization "${names.norm}" comes after Relu "${relu}": it normalizes the activation, not the convolution's output.`,
        layer: names.norm,
      });
    else if (hasBias && left >= 1)
      findings.push({
        ruleId: 'bias-before-norm',
        severity: 'information',
        message: `The bias of Conv "${names.conv}" (${channels} numbers) is subtracted again by the BatchNormalization after it.`,
        layer: names.conv,
        fix: { id: 'drop-bias', title: 'redundant biases dropped' },
      });
  }
  add('head/pool', 'pool', 'GlobalAveragePool', { outputShape: ['N', layers.at(-1)!.outputShape![1], 1, 1] });
  add('head/fc', 'linear', 'Gemm', { outputShape: ['N', 10], linear: { hasBias: true, normalization: 'output-head' } });
  add('head/softmax', 'activation', 'Softmax');
  const of = (role: LayerRole) => layers.filter((layer) => layer.role === role);
  const tally = (words: string[]) =>
    Object.fromEntries([...new Set(words)].map((word) => [word, words.filter((other) => other === word).length]));
  return {
    path: `models/recorded-cnn-${count}.onnx`,
    format: 'onnx',
    producer: 'pytorch 2.5.1',
    opsets: { 'ai.onnx': 17 },
    nodeCount: layers.length + 1,
    parameterCount: of('linear').length * 147_712 + 5_130,
    weights: 'present',
    graphHash: `recorded-${count}`,
    layers,
    summary: {
      linear: of('linear').length,
      norm: tally(of('norm').map((layer) => layer.norm!.type)),
      activation: tally(of('activation').map((layer) => layer.kind)),
      placement: tally(of('norm').map((layer) => layer.norm!.placement)),
    },
    findings,
    problems: [],
  };
}

function batchNorm(channels: number, late: boolean, linear: string, activation: string): NormFacts {
  return {
    type: 'batch',
    form: 'native',
    axes: [0, 2, 3],
    axesMeaning: ['N', 'H', 'W'],
    epsilon: 1e-5,
    momentum: 0.9,
    momentumOriginal: 0.9,
    groups: null,
    affine: { scale: true, shift: true },
    channels,
    placement: late ? 'linear-activation-norm' : 'linear-norm-activation',
    chain: late ? 'Conv -> Relu -> BatchNormalization' : 'Conv -> BatchNormalization -> Relu',
    linear,
    activation,
    parameters: [
      { name: 'scale', count: channels, notFinite: 0, min: 0.4, mean: 0.97, max: 1.6, bins: heap(channels, 8) },
      { name: 'shift', count: channels, notFinite: 0, min: -0.5, mean: 0.02, max: 0.6, bins: heap(channels, 7) },
      { name: 'mean', count: channels, notFinite: 0, min: -1.2, mean: -0.1, max: 0.9, bins: heap(channels, 9) },
      { name: 'variance', count: channels, notFinite: 0, min: 0.02, mean: 0.8, max: 4.1, bins: heap(channels, 3) },
    ],
  };
}

/** Channels in 16 bins around a middle one. */
function heap(channels: number, middle: number): number[] {
  return Array.from({ length: 16 }, (_, i) => Math.round((channels / 5) * Math.exp(-((i - middle) ** 2) / 8)));
}

function recordedProfile(model: ModelFacts): ProfileResult {
  const random = mulberry32(model.layers.length);
  const { steps } = recordedSettings;
  let depth = 0;
  const total = model.layers.filter((layer) => layer.role === 'linear').length;
  const layers = model.layers.map((layer): ProfiledLayer => {
    if (layer.role === 'linear') depth++;
    // decades lost per weighted layer, so that even a thousand layers stay within what float32 can hold
    const decades = Math.min(0.09, 12 / total) * (total - depth);
    const gain = layer.role === 'norm' ? 1 : layer.role === 'linear' ? 0.6 + 0.8 * random() : 0.8;
    const level = Math.pow(10, -3 - decades + 0.15 * (random() - 0.5));
    const rectified = layer.role === 'activation' && layer.kind === 'Relu';
    const activation: StepStatistics[] = [];
    const gradient: StepStatistics[] = [];
    const weights: WeightStatistics[] = [];
    const statistics: RunningStatistics[] = [];
    for (let step = 0; step < steps; step++) {
      const sampled = [0, 1, 2, 5, 10, steps - 1].includes(step);
      const drift = 1 + (0.25 * step) / steps;
      const shift = layer.role === 'norm' ? 0.02 * random() : 0.1 * Math.sin(depth) * drift;
      activation.push(measured(step, shift, gain * drift, rectified, sampled, gain, random));
      const fade = level * Math.exp((-0.6 * step) / steps) * (0.9 + 0.2 * random());
      gradient.push(measured(step, 0, fade, false, sampled, level, random, gradientEdges(8 * level)));
      if (layer.role === 'linear') {
        const rms = 0.05 * (1 + (0.02 * step) / steps);
        const gradientRms = fade * 4;
        const updateRatio = (recordedSettings.lr * gradientRms) / rms;
        weights.push({
          step,
          parameter: `${layer.name}.weight`,
          rms,
          gradientRms,
          gradientNorm: gradientRms * 384,
          updateRatio,
        });
      }
      if (layer.norm) statistics.push(runningStatistics(step, gain * drift, shift));
    }
    const { id, name, role, kind } = layer;
    return {
      ...{ id, name, role, kind, depth, activation, gradient },
      ...(weights.length ? { weights } : {}),
      ...(statistics.length ? { statistics } : {}),
    };
  });
  return {
    schemaVersion: 1,
    tool: { name: 'normscope', version: '0.1.0' },
    model: { path: model.path, graphHash: model.graphHash },
    engine: { name: 'onnxruntime-node', version: '1.30.0', threads: 2 },
    settings: {
      ...recordedSettings,
      norm: 'as-is',
      loss: 'cross-entropy',
      data: {
        kind: 'synthetic',
        inputs: 'procedural images of 10 classes of shapes',
        targets: "the data's class",
      },
      weights: 're-initialised',
      trainingFormNorms: model.layers.filter((layer) => layer.role === 'norm').length,
      notes: [],
    },
    status: 'complete',
    loss: Array.from({ length: steps }, (_, step) => 0.6 + 1.7 * Math.exp(-step / 6) + 0.12 * (random() - 0.5)),
    layers,
    gradientDepthSlope: -Math.min(0.09, 12 / total),
    findings:
      total < 20
        ? []
        : [
            {
              ruleId: 'vanishing-gradient',
              severity: 'warning',
              message: `Gradients shrink ${Math.pow(10, Math.min(0.09, 12 / total)).toFixed(2)}-fold per weighted layer towards the input.`,
              layer: null,
            },
          ],
    timing: { compileMs: 812, stepMs: Array.from({ length: steps }, () => 140 + 20 * random()) },
  };
}

/** Statistics of a normal distribution, `rectified` by a Relu or not; `unit` sets the edges, which stay as they are over the steps. */
function measured(
  step: number,
  mean: number,
  std: number,
  rectified: boolean,
  sampled: boolean,
  unit: number,
  random: () => number,
  uneven?: readonly number[],
): StepStatistics {
  const below = rectified ? normalCdf(-mean / std) : 0;
  const density = Math.exp(-0.5 * (mean / std) ** 2) / Math.sqrt(2 * Math.PI);
  const first = rectified ? mean * (1 - below) + std * density : mean;
  const second = rectified ? (mean * mean + std * std) * (1 - below) + mean * std * density : mean * mean + std * std;
  const low = rectified ? 0 : -4.5 * unit;
  const moments: Moments = {
    step,
    mean: first,
    std: Math.sqrt(second - first * first),
    min: rectified ? 0 : mean - 4 * std,
    max: mean + 4 * std,
    rms: Math.sqrt(second),
    zeroFraction: below,
  };
  if (!sampled) return moments;
  const edges = uneven ?? Array.from({ length: bins + 1 }, (_, i) => low + ((4.5 * unit - low) * i) / bins);
  const counts = Array.from({ length: edges.length - 1 }, (_, i) => {
    const from = rectified && i === 0 ? -Infinity : edges[i];
    const share = normalCdf((edges[i + 1] - mean) / std) - normalCdf((from - mean) / std);
    return Math.round(share * 262_144 * (0.97 + 0.06 * random()));
  });
  return { ...moments, quantiles: quantilesOf(mean, std, rectified), histogram: { edges, counts } satisfies Histogram };
}

/** As src/profile/distribution.ts spaces the bins of a gradient: evenly near zero, by ratios outside. */
function gradientEdges(reach: number): number[] {
  const last = bins - 1;
  return Array.from({ length: bins }, (_, i) => (reach / 1000) * Math.sinh((Math.asinh(1000) * (2 * i - last)) / last));
}

/** Standard scores of the nine quantiles. */
const scores = {
  p1: -2.326,
  p5: -1.645,
  p15: -1.036,
  p25: -0.674,
  p50: 0,
  p75: 0.674,
  p85: 1.036,
  p95: 1.645,
  p99: 2.326,
};

function quantilesOf(mean: number, std: number, rectified: boolean): Quantiles {
  const at = Object.entries(scores).map(([name, score]) => [
    name,
    Math.max(mean + std * score, rectified ? 0 : -Infinity),
  ]);
  return Object.fromEntries(at) as Quantiles;
}

function runningStatistics(step: number, std: number, mean: number): RunningStatistics {
  const moved = 1 - Math.pow(0.9, step + 1);
  const spread = (value: number, by: number) => ({ mean: value, min: value - by, max: value + by });
  return {
    step,
    batchMean: spread(mean, 0.4 * std),
    batchVariance: spread(std * std, 0.5 * std * std),
    runningMean: spread(mean * moved, 0.4 * std * moved),
    runningVariance: spread(1 + (std * std - 1) * moved, 0.5 * std * std * moved),
  };
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26 (error below 1.5e-7). */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-x * x);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
