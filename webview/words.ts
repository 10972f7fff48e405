import type {
  AxisLetter,
  LayerRole,
  LinearNormalization,
  ModelFacts,
  NormFacts,
  NormForm,
  NormPlacement,
  NormType,
  Severity,
} from '../src/protocol/facts';
import type { NormVariantId } from '../src/protocol/normVariant';
import type { EngineChoice, OptimizerName, ProfileResult, ProfileSettings } from '../src/protocol/profile';
import type { Running } from '../src/protocol/view';
import { counted, formatSetting, modelName } from './format';
import { shown } from './shown';

/** The protocol's vocabulary in the words the view shows. */

export const roleWords: Readonly<Record<LayerRole, string>> = {
  linear: 'Linear',
  norm: 'Norm',
  activation: 'Activation',
  join: 'Join',
  pool: 'Pooling',
  dropout: 'Dropout',
  recurrent: 'Recurrent',
  other: 'Other',
};

export const normTypeWords: Readonly<Record<NormType, string>> = {
  batch: 'Batch',
  layer: 'Layer',
  instance: 'Instance',
  group: 'Group',
  rms: 'RMS',
  'local-response': 'Local response',
  'mean-variance': 'Mean-variance',
  lp: 'Lp',
};

export const normFormWords: Readonly<Record<NormForm, string>> = {
  native: 'one operator',
  decomposed: 'written out in simpler operators',
  fused: 'fused with other operators',
  'affine-only': 'scale and shift only (statistics folded away)',
};

export const placementWords: Readonly<Record<NormPlacement, string>> = {
  'linear-norm-activation': 'linear → norm → activation',
  'linear-norm': 'linear → norm',
  'linear-activation-norm': 'linear → activation → norm',
  'pre-activation': 'norm → activation → linear',
  'pre-norm': 'pre-norm: inside the branch',
  'post-norm': 'post-norm: after the join',
  'embedding-norm': 'after the embedding',
  'input-norm': 'on the input',
  'before-output': 'before the output',
  'qk-norm': 'on queries and keys',
  other: 'elsewhere',
};

export const normalizationWords: Readonly<Record<LinearNormalization, string>> = {
  'normalized-before-activation': 'normalized before activation',
  'normalized-after-activation': 'normalized after activation',
  'normalized-no-activation': 'normalized, no activation',
  'pre-normalized': 'its input is normalized',
  'not-normalized': 'not normalized',
  folded: 'norm folded into the weights, or never there',
  'output-head': 'output head',
};

export const severityWords: Readonly<Record<Severity, string>> = {
  error: 'Error',
  warning: 'Warning',
  information: 'Information',
  hint: 'Hint',
};

export const formatWords: Readonly<Record<ModelFacts['format'], string>> = {
  onnx: 'ONNX',
  'tfjs-layers': 'TensorFlow.js layers model',
  'tfjs-graph': 'TensorFlow.js graph model',
  keras: 'Keras',
};

export const weightsWords: Readonly<Record<ModelFacts['weights'], string>> = {
  present: 'weights present',
  partial: 'some weights missing',
  missing: 'no weights',
};

export const optimizerWords: Readonly<Record<OptimizerName, string>> = {
  sgd: 'SGD',
  momentum: 'Momentum SGD',
  adam: 'Adam',
};

export const engineWords: Readonly<Record<EngineChoice, string>> = {
  auto: 'Automatic',
  native: 'Native',
  wasm: 'WebAssembly',
};

/** What is done to the norms before the run. */
export const variantWords: Readonly<Record<NormVariantId, string>> = {
  'as-is': 'As they are',
  none: 'Removed',
  batch: 'Batch norms',
  layer: 'Layer norms',
  instance: 'Instance norms',
  group: 'Group norms',
  rms: 'RMS norms',
  'inserted-batch': 'Batch norms added',
  folded: 'Batch norms folded',
  'detached-batch': 'Statistics held constant',
  'before-activation': 'Before the activation',
  'after-activation': 'After the activation',
};

export const lossWords: Readonly<Record<NonNullable<ProfileSettings['loss']>, string>> = {
  auto: 'Automatic',
  'cross-entropy': 'Cross-entropy',
  mse: 'Mean squared error',
};

export const initWords: Readonly<Record<'keep' | 'default', string>> = { keep: 'Keep', default: 'Re-initialise' };

export const phaseWords: Readonly<Record<Running['phase'], string>> = {
  reading: 'Reading the model',
  differentiating: 'Building the backward pass',
  compiling: 'Compiling the training step',
  training: 'Training',
};

