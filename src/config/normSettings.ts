import { createScanner } from 'jsonc-parser';
import type { AxisLetter, NormType } from '../protocol/facts';
import { axisNames, normNames } from './normNames';
import { escapeMarkdown } from './escapeMarkdown';
import { later, say, translated } from '../texts/say';
import { normCube } from './normCube';
import { svgImage } from './svgImage';

/**
 * Settings of norms in configuration files of training frameworks (Hugging Face's config.json, Detectron2's and GPT-NeoX's
 * YAML and their like), explained where they stand. These files name a norm without its layers, so a word about it is all there
 * is to say: its axes, and by which convention its figures are meant.
 */

/** Axes that the statistics of a kind of norm run over, of an image's N x C x H x W or a sequence's N x L x F. */
const imageAxes: Partial<Record<NormType, readonly AxisLetter[]>> = {
  batch: ['N', 'H', 'W'],
  instance: ['H', 'W'],
  group: ['C', 'H', 'W'],
};

/** What configuration files call a norm, in small letters without blanks, dashes and underscores. */
const values: ReadonlyMap<string, { readonly type: NormType; readonly note?: string; readonly sequence?: boolean }> =
  new Map([
    ['bn', { type: 'batch' }],
    ['batchnorm', { type: 'batch' }],
    ['batchnorm2d', { type: 'batch' }],
    ['batchnormalization', { type: 'batch' }],
    ['syncbn', { type: 'batch', note: later`The statistics are taken over the batches of all devices together.` }],
    ['naivesyncbn', { type: 'batch', note: later`The statistics are taken over the batches of all devices together.` }],
    [
      'frozenbn',
      {
        type: 'batch',
        note: later`Frozen: running statistics, gamma and beta are constants in training too, so it is a fixed scale and shift.`,
      },
    ],
    ['gn', { type: 'group', note: later`Detectron2 and torchvision use 32 groups.` }],
    ['groupnorm', { type: 'group' }],
    ['in', { type: 'instance' }],
    ['instancenorm', { type: 'instance' }],
    [
      'ln',
      {
        type: 'layer',
        sequence: true,
        note: later`In images, as Detectron2 has it, over the channels at each position.`,
      },
    ],
    ['layernorm', { type: 'layer', sequence: true }],
    ['layernormalization', { type: 'layer', sequence: true }],
    ['rmsnorm', { type: 'rms', sequence: true }],
    [
      'scalenorm',
      { type: 'lp', sequence: true, note: later`One learnt scale for the whole vector (Nguyen & Salazar 2019).` },
    ],
  ] as const);

interface SettingWords {
  readonly name: RegExp;
  words(value: string, file: ConfigFile): string | undefined;
}

/** What a setting's meaning may depend on elsewhere in its file. */
interface ConfigFile {
  /** `model_type` of a Hugging Face config, or of the part of it that the setting is in; '' for others. */
  readonly modelType: string;
}

/** Model types of transformers whose "layer norm" is of another kind, by what their classes compute (version 5.23). */
const notLayerNorms: readonly { readonly types: RegExp; readonly type: NormType; words(model: string): string }[] = [
  {
    types:
      /^(t5|mt5|umt5|longt5|switch_transformers|pop2piano|udop|pix2struct\w*|kosmos_2_5_vision_model|mamba2?|falcon_mamba|nemotron_h)$/,
    type: 'rms',
    words: (model) => say`A ${model} model calls it layer norm, but it subtracts no mean: it is an RMS normalization.`,
  },
  {
    types: /^mobilenet_v[12]$/,
    type: 'batch',
    words: (model) => say`A ${model} model calls it layer norm, but its norms are batch normalizations.`,
  },
  {
    types: /^mobilevitv2$/,
    type: 'group',
    words: (model) =>
      say`A ${model} model calls it layer norm, but it is a group normalization of one group, over all channels and positions of a sample.`,
  },
];

