import type { CompareSettings } from '../protocol/compare';
import { normVariantIds, type ExportSettings, type NormVariantId } from '../protocol/normVariant';
import type { EngineChoice, OptimizerName, ProfileSettings } from '../protocol/profile';
import { defaultLearningRates, defaultSeeds, defaultVariants } from '../profile/defaultSettings';
import type { Severity } from '../protocol/facts';
import { fixIds, type FixSettings } from '../protocol/fix';
import type { RuleSeverity } from '../rules/severities';
import { LEAST_SEEDS } from '../experiments/experiment';
import type { ExperimentSettings } from '../protocol/experiment';
import { heldInputs, initialization, integer, oneModel, oneOf, parse, positive, readSeverity } from './optionValues';
import { nearest } from './nearest';
import { commandNames, UsageError, type CommandName } from './usage';

export type FailOn = Exclude<Severity, 'hint'> | 'never';
export type Format = 'text' | 'json';

export interface AnalyzeOptions {
  readonly command: 'analyze';
  readonly models: readonly string[];
  readonly format: Format | 'sarif' | 'html';
  readonly failOn: FailOn;
  /** By rule id; rules that are not named keep their own. */
  readonly severities: Readonly<Record<string, RuleSeverity>>;
}

export interface ProfileOptions {
  readonly command: 'profile';
  readonly model: string;
  readonly format: Format | 'html';
  readonly settings: ProfileSettings;
  /** By rule id; rules that are not named keep their own. */
  readonly severities: Readonly<Record<string, RuleSeverity>>;
  /** Where to write the profile too. */
  readonly output?: string;
}

export interface CompareOptions {
  readonly command: 'compare';
  readonly model: string;
  readonly format: Format;
  readonly settings: CompareSettings;
}

export interface ExportOptions {
  readonly command: 'export';
  readonly model: string;
  readonly settings: ExportSettings;
}

export interface ExperimentOptions {
  readonly command: 'experiment';
  /** The ids are as they were given, `all` among them; without ids the experiments are listed. */
  readonly settings: ExperimentSettings;
  readonly model?: string;
  readonly format: Format;
}

export interface RulesOptions {
  readonly command: 'rules';
  /** The rule whose page is asked for; undefined lists all. */
  readonly rule?: string;
}

export interface OpenOptions {
  readonly command: 'open';
  readonly model: string;
}

export interface FixOptions {
  readonly command: 'fix';
  readonly model: string;
  readonly format: Format;
  readonly settings: FixSettings;
}

export interface HelpOptions {
  readonly command: 'help';
  /** The command whose options are asked for; undefined lists the commands. */
  readonly of?: CommandName;
}

/** Commands that take no argument. */
export interface InfoOptions {
  readonly command: 'version' | 'mcp';
}

export type Options =
  | AnalyzeOptions
  | ProfileOptions
  | CompareOptions
  | ExperimentOptions
  | ExportOptions
  | FixOptions
  | RulesOptions
  | OpenOptions
  | HelpOptions
  | InfoOptions;

const losses = ['auto', 'cross-entropy', 'mse'] as const;

const common = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  verbose: { type: 'boolean' },
} as const;

const format = { format: { type: 'string' } } as const;

const analyzeFlags = {
  ...format,
  'fail-on': { type: 'string' },
  rule: { type: 'string', multiple: true },
} as const;

/** How a model is trained. */
const trainingFlags = {
  steps: { type: 'string' },
  batch: { type: 'string' },
  optimizer: { type: 'string' },
  lr: { type: 'string' },
  seed: { type: 'string' },
  init: { type: 'string' },
  engine: { type: 'string' },
  threads: { type: 'string' },
  data: { type: 'string' },
  labels: { type: 'string' },
  loss: { type: 'string' },
  hold: { type: 'string', multiple: true },
} as const;

const profileFlags = {
  ...format,
  ...trainingFlags,
  norm: { type: 'string' },
  output: { type: 'string' },
  rule: { type: 'string', multiple: true },
} as const;

const compareFlags = {
  ...format,
  ...trainingFlags,
  variants: { type: 'string' },
  seeds: { type: 'string' },
  'learning-rates': { type: 'boolean' },
} as const;

const exportFlags = {
  norm: { type: 'string' },
  output: { type: 'string' },
  force: { type: 'boolean' },
} as const;

