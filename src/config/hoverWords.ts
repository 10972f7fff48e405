import type {
  AxisLetter,
  LayerFacts,
  LinearFacts,
  LinearNormalization,
  NormFacts,
  NormPlacement,
} from '../protocol/facts';
import { later, say, translated } from '../texts/say';
import { escapeMarkdown } from './escapeMarkdown';
import { normCube } from './normCube';
import { axisNames, normNames } from './normNames';
import { svgImage } from './svgImage';

/** What a norm is, its conventions and its place; `nameOf` gives the escaped name of a layer. */
export function normWords(norm: NormFacts, nameOf: (id: string) => string): string[] {
  return [
    `${translated(normNames[norm.type])} ${axesWords(norm)}${formWords(norm)}.`,
    ...cube(norm),
    ...conventionWords(norm),
    placementWords(norm, nameOf),
  ];
}

function cube({ axesMeaning, groups, type }: NormFacts): string[] {
  if (axesMeaning === null || axesMeaning.length === 0) return [];
  const words = say`The shaded cells of a batch share one mean and variance: ${axesMeaning.join(', ')}`;
  return [svgImage(normCube(axesMeaning, type === 'group' ? groups : null), words)];
}

/** "over N, H, W (batch, height, width), for each of 64 channels" */
function axesWords(norm: NormFacts): string {
  const { axesMeaning, axes } = norm;
  if (axesMeaning === null || axesMeaning.length === 0) {
    return axes === null ? say`over axes that the file does not tell` : say`over the axes ${axes.join(', ')}`;
  }
  const names = axesMeaning.map((letter) => translated(axisNames[letter])).join(', ');
  const each = eachWords(norm, axesMeaning);
  return say`over ${axesMeaning.join(', ')} (${names})` + (each === '' ? '' : `, ${each}`);
}

/** What has statistics of its own. */
function eachWords({ type, channels, groups }: NormFacts, axes: readonly AxisLetter[]): string {
  const isImage = axes.some((a) => 'DHWL'.includes(a));
  const channel =
    channels === null
      ? isImage
        ? say`each of the channels`
        : say`each of the features`
      : isImage
        ? say`each of ${channels} channels`
        : say`each of ${channels} features`;
  switch (type) {
    case 'batch':
      return say`for ${channel}`;
    case 'instance':
      return say`for each sample and ${channel}`;
    case 'group':
      return groups === null
        ? say`for each sample and each group of channels`
        : say`for each sample and each of ${groups} groups of channels`;
    case 'layer':
    case 'rms':
      return axes.includes('N') ? '' : say`for each sample on its own`;
    default:
      return '';
  }
}

function formWords({ affine, form }: NormFacts): string {
  const then =
    affine.scale && affine.shift
      ? say`, then scaled (gamma) and shifted (beta)`
      : affine.scale
        ? say`, then scaled (gamma), not shifted`
        : affine.shift
          ? say`, then shifted (beta), not scaled`
          : say`, neither scaled nor shifted`;
  return form === 'decomposed' ? then + say`; written as several operators` : then;
}

function conventionWords({ type, epsilon, momentum, momentumOriginal }: NormFacts): string[] {
  const lines: string[] = [];
  if (epsilon !== null) {
    lines.push(
      type === 'rms'
        ? say`epsilon ${epsilon} is added to the mean square before the square root.`
        : say`epsilon ${epsilon} is added to the variance before the square root.`,
    );
  }
  if (momentum !== null) {
    const kept = Number((momentum * 100).toPrecision(6));
    const other = Number((1 - momentum).toPrecision(6));
    lines.push(
      momentumOriginal !== null && Math.abs(momentumOriginal - momentum) > 1e-6
        ? say`momentum ${momentumOriginal} in the file weights the new value: running statistics keep ${kept} % of the old one at each step.`
        : say`momentum ${Number(momentum.toPrecision(6))} weights the old value: running statistics keep ${kept} % of it at each step (PyTorch writes ${other}).`,
    );
  }
  return lines.length === 0 ? [] : [lines.join('  \n')];
}

const placements: Readonly<Record<NormPlacement, string>> = {
  'linear-norm-activation': later`between a linear layer and its activation, the usual place`,
  'linear-norm': later`after a linear layer, with no activation after it`,
  'linear-activation-norm': later`after the activation of a linear layer`,
  'pre-activation': later`before activation and linear layer (pre-activation)`,
  'pre-norm': later`at the beginning of a residual branch (pre-norm)`,
  'post-norm': later`after a residual sum (post-norm)`,
  'embedding-norm': later`after the embedding`,
  'input-norm': later`on an input of the model`,
  'before-output': later`last before the output`,
  'qk-norm': later`on queries or keys of an attention`,
  other: later`elsewhere`,
};

function placementWords({ placement, linear, activation, chain }: NormFacts, nameOf: (id: string) => string): string {
  const belongs = linear === null ? '' : say`; it normalizes ${nameOf(linear)}`;
  const acts = activation === null ? '' : `${linear === null ? ';' : ','} ${say`activation: ${nameOf(activation)}`}`;
  return `${say`Place: ${translated(placements[placement])}`}${belongs}${acts}.  \n${escapeMarkdown(chain)}`;
}

const normalizations: Readonly<Record<LinearNormalization, string>> = {
  'normalized-before-activation': later`Normalized before its activation.`,
  'normalized-after-activation': later`Normalized after its activation.`,
  'normalized-no-activation': later`Normalized, with no activation after it.`,
  'pre-normalized': later`Its input is normalized.`,
  'not-normalized': later`Not normalized.`,
  folded: later`Its norm has been folded into its weights, or there never was one.`,
  'output-head': later`Output layer: no norm is expected.`,
};

export function linearWords(linear: LinearFacts): string[] {
  const bias = linear.hasBias ? say`Linear layer with bias.` : say`Linear layer without bias.`;
  return [`${bias} ${translated(normalizations[linear.normalization])}`];
}

export function activationWords({ kind, activation }: LayerFacts): string[] {
  return [say`Activation: ${escapeMarkdown(activation ?? kind)}.`];
}

const roles: Readonly<Record<LayerFacts['role'], string>> = {
  linear: later`Linear layer.`,
  norm: later`Normalization.`,
  activation: later`Activation.`,
  join: later`Joins several values.`,
  pool: later`Pooling.`,
  dropout: later`Dropout: acts in training only.`,
  recurrent: later`Recurrent layer.`,
  other: later`Neither linear, nor normalization, nor activation.`,
};

export function roleWords({ role }: LayerFacts): string {
  return translated(roles[role]);
}
