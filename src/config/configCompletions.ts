import type { Span } from '../formats/tfjs/jsonIndex';
import { jsonCursor, type JsonCursor } from './jsonCursor';
import { kerasNorms, tfjsNorms, type NormSetting } from './kerasNorms';
import { modelTypeOf } from './normSettings';

/**
 * What can be written where somebody types a norm or a setting of one: classes and settings in models of TensorFlow.js and Keras,
 * settings in Hugging Face's config.json, kinds of norms in YAML. Defaults are those of keras.layers, of the configuration classes
 * of transformers, and of Detectron2's and GPT-NeoX's configuration references.
 */

/** What a completion is about; the editor's words for it are chosen by it. */
export type CompletionTopic =
  | NormTopic
  | 'norm'
  | 'axis-channels'
  | 'axis-over'
  | 'momentum'
  | 'epsilon'
  | 'center'
  | 'scale'
  | 'groups'
  | 'activation'
  | 'pre-norm'
  | 'residual-after-norm'
  | 'query-key-norm';

export type NormTopic =
  | 'batch-norm'
  | 'synchronized-batch-norm'
  | 'frozen-batch-norm'
  | 'layer-norm'
  | 'group-norm'
  | 'rms-norm'
  | 'unit-norm'
  | 'scale-norm'
  | 'no-norm';

export interface ConfigCompletion {
  readonly label: string;
  readonly topic: CompletionTopic;
  /** What stands in the text afterwards, in the place of `span`. */
  readonly text: string;
  /** Of the text, in UTF-16 units; within one line. */
  readonly span: Span;
  /** The value that is written with a key: the framework's default. */
  readonly value?: string;
  /** Lower comes first. */
  readonly rank: number;
}

interface FamilySetting {
  readonly setting: NormSetting;
  /** Values of `model_type` whose configuration has the setting. */
  readonly families: RegExp;
}

/** Settings of Hugging Face configurations; names and defaults differ from family to family. */
const familySettings: readonly FamilySetting[] = [
  {
    setting: ['layer_norm_eps', '1e-12', 'epsilon'],
    families: /^(bert|albert|electra|.*roberta|camembert|layoutlm|esm|vit|deit|beit|convnext)$/,
  },
  {
    setting: ['layer_norm_eps', '1e-5', 'epsilon'],
    families: /^(clip.*|wav2vec2|hubert|wavlm|persimmon|phi|stablelm|cohere)$/,
  },
  { setting: ['layer_norm_eps', '1e-7', 'epsilon'], families: /^deberta/ },
  {
    setting: ['layer_norm_epsilon', '1e-5', 'epsilon'],
    families: /^(gpt2|gpt_neo|gptj|gpt_bigcode|bloom|falcon|codegen)$/,
  },
  { setting: ['layer_norm_epsilon', '1e-6', 'epsilon'], families: /^(t5|mt5|umt5|longt5|switch_transformers)$/ },
  {
    setting: ['rms_norm_eps', '1e-6', 'epsilon'],
    families: /^(llama|mistral|qwen[23](_moe)?|gemma[23]?|deepseek_v[23])$/,
  },
  { setting: ['rms_norm_eps', '1e-5', 'epsilon'], families: /^(mixtral|phi3|olmo2)$/ },
  { setting: ['norm_epsilon', '1e-5', 'epsilon'], families: /^starcoder2$/ },
  { setting: ['do_layer_norm_before', 'true', 'pre-norm'], families: /^opt$/ },
  { setting: ['do_stable_layer_norm', 'false', 'pre-norm'], families: /^(wav2vec2|hubert)$/ },
  {
    setting: ['apply_residual_connection_post_layernorm', 'false', 'residual-after-norm'],
    families: /^bloom$/,
  },
  { setting: ['qk_layernorm', 'false', 'query-key-norm'], families: /^(phi|stablelm)$/ },
  { setting: ['qk_layernorm', 'true', 'query-key-norm'], families: /^persimmon$/ },
  {
    setting: ['hidden_act', '"gelu"', 'activation'],
    families: /^(bert|electra|.*roberta|camembert|deberta.*|vit|deit|beit|convnext|wav2vec2|hubert)$/,
  },
  { setting: ['hidden_act', '"silu"', 'activation'], families: /^(llama|mistral|mixtral|qwen[23](_moe)?|phi3|olmo2)$/ },
  { setting: ['activation_function', '"gelu_new"', 'activation'], families: /^(gpt2|gpt_neo|gptj|codegen)$/ },
];
const activations = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'quick_gelu', 'relu', 'silu', 'tanh'];

/** Kinds of norms as Detectron2 names them (layers.get_norm), and as GPT-NeoX does (`norm`). */
const detectronNorms: readonly (readonly [string, NormTopic])[] = [
  ['BN', 'batch-norm'],
  ['SyncBN', 'synchronized-batch-norm'],
  ['FrozenBN', 'frozen-batch-norm'],
  ['GN', 'group-norm'],
  ['LN', 'layer-norm'],
  ['', 'no-norm'],
];
const languageModelNorms: readonly (readonly [string, NormTopic])[] = [
  ['layernorm', 'layer-norm'],
  ['rmsnorm', 'rms-norm'],
  ['scalenorm', 'scale-norm'],
];
/** Sections of Detectron2's configuration that have a NORM, and its default there. */
const detectronSections: ReadonlyMap<string, string> = new Map([
  ['RESNETS', '"FrozenBN"'],
  ['FPN', '""'],
  ['ROI_BOX_HEAD', '""'],
  ['ROI_MASK_HEAD', '""'],
  ['SEM_SEG_HEAD', '"GN"'],
  ['RETINANET', '""'],
]);

