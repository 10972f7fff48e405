import { defaultLearningRates } from '../profile/defaultSettings';
import type { ProfileSettings } from '../protocol/profile';

/** A command line that does not say what we can do: one clear line on stderr, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const commandNames = [
  'analyze',
  'profile',
  'compare',
  'experiment',
  'fix',
  'export',
  'rules',
  'open',
  'mcp',
] as const;

export type CommandName = (typeof commandNames)[number];

interface CommandHelp {
  /** What stands behind `normscope`. */
  readonly synopsis: string;
  /** One line. */
  readonly what: string;
  /** Lines of options, or of what else there is to say. */
  readonly more?: (defaults: ProfileSettings) => string;
}

const severities = `  --rule ID=SEVERITY            error, warning, information, hint or off for the findings of a rule;
                                may be given for several rules`;

const engines = ({ engine, threads }: ProfileSettings) =>
  `  --engine auto|native|wasm     auto: native where it can be loaded; default ${engine}
  --threads N                   0: one per core, at most 4; default ${threads}`;

const format = `  --format text|json            default text`;

function training(defaults: ProfileSettings, init: string): string {
  const rates = Object.entries(defaultLearningRates)
    .map(([optimizer, lr]) => `${lr} (${optimizer})`)
    .join(', ');
  return `  --steps N                     default ${defaults.steps}
  --batch N                     default ${defaults.batch}
  --optimizer sgd|momentum|adam default ${defaults.optimizer}
  --lr X                        default ${rates}
  --seed N                      default ${defaults.seed}
  --init keep|default|SCALE     the file's weights, fresh ones, or fresh ones with deviations times SCALE;
                                default ${init}
  --data FILE|FOLDER            your own samples: NPY, NPZ, CSV, IDX (MNIST), JSON, or a folder with a
                                subfolder of PNG or JPEG pictures for each class; made ones without it
  --labels FILE|column:NAME     their classes or targets: a file, or a column of the CSV file
  --loss auto|cross-entropy|mse auto: cross-entropy where the output holds scores of classes
  --hold NAME=NUMBER            holds an input of a single number (a sampling rate, a flag);
                                may be given for several
${engines(defaults)}`;
}

const variants = (
  first: string,
) => `VARIANT: ${first}none, folded, batch, layer, instance, group, rms (every norm of that kind),
inserted-batch (after every linear layer without a norm), detached-batch (statistics outside of
the gradient), before-activation, after-activation.`;

const help: Readonly<Record<CommandName, CommandHelp>> = {
  analyze: {
    synopsis: 'analyze MODEL... [options]',
    what: 'where every norm sits, and what is wrong with it',
    more: () => `  --format text|json|sarif|html default text; html is a page of its own to look at, of one model
  --fail-on error|warning|information|never
                                exit status 1 for findings of this severity and above; default error
${severities}`,
  },
  profile: {
    synopsis: 'profile MODEL [options]',
    what: 'trains the model a few steps on the CPU and measures every layer',
    more: (defaults) => `${training(defaults, String(defaults.init))}
  --norm VARIANT                the network with another normalization; default as-is
  --format text|json|html       default text
  --output FILE                 writes the profile too, for "NormScope: Open Profile" (name.normscope.json)
${severities}, of those that judge a profile

${variants('as-is, ')}`,
  },
  compare: {
    synopsis: 'compare MODEL [options]',
    what: 'trains it with several normalizations, on the same data and seeds',
    more: (
      defaults,
    ) => `  --variants A,B,...            what to compare, the first being what the others are held against;
                                default as-is,none,batch,layer,group
  --seeds N                     runs of each, from --seed on; default 3; verdicts need 3 or more
  --learning-rates              searches the largest learning rate that each trains at as well
${training(defaults, 'default')}
${format}

${variants('as-is, ')}`,
  },
  experiment: {
    synopsis: 'experiment [ID...|all] [options]',
    what: 'what normalization does, measured beside what is published',
    more: (defaults) => `Without an ID the experiments are listed. A gate that is missed is a result: exit status 0.

  --model MODEL                 on your own model, where the experiment can
  --seeds N                     default 3; an experiment that needs more gets them
${engines(defaults)}
${format}`,
  },
  fix: {
    synopsis: 'fix MODEL --fix FIX --output COPY [options]',
    what: 'saves a copy with a fix, once it has been run beside the model',
    more: () => `Of ONNX files and TensorFlow.js layers models.

  --fix fold                    batch norms folded into their neighbours; same results
        drop-bias               biases dropped that a norm removes; same results
        inference-mode          batch norms that were left in training mode use the running statistics
        momentum                momentum in ONNX's convention, proven on a training step
        norm-before-activation  norms moved before or after their activations, in layers models;
        norm-after-activation   other results
        norm-axis               batch norms along the channels, untrained, in layers models; other results
  --layer ID                    fixes this layer alone; may be given several times
  --output COPY                 the new file, for a layers model its model.json: weights are put beside it;
                                what is there is replaced with --force only
  --force                       replaces COPY, were it the model itself
  --yes                         saves the copy although its results differ (inference-mode, norms moved)
${format}`,
  },
  export: {
    synopsis: 'export MODEL --norm VARIANT --output FILE',
    what: 'saves the network with another normalization as ONNX',
    more: () => `Its new norms are untrained.

  --norm VARIANT                which one
  --output FILE                 the new file
  --force                       replaces FILE

${variants('')}`,
  },
  rules: {
    synopsis: 'rules [ID]',
    what: 'all rules, or the page of one: why, an example, what to do instead',
  },
  open: { synopsis: 'open MODEL', what: 'opens the model in VS Code' },
  mcp: {
    synopsis: 'mcp',
    what: 'serves analyze, profile, compare and rules to assistants (Model Context Protocol)',
    more: () => 'Over standard input and output.',
  },
};

const footer = `MODEL is an ONNX file, the model.json of a TensorFlow.js model, or a Keras architecture (JSON or .keras).`;

/** What `--help` prints: the commands, or the options of one. An option that is not listed here does not exist. */
export function usageText(defaults: ProfileSettings, command?: CommandName): string {
  if (command !== undefined) {
    const { synopsis, what, more } = help[command];
    const parts = [`normscope ${synopsis}`, `${what[0].toUpperCase()}${what.slice(1)}.`];
    if (more) parts.push(more(defaults));
    if (synopsis.includes('MODEL')) parts.push(footer);
    return `${parts.join('\n\n')}\n`;
  }
  const lines = commandNames.map((name) => `  ${name.padEnd(12)}${help[name].what}`);
  return `normscope: normalization in neural networks, inspected and measured

${lines.join('\n')}

  normscope COMMAND --help      the options of a command
  --version
  --verbose                     where an unexpected error came from

${footer}
Exit status: 0 done, 1 a finding at or above --fail-on or a copy not saved for want of --yes, 2 usage error,
unreadable model or failed run.
`;
}
