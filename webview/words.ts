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
import { t } from './texts/texts';

/** The protocol's vocabulary in the words the view shows. */

export const roleWords: Readonly<Record<LayerRole, string>> = {
  linear: t('Linear'),
  norm: t('Norm'),
  activation: t('Activation'),
  join: t('Join'),
  pool: t('Pooling'),
  dropout: t('Dropout'),
  recurrent: t('Recurrent'),
  other: t('Other'),
};

export const normTypeWords: Readonly<Record<NormType, string>> = {
  batch: 'Batch',
  layer: 'Layer',
  instance: 'Instance',
  group: 'Group',
  rms: 'RMS',
  'local-response': t('Local response'),
  'mean-variance': t('Mean-variance'),
  lp: 'Lp',
};

export const normFormWords: Readonly<Record<NormForm, string>> = {
  native: t('one operator'),
  decomposed: t('written out in simpler operators'),
  fused: t('fused with other operators'),
  'affine-only': t('scale and shift only (statistics folded away)'),
};

export const placementWords: Readonly<Record<NormPlacement, string>> = {
  'linear-norm-activation': t('linear → norm → activation'),
  'linear-norm': t('linear → norm'),
  'linear-activation-norm': t('linear → activation → norm'),
  'pre-activation': t('norm → activation → linear'),
  'pre-norm': t('pre-norm: inside the branch'),
  'post-norm': t('post-norm: after the join'),
  'embedding-norm': t('after the embedding'),
  'input-norm': t('on the input'),
  'before-output': t('before the output'),
  'qk-norm': t('on queries and keys'),
  other: t('elsewhere'),
};

export const normalizationWords: Readonly<Record<LinearNormalization, string>> = {
  'normalized-before-activation': t('normalized before activation'),
  'normalized-after-activation': t('normalized after activation'),
  'normalized-no-activation': t('normalized, no activation'),
  'pre-normalized': t('its input is normalized'),
  'not-normalized': t('not normalized'),
  folded: t('norm folded into the weights, or never there'),
  'output-head': t('output head'),
};

export const severityWords: Readonly<Record<Severity, string>> = {
  error: t('Error'),
  warning: t('Warning'),
  information: t('Information'),
  hint: t('Hint'),
};

export const formatWords: Readonly<Record<ModelFacts['format'], string>> = {
  onnx: 'ONNX',
  'tfjs-layers': t('TensorFlow.js layers model'),
  'tfjs-graph': t('TensorFlow.js graph model'),
  keras: 'Keras',
};

export const weightsWords: Readonly<Record<ModelFacts['weights'], string>> = {
  present: t('weights present'),
  partial: t('some weights missing'),
  missing: t('no weights'),
};

export const optimizerWords: Readonly<Record<OptimizerName, string>> = {
  sgd: 'SGD',
  momentum: t('Momentum SGD'),
  adam: 'Adam',
};

export const engineWords: Readonly<Record<EngineChoice, string>> = {
  auto: t('Automatic'),
  native: t('Native'),
  wasm: 'WebAssembly',
};

/** What is done to the norms before the run. */
export const variantWords: Readonly<Record<NormVariantId, string>> = {
  'as-is': t('As they are'),
  none: t('Removed'),
  batch: t('Batch norms'),
  layer: t('Layer norms'),
  instance: t('Instance norms'),
  group: t('Group norms'),
  rms: t('RMS norms'),
  'inserted-batch': t('Batch norms added'),
  folded: t('Batch norms folded'),
  'detached-batch': t('Statistics held constant'),
  'before-activation': t('Before the activation'),
  'after-activation': t('After the activation'),
};

export const lossWords: Readonly<Record<NonNullable<ProfileSettings['loss']>, string>> = {
  auto: t('Automatic'),
  'cross-entropy': t('Cross-entropy'),
  mse: t('Mean squared error'),
};

export const initWords: Readonly<Record<'keep' | 'default', string>> = { keep: t('Keep'), default: t('Re-initialise') };

export const phaseWords: Readonly<Record<Running['phase'], string>> = {
  reading: t('Reading the model'),
  differentiating: t('Building the backward pass'),
  compiling: t('Compiling the training step'),
  training: t('Training'),
};

const axisWords: Readonly<Record<AxisLetter, string>> = {
  N: t('batch'),
  C: t('channels'),
  D: t('depth'),
  H: t('height'),
  W: t('width'),
  L: t('sequence'),
  F: t('features'),
};

