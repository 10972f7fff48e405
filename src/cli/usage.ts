import { defaultLearningRates } from '../profile/defaultSettings';
import type { ProfileSettings } from '../protocol/profile';

/** A command line that does not say what we can do: one clear line on stderr, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `--help` prints. An option that is not listed here does not exist. */
export function usageText(defaults: ProfileSettings): string {
  const rates = Object.entries(defaultLearningRates)
    .map(([optimizer, lr]) => `${lr} (${optimizer})`)
    .join(', ');
  return `normscope: normalization in neural networks, inspected and measured

  normscope analyze MODEL... [options]   where every norm sits, and what is wrong with it
      --format text|json|sarif|html      default text; html is a page of its own to look at, of one model
      --fail-on error|warning|information|never
                                         exit status 1 for findings of this severity and above; default error
      --rule ID=SEVERITY                 error, warning, information, hint or off for the findings of a rule;
                                         may be given for several rules

  normscope profile MODEL [options]      trains the model a few steps on the CPU and measures every layer
      --steps N                          default ${defaults.steps}
      --batch N                          default ${defaults.batch}
      --optimizer sgd|momentum|adam      default ${defaults.optimizer}
      --lr X                             default ${rates}
      --seed N                           default ${defaults.seed}
      --init keep|default|SCALE          the file's weights, fresh ones, or fresh ones with deviations times SCALE;
                                         default ${defaults.init}
      --data FILE|FOLDER                 your own samples: NPY, NPZ, CSV, IDX (MNIST), JSON, or a folder with a
                                         subfolder of PNG or JPEG pictures for each class; made ones without it
      --labels FILE|column:NAME          their classes or targets: a file, or a column of the CSV file
      --loss auto|cross-entropy|mse      auto: cross-entropy where the output holds scores of classes
      --hold NAME=NUMBER                 holds an input of a single number (a sampling rate, a flag); may be given for several
      --norm VARIANT                     the network with another normalization (see below); default as-is
      --engine auto|native|wasm          auto: native where it can be loaded; default ${defaults.engine}
      --threads N                        0: one per core, at most 4; default ${defaults.threads}
      --format text|json|html            default text
      --rule ID=SEVERITY                 as above, for the findings of rules that judge a profile
      --output FILE                      writes the profile too, for "NormScope: Open Profile" (name.normscope.json)

  normscope fix MODEL --fix FIX --output COPY [options]
                                         saves a copy of an ONNX or TensorFlow.js layers model, once it has been run beside it
      --fix fold                         batch norms folded into their neighbours; same results
            drop-bias                    biases dropped that a norm removes; same results
            inference-mode               batch norms that were left in training mode use the running statistics
            momentum                     momentum in ONNX's convention, proven on a training step
            norm-before-activation       norms moved before or behind their activations, in layers models;
            norm-after-activation        other results
            norm-axis                    batch norms along the channels, untrained, in layers models; other results
      --layer ID                         fixes this layer alone; may be given several times
      --output COPY                      the new file, for a layers model its model.json: weights are put beside it; what is there
                                         is replaced with --force only
      --force                            replaces COPY, were it the model itself
      --yes                              saves the copy although its results differ (inference-mode, norms moved)
      --format text|json                 default text

  normscope compare MODEL [options]      trains the network with several normalizations, on the same data and seeds
      --variants A,B,...                 what to compare, the first being what the others are held against:
                                         as-is, none, folded, batch, layer, instance, group, rms (every norm of that kind),
                                         inserted-batch (after every linear layer without a norm), detached-batch
                                         (statistics outside of the gradient), before-activation, after-activation;
                                         default as-is,none,batch,layer,group
      --seeds N                          runs of each, from --seed on; default 3; verdicts need 3 or more
      --learning-rates                   searches the largest learning rate that each trains at as well
      and the options of profile from --steps to --threads; --init is default unless it is given
      --format text|json                 default text

  normscope export MODEL --norm VARIANT --output FILE
                                         saves the network with another normalization as ONNX, its new norms untrained
      --force                            replaces FILE

  normscope experiment [ID...|all] [options]
                                         what normalization does, measured beside what is published; lists the
                                         experiments without an ID
      --model MODEL                      on your own model, where the experiment can
      --seeds N                          default 3; an experiment that needs more gets them
      --engine, --threads, --format      as for profile; a gate that is missed is a result: exit status 0

  normscope rules [ID]                   all rules, or the page of one: why, an example, what to do instead

  normscope open MODEL                   opens the model in VS Code

  normscope mcp                          serves analyze, profile and rules to assistants over standard input and
                                         output (Model Context Protocol)

  --help, --version, --verbose (where an unexpected error came from)

MODEL is an ONNX file, the model.json of a TensorFlow.js model, or a Keras architecture (JSON or .keras).
Exit status: 0 done, 1 a finding at or above --fail-on or a copy not saved for want of --yes, 2 usage error, unreadable
model or failed run.
`;
}