/** Longer texts get no completions: each is read up to the place, and a configuration is a few kilobytes. */
const MOST_CHARACTERS = 2 ** 23;
const MOST_FAMILY_CHARACTERS = 2 ** 18;

/** In a model of TensorFlow.js or Keras: classes of norms, settings of the norm around the place, and their values. */
export function modelCompletions(text: string, offset: number): ConfigCompletion[] {
  const cursor = text.length > MOST_CHARACTERS ? undefined : jsonCursor(text, offset);
  if (cursor === undefined) return [];
  const parent = cursor.path.at(-2);
  const isLayer = parent === 'layers[]' || parent === 'config[]' || cursor.path.at(-1) === 'layer';
  if (isLayer && cursor.key === 'class_name') {
    const names = cursor.path[0] === 'modelTopology' ? tfjsNorms : [...kerasNorms.keys()];
    return names.map((name, rank) => valueOf(cursor, JSON.stringify(name), kerasNorms.get(name)!.topic, rank));
  }
  const norm = cursor.path.at(-1) === 'config' ? kerasNorms.get(cursor.className ?? '') : undefined;
  return norm === undefined ? [] : settingCompletions(text, cursor, norm.settings);
}

/** In a config.json of Hugging Face: the settings of norms that its family has, and values of an activation. */
export function familyCompletions(text: string, offset: number): ConfigCompletion[] {
  if (text.length > MOST_FAMILY_CHARACTERS || !/"(model_type|architectures|transformers_version)"/.test(text))
    return [];
  const cursor = jsonCursor(text, offset);
  if (cursor === undefined || cursor.path.some((name) => !name.endsWith('_config'))) return [];
  if (/^(hidden_act|hidden_activation|activation_function)$/.test(cursor.key ?? ''))
    return activations.map((name, rank) => valueOf(cursor, JSON.stringify(name), 'activation', rank));
  const family = modelTypeOf(text);
  const known = familySettings.filter(({ families }) => families.test(family));
  // of a family that is not known, any of the names may be meant
  const settings = new Map((known.length > 0 ? known : familySettings).map(({ setting }) => [setting[0], setting]));
  return settingCompletions(text, cursor, [...settings.values()]);
}

/** In YAML: the kinds of norms behind a key that names one, and `NORM` in a section of Detectron2's that has it. */
export function yamlCompletions(lines: readonly string[], line: number, column: number): ConfigCompletion[] {
  const before = lines[line]?.slice(0, column) ?? '';
  if (before.length > 1000) return [];
  const setting = /^[\s-]*["']?(norm|norm_?type|normalization|norm_?layer)["']?\s*:(\s+)(["']?[\w-]*)$/i.exec(before);
  if (setting !== null) {
    const [, name, , typed] = setting;
    const rest = /^[\w-]*["']?/.exec(lines[line].slice(column))![0];
    const span = { offset: column - typed.length, length: typed.length + rest.length };
    const isDetectron = name === name.toUpperCase();
    const kinds = isDetectron ? detectronNorms : [...languageModelNorms, ...detectronNorms.slice(0, -1)];
    return kinds.map(([kind, topic], rank) => ({ label: `"${kind}"`, topic, text: `"${kind}"`, span, rank }));
  }
  const key = /^(\s+)([A-Z]*)$/.exec(before);
  const value = key === null ? undefined : detectronSections.get(sectionOf(lines, line, key[1].length));
  if (key === null || value === undefined) return [];
  const span = { offset: column - key[2].length, length: key[2].length };
  return [{ label: 'NORM', topic: 'norm', text: `NORM: ${value}`, span, value, rank: 0 }];
}

/** The key that a line of that indentation lies under; '' without one. */
function sectionOf(lines: readonly string[], line: number, indentation: number): string {
  for (let i = line - 1; i >= 0; i--) {
    const found = /^(\s*)([\w]+)\s*:/.exec(lines[i]);
    if (found !== null && found[1].length < indentation) return found[2];
  }
  return '';
}

function settingCompletions(text: string, cursor: JsonCursor, settings: readonly NormSetting[]): ConfigCompletion[] {
  if (cursor.key !== undefined) {
    const values = settings.filter(([key]) => key === cursor.key);
    return values.flatMap(([, value, topic]) =>
      (value === 'true' || value === 'false' ? ['true', 'false'] : [value]).map((v, rank) =>
        valueOf(cursor, v, topic, rank),
      ),
    );
  }
  const typed = text.slice(cursor.token.offset, cursor.token.offset + cursor.token.length);
  return settings
    .filter(([key]) => !cursor.keys.has(key) || typed === JSON.stringify(key))
    .map(([key, value, topic], rank) => {
      const name = JSON.stringify(key);
      const comma = cursor.needsComma ? ',' : '';
      const inserted = cursor.hasColon ? name : `${name}: ${value}${comma}`;
      return { label: key, topic, text: inserted, span: cursor.token, value, rank };
    });
}

function valueOf(cursor: JsonCursor, value: string, topic: CompletionTopic, rank: number): ConfigCompletion {
  return { label: value, topic, text: value, span: cursor.token, rank };
}