const axisWords: Readonly<Record<AxisLetter, string>> = {
  N: 'batch',
  C: 'channels',
  D: 'depth',
  H: 'height',
  W: 'width',
  L: 'sequence',
  F: 'features',
};

/** "batch, height, width": what one set of statistics is taken over. */
export function axesInWords(norm: NormFacts): string {
  if (norm.axesMeaning) {
    const grouped = norm.type === 'group' && (norm.groups ?? 1) > 1;
    return norm.axesMeaning
      .map((axis) => (grouped && axis === 'C' ? 'channels of a group' : axisWords[axis]))
      .join(', ');
  }
  return norm.axes ? `axes ${norm.axes.join(', ')}` : 'unknown axes';
}

/** A sentence on what shares one mean and variance. */
export function axesSentence(norm: NormFacts): string {
  const figure = norm.type === 'rms' ? 'root mean square' : norm.type === 'lp' ? 'length' : 'mean and variance';
  const over = listed(axesInWords(norm).split(', '));
  const letters = norm.axesMeaning?.length ? ` (${norm.axesMeaning.join(' ')})` : '';
  const each = {
    batch: norm.channels === null ? 'of each channel' : `of each of ${counted(norm.channels, 'channel')}`,
    instance:
      norm.channels === null
        ? 'of each example and channel'
        : `of each example and each of ${counted(norm.channels, 'channel')}`,
    group:
      norm.groups === null
        ? 'of each example and group'
        : `of each example and each of ${counted(norm.groups, 'group')}`,
  }[norm.type as string];
  return `One ${figure} ${each ?? 'of each position'}, taken over ${over}${letters}.`;
}

/** What `momentum` means here, in both conventions. */
export function momentumSentence(norm: NormFacts): string {
  if (norm.momentum === null) return 'keeps no running statistics';
  const original = norm.momentumOriginal;
  const stated = original !== null && original !== norm.momentum ? `; the file states ${formatSetting(original)}` : '';
  return `${formatSetting(norm.momentum)} (weight of the old value${stated})`;
}

/** "batch, height and width". */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** What the figures of a profile are, in one line: data, weights, batch, seed, steps, optimizer, engine. */
export function settingsLine(profile: ProfileResult): string {
  const { settings, engine } = profile;
  const kind = settings.data.kind === 'synthetic' ? 'Synthetic data' : 'Data from file';
  const build = engine.name === 'onnxruntime-node' ? 'native' : 'WebAssembly';
  const unfinished = profile.loss.length < settings.steps ? `${profile.loss.length} of ` : '';
  return [
    `${kind}: ${settings.data.inputs}`,
    `targets: ${settings.data.targets}`,
    `${settings.loss} loss`,
    `weights ${settings.weights}`,
    settings.norm === 'as-is' ? '' : `norms: ${variantWords[settings.norm].toLowerCase()}`,
    `batch ${settings.batch}`,
    `seed ${settings.seed}`,
    `${unfinished}${counted(settings.steps, 'step')}`,
    `${optimizerWords[settings.optimizer]}, learning rate ${formatSetting(settings.lr)}`,
    `ONNX Runtime ${engine.version} (${build}, ${counted(engine.threads, 'thread')})`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Names of the optimizers where there is little room and the label says the rest. */
export const optimizerNames: Readonly<Record<OptimizerName, string>> = { ...optimizerWords, momentum: 'Momentum' };

/** What a profile would be run with, in one line. */
export function requestLine(settings: ProfileSettings): string {
  return [
    counted(settings.steps, 'step'),
    `batch ${settings.batch}`,
    `${optimizerWords[settings.optimizer]}, learning rate ${formatSetting(settings.lr)}`,
    `seed ${settings.seed}`,
    settings.init === 'keep'
      ? "the file's weights"
      : `fresh weights${typeof settings.init === 'number' ? ` scaled by ${settings.init}` : ''}`,
    !settings.norm || settings.norm === 'as-is' ? '' : `norms: ${variantWords[settings.norm].toLowerCase()}`,
    !settings.loss || settings.loss === 'auto' ? '' : `${lossWords[settings.loss].toLowerCase()} loss`,
    settings.data ? `data ${shown(modelName(settings.data))}` : '',
    settings.engine === 'auto' ? '' : `${engineWords[settings.engine]} engine`,
  ]
    .filter(Boolean)
    .join(' · ');
}