const fixFlags = {
  ...format,
  fix: { type: 'string' },
  layer: { type: 'string', multiple: true },
  output: { type: 'string' },
  force: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

const experimentFlags = {
  ...format,
  model: { type: 'string' },
  seeds: { type: 'string' },
  engine: { type: 'string' },
  threads: { type: 'string' },
} as const;

/**
 * Reads a command line (without node and script).
 * @throws UsageError with a sentence that says what is off and what would do.
 */
export function readOptions(args: readonly string[], defaults: ProfileSettings): Options {
  const [command, ...rest] = args;
  if (command === undefined || command === '--help' || command === '-h') return { command: 'help' };
  if (command === 'help') return rest.length === 0 ? { command } : { command, of: knownCommand(rest[0]) };
  if (command === '--version') return { command: 'version' };
  switch (knownCommand(command)) {
    case 'analyze':
      return readAnalyze(rest);
    case 'profile':
      return readProfile(rest, defaults);
    case 'compare':
      return readCompare(rest, defaults);
    case 'export':
      return readExport(rest);
    case 'fix':
      return readFix(rest);
    case 'experiment':
      return readExperiment(rest, defaults);
    case 'rules':
      return readRules(rest);
    case 'open':
      return readOpen(rest);
    case 'mcp':
      return readMcp(rest);
  }
}

function knownCommand(given: string): CommandName {
  const found = commandNames.find((name) => name === given);
  if (found !== undefined) return found;
  const near = nearest(given, commandNames);
  const meant = near === undefined ? `${commandNames.join(', ')} are known` : `did you mean ${near}?`;
  throw new UsageError(`unknown command '${given}': ${meant} (normscope --help)`);
}

function readAnalyze(args: string[]): Options {
  const { values, positionals } = parse('analyze', args, { ...common, ...analyzeFlags });
  const info = infoAsked(values, 'analyze');
  if (info) return info;
  if (positionals.length === 0) throw new UsageError('analyze needs the path of a model: normscope analyze MODEL');
  const analysisFormat = oneOf('--format', values.format, ['text', 'json', 'sarif', 'html'], 'text');
  if (analysisFormat === 'html' && positionals.length > 1)
    throw new UsageError(`--format html makes a report of one model, got ${positionals.length}`);
  return {
    command: 'analyze',
    models: positionals,
    format: analysisFormat,
    failOn: oneOf('--fail-on', values['fail-on'], ['error', 'warning', 'information', 'never'], 'error'),
    severities: Object.fromEntries((values.rule ?? []).map(readSeverity)),
  };
}

function readExperiment(args: string[], defaults: ProfileSettings): Options {
  const { values, positionals } = parse('experiment', args, { ...common, ...experimentFlags });
  const info = infoAsked(values, 'experiment');
  if (info) return info;
  const { model } = values;
  return {
    command: 'experiment',
    ...(model !== undefined && { model }),
    format: oneOf('--format', values.format, ['text', 'json'], 'text'),
    settings: {
      ids: positionals,
      seeds: integer('--seeds', values.seeds, LEAST_SEEDS, LEAST_SEEDS, 100),
      engine: oneOf<EngineChoice>('--engine', values.engine, ['auto', 'native', 'wasm'], defaults.engine),
      threads: integer('--threads', values.threads, defaults.threads, 0, 256),
    },
  };
}

function readRules(args: string[]): Options {
  const { values, positionals } = parse('rules', args, common);
  const info = infoAsked(values, 'rules');
  if (info) return info;
  if (positionals.length > 1) throw new UsageError(`rules shows the page of one rule, got ${positionals.length}`);
  return { command: 'rules', rule: positionals[0] };
}

function readProfile(args: string[], defaults: ProfileSettings): Options {
  const { values, positionals } = parse('profile', args, { ...common, ...profileFlags });
  const info = infoAsked(values, 'profile');
  if (info) return info;
  const norm = values.norm === undefined ? {} : { norm: oneOf('--norm', values.norm, normVariantIds, 'as-is') };
  return {
    command: 'profile',
    model: oneModel('profile', positionals),
    format: oneOf('--format', values.format, ['text', 'json', 'html'], 'text'),
    ...(values.output !== undefined && { output: values.output }),
    settings: { ...readTraining(values, defaults), ...norm },
    severities: Object.fromEntries((values.rule ?? []).map(readSeverity)),
  };
}

function readCompare(args: string[], defaults: ProfileSettings): Options {
  const { values, positionals } = parse('compare', args, { ...common, ...compareFlags });
  const info = infoAsked(values, 'compare');
  if (info) return info;
  const ids = (values.variants?.split(',') ?? defaultVariants).map((id) => id.trim());
  const variants = [...new Set(ids)].map((id): NormVariantId => oneOf('--variants', id, normVariantIds, 'as-is'));
  return {
    command: 'compare',
    model: oneModel('compare', positionals),
    format: oneOf('--format', values.format, ['text', 'json'], 'text'),
    settings: {
      // the file's weights were trained with the file's norms: from there, no other could compete
      ...readTraining(values, { ...defaults, init: 'default' }),
      variants,
      seeds: integer('--seeds', values.seeds, defaultSeeds, 1, 100),
      learningRates: values['learning-rates'] ?? false,
    },
  };
}

function readExport(args: string[]): Options {
  const { values, positionals } = parse('export', args, { ...common, ...exportFlags });
  const info = infoAsked(values, 'export');
  if (info) return info;
  const { norm, output, force = false } = values;
  const model = oneModel('export', positionals);
  const ids = normVariantIds.filter((id) => id !== 'as-is');
  if (norm === undefined) throw new UsageError(`export needs --norm with one of ${ids.join(', ')}`);
  if (output === undefined || output === '')
    throw new UsageError('export needs --output with the path of the new file');
  return { command: 'export', model, settings: { norm: oneOf('--norm', norm, ids, 'none'), output, overwrite: force } };
}

/** Values of the flags that say how a model is trained. */
type TrainingValues = { readonly [Flag in keyof Omit<typeof trainingFlags, 'hold'>]?: string } & {
  readonly hold?: string[];
};

function readTraining(values: TrainingValues, defaults: ProfileSettings): ProfileSettings {
  const optimizer = oneOf<OptimizerName>(
    '--optimizer',
    values.optimizer,
    ['sgd', 'momentum', 'adam'],
    defaults.optimizer,
  );
  const lr = values.optimizer === undefined ? defaults.lr : defaultLearningRates[optimizer];
  return {
    steps: integer('--steps', values.steps, defaults.steps, 1, 1_000_000),
    batch: integer('--batch', values.batch, defaults.batch, 1, 65_536),
    optimizer,
    lr: positive('--lr', values.lr, lr),
    seed: integer('--seed', values.seed, defaults.seed, 0, 2 ** 32 - 1),
    init: initialization(values.init, defaults.init),
    engine: oneOf<EngineChoice>('--engine', values.engine, ['auto', 'native', 'wasm'], defaults.engine),
    threads: integer('--threads', values.threads, defaults.threads, 0, 256),
    ...(values.data !== undefined && { data: values.data }),
    ...(values.labels !== undefined && { labels: values.labels }),
    ...(values.loss !== undefined && { loss: oneOf('--loss', values.loss, losses, 'auto') }),
    ...(values.hold !== undefined && { hold: heldInputs(values.hold) }),
  };
}

function readFix(args: string[]): Options {
  const { values, positionals } = parse('fix', args, { ...common, ...fixFlags });
  const info = infoAsked(values, 'fix');
  if (info) return info;
  const { fix, layer: layers, output, force = false, yes = false } = values;
  const model = oneModel('fix', positionals);
  if (fix === undefined) throw new UsageError(`fix needs --fix with one of ${fixIds.join(', ')}`);
  if (output === undefined || output === '') throw new UsageError('fix needs --output with the path of the copy');
  return {
    command: 'fix',
    model,
    format: oneOf('--format', values.format, ['text', 'json'], 'text'),
    settings: {
      fix: oneOf('--fix', fix, fixIds, 'fold'),
      ...(layers !== undefined && { layers }),
      output,
      overwrite: force,
      acceptDifference: yes,
    },
  };
}

function readOpen(args: string[]): Options {
  const { values, positionals } = parse('open', args, common);
  return infoAsked(values, 'open') ?? { command: 'open', model: oneModel('open', positionals) };
}

function readMcp(args: string[]): Options {
  const { values, positionals } = parse('mcp', args, common);
  if (positionals.length > 0) throw new UsageError('mcp takes no arguments: the client says what to do');
  return infoAsked(values, 'mcp') ?? { command: 'mcp' };
}

function infoAsked(
  values: { help?: boolean; version?: boolean },
  of: CommandName,
): HelpOptions | InfoOptions | undefined {
  if (values.help) return { command: 'help', of };
  return values.version ? { command: 'version' } : undefined;
}