const settings: readonly SettingWords[] = [
  {
    name: /^(layer_?norm_?eps(ilon)?|layernorm_epsilon|ln_eps(ilon)?)$/i,
    words: (value, { modelType }) => {
      const other = notLayerNorms.find(({ types }) => types.test(modelType));
      return epsilonWords(other?.type ?? 'layer', value, other?.words(escapeMarkdown(modelType)));
    },
  },
  { name: /^rms_?norm_?eps(ilon)?$/i, words: (value) => epsilonWords('rms', value) },
  { name: /^(batch_?norm_?eps(ilon)?|bn_eps(ilon)?)$/i, words: (value) => epsilonWords('batch', value) },
  { name: /^(group_?norm_?eps(ilon)?|gn_eps(ilon)?)$/i, words: (value) => epsilonWords('group', value) },
  {
    name: /^norm_?eps(ilon)?$/i,
    words: (value) =>
      say`Epsilon of the norms, ${number(value)}: added to the variance (or mean square) before the square root.`,
  },
  { name: /^(batch_?norm_?momentum|bn_?mom(entum)?)$/i, words: momentumWords },
  {
    name: /^(qk_?(layer)?norm|use_qk_norm|attn_?qk_?norm)$/i,
    words: (value) =>
      isTrue(value)
        ? say`Queries and keys of every attention are normalized before their product, which bounds the attention logits (Henry et al. 2020).`
        : say`Queries and keys are not normalized.`,
  },
  {
    name: /^(pre_layer_?norm|do_layer_norm_before|do_stable_layer_norm|normalize_before|norm_first|pre_norm|encoder_normalize_before|decoder_normalize_before)$/i,
    // a vocoder normalizes its input with it
    words: (value, { modelType }) => (/hifigan$/.test(modelType) ? undefined : residualWords(isTrue(value))),
  },
  {
    name: /^(apply_residual_connection_post_layernorm|post_norm)$/i,
    words: (value) => residualWords(!isTrue(value)),
  },
  {
    name: /^(num_norm_groups|norm_num_groups|num_groups|gn_groups)$/i,
    words: (value) =>
      say`Groups of a group normalization, ${number(value)}: each takes its statistics over its channels and all positions of one sample. ` +
      say`The number of channels must be a multiple of it (Wu & He 2018).`,
  },
  {
    name: /^(norm|norm_?type|normalization|normalization_?type|norm_?layer|layer_?norm_?type|norm_?class)$/i,
    words: kindWords,
  },
];

/** Tokens of jsonc-parser's scanner. */
const OPEN_BRACE = 1;
const CLOSE_BRACE = 2;
const COLON = 6;
const STRING = 10;
const END = 17;