/** "batch, height, width": what one set of statistics is taken over. */
export function axesInWords(norm: NormFacts): string {
  if (norm.axesMeaning) {
    const grouped = norm.type === 'group' && (norm.groups ?? 1) > 1;
    return norm.axesMeaning
      .map((axis) => (grouped && axis === 'C' ? t('channels of a group') : axisWords[axis]))
      .join(', ');
  }
  return norm.axes ? t('axes {0}', norm.axes.join(', ')) : t('unknown axes');
}

/** A sentence on what shares one mean and variance. */
export function axesSentence(norm: NormFacts): string {
  const figure =
    norm.type === 'rms' ? t('root mean square') : norm.type === 'lp' ? t('length') : t('mean and variance');
  const over = listed(axesInWords(norm).split(', '));
  const letters = norm.axesMeaning?.length ? ` (${norm.axesMeaning.join(' ')})` : '';
  const each = {
    batch: norm.channels === null ? t('for each channel') : t('for each of {0}', counted(norm.channels, 'channel')),
    instance:
      norm.channels === null
        ? t('for each example and channel')
        : t('for each example and each of {0}', counted(norm.channels, 'channel')),
    group:
      norm.groups === null
        ? t('for each example and group')
        : t('for each example and each of {0}', counted(norm.groups, 'group')),
  }[norm.type as string];
  return t('One {0} {1}, taken over {2}{3}.', figure, each ?? t('for each position'), over, letters);
}

/** What `momentum` means here, in both conventions. */
export function momentumSentence(norm: NormFacts): string {
  if (norm.momentum === null) return t('keeps no running statistics');
  const original = norm.momentumOriginal;
  const stated =
    original !== null && original !== norm.momentum ? t('; the file states {0}', formatSetting(original)) : '';
  return t('{0} (weight of the old value{1})', formatSetting(norm.momentum), stated);
}

/** "batch, height and width". */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${t('and')} ${words.at(-1)}`;
}

/** What the figures of a profile are, in one line: data, weights, batch, seed, steps, optimizer, engine. */
export function settingsLine(profile: ProfileResult): string {
  const { settings, engine } = profile;
  const kind = settings.data.kind === 'synthetic' ? t('Synthetic data') : t('Data from file');
  const build = engine.name === 'onnxruntime-node' ? t('native') : 'WebAssembly';
  const unfinished = profile.loss.length < settings.steps ? t('{0} of ', profile.loss.length) : '';
  return [
    `${kind}: ${settings.data.inputs}`,
    t('targets: {0}', settings.data.targets),
    t('{0} loss', settings.loss),
    t('weights {0}', startingWeights(settings.weights)),
    settings.norm === 'as-is' ? '' : t('norms: {0}', variantWords[settings.norm].toLowerCase()),
    t('batch {0}', settings.batch),
    t('seed {0}', settings.seed),
    `${unfinished}${counted(settings.steps, 'step')}`,
    t('{0}, learning rate {1}', optimizerWords[settings.optimizer], formatSetting(settings.lr)),
    `ONNX Runtime ${engine.version} (${build}, ${counted(engine.threads, 'thread')})`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Names of the optimizers where there is little room and the label says the rest. */
export const optimizerNames: Readonly<Record<OptimizerName, string>> = { ...optimizerWords, momentum: t('Momentum') };

/** What a profile would be run with, in one line. */
export function requestLine(settings: ProfileSettings): string {
  return [
    counted(settings.steps, 'step'),
    t('batch {0}', settings.batch),
    t('{0}, learning rate {1}', optimizerWords[settings.optimizer], formatSetting(settings.lr)),
    t('seed {0}', settings.seed),
    settings.init === 'keep'
      ? t("the file's weights")
      : t('fresh weights') + (typeof settings.init === 'number' ? t(' scaled by {0}', settings.init) : ''),
    !settings.norm || settings.norm === 'as-is' ? '' : t('norms: {0}', variantWords[settings.norm].toLowerCase()),
    !settings.loss || settings.loss === 'auto' ? '' : t('{0} loss', lossWords[settings.loss].toLowerCase()),
    settings.data ? t('data {0}', shown(modelName(settings.data))) : '',
    settings.engine === 'auto' ? '' : t('{0} engine', engineWords[settings.engine]),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** What the weights started from, as the engine says it (training/trainingState.ts). */
export function startingWeights(words: string): string {
  const [, times] = /^re-initialised, standard deviations times (.+)$/.exec(words) ?? [];
  if (times !== undefined) return t('re-initialised, standard deviations times {0}', times);
  const [, made, all] = /^partly re-initialised \((\d+) of (\d+) /.exec(words) ?? [];
  if (made !== undefined) return t('partly re-initialised ({0} of {1} have no data in the file)', made, all);
  return words === 're-initialised'
    ? t('re-initialised')
    : words === 'kept from the file'
      ? t('kept from the file')
      : words;
}
