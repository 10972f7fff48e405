import type {
  AxisLetter,
  LayerFacts,
  LinearFacts,
  LinearNormalization,
  NormFacts,
  NormPlacement,
} from '../protocol/facts';
import { escapeMarkdown } from './escapeMarkdown';
import { normCube } from './normCube';
import { axisNames, normNames } from './normNames';
import { svgImage } from './svgImage';

/** What a norm is, its conventions and its place; `nameOf` gives the escaped name of a layer. */
export function normWords(norm: NormFacts, nameOf: (id: string) => string): string[] {
  return [
    `${normNames[norm.type]} ${axesWords(norm)}${formWords(norm)}.`,
    ...cube(norm),
    ...conventionWords(norm),
    placementWords(norm, nameOf),
  ];
}

function cube({ axesMeaning, groups, type }: NormFacts): string[] {
  if (axesMeaning === null || axesMeaning.length === 0) return [];
  const words = `The shaded cells of a batch share one mean and variance: ${axesMeaning.join(', ')}`;
  return [svgImage(normCube(axesMeaning, type === 'group' ? groups : null), words)];
}

/** "over N, H, W (batch, height, width), for each of 64 channels" */
function axesWords(norm: NormFacts): string {
  const { axesMeaning, axes } = norm;
  if (axesMeaning === null || axesMeaning.length === 0) {
    return axes === null ? 'over axes that the file does not tell' : `over the axes ${axes.join(', ')}`;
  }
  const names = axesMeaning.map((letter) => axisNames[letter]).join(', ');
  const each = eachWords(norm, axesMeaning);
  return `over ${axesMeaning.join(', ')} (${names})${each === '' ? '' : `, ${each}`}`;
}

/** What has statistics of its own. */
function eachWords({ type, channels, groups }: NormFacts, axes: readonly AxisLetter[]): string {
  const what = axes.some((a) => 'DHWL'.includes(a)) ? 'channels' : 'features';
  const count = channels === null ? `of the ${what}` : `of ${channels} ${what}`;
  switch (type) {
    case 'batch':
      return `for each ${count}`;
    case 'instance':
      return `for each sample and each ${count}`;
    case 'group':
      return `for each sample and each ${groups === null ? 'group' : `of ${groups} groups`} of channels`;
    case 'layer':
    case 'rms':
      return axes.includes('N') ? '' : 'for each sample on its own';
    default:
      return '';
  }
}

function formWords({ affine, form }: NormFacts): string {
  const then =
    affine.scale && affine.shift
      ? ', then scaled (gamma) and shifted (beta)'
      : affine.scale
        ? ', then scaled (gamma), not shifted'
        : affine.shift
          ? ', then shifted (beta), not scaled'
          : ', neither scaled nor shifted';
  return form === 'decomposed' ? `${then}; written as several operators` : then;
}

function conventionWords({ epsilon, momentum, momentumOriginal }: NormFacts): string[] {
  const lines: string[] = [];
  if (epsilon !== null) lines.push(`epsilon ${epsilon} is added to the variance before the square root.`);
  if (momentum !== null) {
    const kept = Number((momentum * 100).toPrecision(6));
    const other = Number((1 - momentum).toPrecision(6));
    lines.push(
      momentumOriginal !== null && Math.abs(momentumOriginal - momentum) > 1e-6
        ? `momentum ${momentumOriginal} in the file weights the new value: running statistics keep ${kept} % of the old one at each step.`
        : `momentum ${Number(momentum.toPrecision(6))} weights the old value: running statistics keep ${kept} % of it at each step (PyTorch writes ${other}).`,
    );
  }
  return lines.length === 0 ? [] : [lines.join('  \n')];
}

const placements: Readonly<Record<NormPlacement, string>> = {
  'linear-norm-activation': 'between a linear layer and its activation, the usual place',
  'linear-norm': 'after a linear layer, with no activation behind it',
  'linear-activation-norm': 'after the activation of a linear layer',
  'pre-activation': 'before activation and linear layer (pre-activation)',
  'pre-norm': 'at the beginning of a residual branch (pre-norm)',
  'post-norm': 'after a residual sum (post-norm)',
  'embedding-norm': 'after the embedding',
  'input-norm': 'on an input of the model',
  'before-output': 'last before the output',
  'qk-norm': 'on queries or keys of an attention',
  other: 'elsewhere',
};

function placementWords({ placement, linear, activation, chain }: NormFacts, nameOf: (id: string) => string): string {
  const belongs = linear === null ? '' : `; it normalizes ${nameOf(linear)}`;
  const acts = activation === null ? '' : `${linear === null ? ';' : ','} activation: ${nameOf(activation)}`;
  return `Place: ${placements[placement]}${belongs}${acts}.  \n${escapeMarkdown(chain)}`;
}

const normalizations: Readonly<Record<LinearNormalization, string>> = {
  'normalized-before-activation': 'Normalized before its activation.',
  'normalized-after-activation': 'Normalized after its activation.',
  'normalized-no-activation': 'Normalized, with no activation behind it.',
  'pre-normalized': 'Its input is normalized.',
  'not-normalized': 'Not normalized.',
  folded: 'Its norm has been folded into its weights, or there never was one.',
  'output-head': 'Output layer: no norm is expected.',
};

export function linearWords(linear: LinearFacts): string[] {
  return [`Linear layer ${linear.hasBias ? 'with' : 'without'} bias. ${normalizations[linear.normalization]}`];
}

export function activationWords({ kind, activation }: LayerFacts): string[] {
  return [`Activation: ${escapeMarkdown(activation ?? kind)}.`];
}

const roles: Readonly<Record<LayerFacts['role'], string>> = {
  linear: 'Linear layer.',
  norm: 'Normalization.',
  activation: 'Activation.',
  join: 'Joins several values.',
  pool: 'Pooling.',
  dropout: 'Dropout: acts in training only.',
  recurrent: 'Recurrent layer.',
  other: 'Neither linear, nor normalization, nor activation.',
};

export function roleWords({ role }: LayerFacts): string {
  return roles[role];
}