const modelName = /^[\w.-]{1,60}$/;
const yamlModelType = /^model_type\s*:\s*["']?([\w.-]{1,60})/m;

const pair = /(["']?)([A-Za-z_][\w.]*)\1\s*:\s*("[^"\n]*"|'[^'\n]*'|[^\s,#{}[\]]+)/g;

export interface SettingHover {
  /** Markdown; text of the file in it is escaped. */
  readonly words: string;
  /** Columns of the line that the setting takes, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/**
 * What a norm setting at a place of a line means; undefined where there is none.
 * @param line of JSON or YAML, `key: value`
 * @param modelType what the file gives as its `model_type`, if it does
 */
export function settingHover(line: string, column: number, modelType = ''): SettingHover | undefined {
  // what is in such a long line is data
  if (line.length > 10_000) return undefined;
  for (const match of line.matchAll(pair)) {
    const [start, end] = [match.index, match.index + match[0].length];
    if (column < start || column > end) continue;
    const value = match[3].replace(/^(["'])(.*)\1$/, '$2');
    const words = settings.find((s) => s.name.test(match[2]))?.words(value, { modelType });
    return words === undefined ? undefined : { words, start, end };
  }
  return undefined;
}

/**
 * The `model_type` of the innermost part of a configuration around a place that states one, '' without one: a model of several
 * parts has theirs beside its own, before or behind it. By default that of the whole. YAML is taken as one part.
 */
export function modelTypeOf(text: string, offset = 0): string {
  const head = text.slice(0, 65_536);
  const scanner = createScanner(head, true);
  if (scanner.scan() !== OPEN_BRACE) return yamlModelType.exec(head)?.[1] ?? '';
  const around: { readonly from: number; type: string }[] = [{ from: scanner.getTokenOffset(), type: '' }];
  const place = Math.max(offset, around[0].from);
  let key = '';
  for (;;) {
    const kind: number = scanner.scan();
    if (kind === OPEN_BRACE) around.push({ from: scanner.getTokenOffset(), type: '' });
    if (kind === CLOSE_BRACE || kind === END) {
      // a text that ends early closes all that is open
      for (const part of kind === END ? around.reverse() : around.splice(-1)) {
        if (part.type !== '' && part.from <= place && scanner.getTokenOffset() >= place) return part.type;
      }
    }
    if (kind === END) return '';
    if (kind !== STRING) {
      if (kind !== COLON) key = '';
      continue;
    }
    const part = around.at(-1);
    if (part !== undefined && key === 'model_type') part.type = modelName.exec(scanner.getTokenValue())?.[0] ?? '';
    key = scanner.getTokenValue();
  }
}

function kindWords(value: string): string | undefined {
  const known = values.get(value.toLowerCase().replace(/[\s_-]|^nn\./g, ''));
  if (known === undefined) return undefined;
  return withCube(known.type, known.sequence ?? false, known.note && translated(known.note));
}

function epsilonWords(type: NormType, value: string, note?: string): string {
  const epsilon = Number(value);
  const small =
    epsilon > 0 && epsilon < 6.1e-5
      ? say` Below 6.1e-5 it is no normal number in float16: compute the statistics in float32.`
      : '';
  return withCube(
    type,
    type !== 'batch' && type !== 'group',
    (type === 'rms'
      ? say`Epsilon ${number(value)} is added to the mean square before the square root.`
      : say`Epsilon ${number(value)} is added to the variance before the square root.`) +
      `${small}${note === undefined ? '' : ` ${note}`}`,
  );
}

function momentumWords(value: string): string {
  const momentum = Number(value);
  const other = Number((1 - momentum).toPrecision(6));
  return (
    say`Momentum of batch normalization, ${number(value)}. ` +
    say`PyTorch weights the new value with it (the running statistics keep ${percent(1 - momentum)} at each step); Keras, TensorFlow and ONNX weight the old value (they keep ${percent(momentum)}), and would write ${Number.isNaN(other) ? '1 - momentum' : other}.`
  );
}

function residualWords(before: boolean): string {
  return before
    ? say`Pre-norm: each residual branch begins with its norm, the sum stays as it is. Gradients of the last layers get smaller with depth, and training is stable without warm-up (Xiong et al. 2020).`
    : say`Post-norm: the residual sum is normalized. Gradients of the last layers are large at the beginning, so the learning rate needs a warm-up (Xiong et al. 2020).`;
}

function withCube(type: NormType, sequence: boolean, note: string | undefined): string {
  const axes: readonly AxisLetter[] = sequence || type === 'rms' ? ['F'] : (imageAxes[type] ?? []);
  const names = axes.map((a) => translated(axisNames[a])).join(', ');
  const over = axes.length === 0 ? '' : say` over ${axes.join(', ')} (${names})`;
  const cube = svgImage(normCube(axes, type === 'group' ? 2 : null), say`The shaded cells share one mean and variance`);
  return [
    `**${translated(normNames[type])}**${over}.`,
    ...(note === undefined ? [] : [note]),
    ...(axes.length === 0 ? [] : [cube]),
  ].join('\n\n');
}

function isTrue(value: string): boolean {
  return /^(true|yes|on|1)$/i.test(value);
}

function number(value: string): string {
  return escapeMarkdown(value, 40);
}

function percent(fraction: number): string {
  return Number.isNaN(fraction) ? say`the rest` : `${Number((100 * fraction).toPrecision(4))} %`;
}
