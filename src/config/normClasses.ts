import type { AxisLetter, NormType } from '../protocol/facts';
import { later, say, translated } from '../texts/say';
import { normCube } from './normCube';
import { axisNames, normNames } from './normNames';
import { svgImage } from './svgImage';

/**
 * The norm classes of PyTorch, torchvision, timm, Keras and Flax as Python code calls them: what each normalizes, and its defaults and
 * conventions, which differ between them. From their documentation (torch.nn, torchvision.ops, timm.layers, keras.layers, flax.linen
 * and flax.nnx).
 */
interface NormClass {
  readonly name: string;
  readonly library: Library;
  readonly type: NormType;
  readonly axes: readonly AxisLetter[];
  readonly words: readonly string[];
}

type Library = 'PyTorch' | 'torchvision' | 'timm' | 'Keras' | 'Flax';

const torchBatch = later`Default eps 1e-5. Default momentum 0.1 weights the NEW value: running statistics keep 90 % of the old one at each step (Keras, TensorFlow and ONNX would write 0.9). Running variance is unbiased, the batch is normalized with the biased one. Learns weight (gamma) and bias (beta) by default.`;
const frozen = later`Fixed: running statistics, weight and bias are buffers, the same in training and inference, so it is a scale and a shift of each channel. Default eps 1e-5.`;
const lazy = later`The number of features is taken from the first input.`;
const torchInstance = later`Default eps 1e-5. By default it learns no weight and bias (affine=False) and keeps no running statistics.`;

/** Sentences are translated where they are shown. */
export const classes: readonly NormClass[] = [
  torch('BatchNorm1d', 'batch', ['N', 'L'], torchBatch),
  torch('BatchNorm2d', 'batch', ['N', 'H', 'W'], torchBatch),
  torch('BatchNorm3d', 'batch', ['N', 'D', 'H', 'W'], torchBatch),
  torch(
    'SyncBatchNorm',
    'batch',
    ['N', 'H', 'W'],
    torchBatch,
    later`Statistics are taken over the batches of all processes.`,
  ),
  torch('LazyBatchNorm1d', 'batch', ['N', 'L'], torchBatch, lazy),
  torch('LazyBatchNorm2d', 'batch', ['N', 'H', 'W'], torchBatch, lazy),
  torch('LazyBatchNorm3d', 'batch', ['N', 'D', 'H', 'W'], torchBatch, lazy),
  of('torchvision', 'FrozenBatchNorm2d', 'batch', ['N', 'H', 'W'], frozen),
  of(
    'timm',
    'BatchNormAct2d',
    'batch',
    ['N', 'H', 'W'],
    torchBatch,
    later`The activation follows in the same layer: ReLU by default.`,
  ),
  of(
    'timm',
    'LayerNorm2d',
    'layer',
    ['C'],
    later`Over the channels at each position of an image of N x C x H x W, as in ConvNeXt. Default eps 1e-6. Learns weight and bias for each channel.`,
  ),
  of(
    'timm',
    'GroupNorm1',
    'group',
    ['C', 'H', 'W'],
    later`One group: all channels and positions of a sample. Default eps 1e-5. Learns weight and bias for each channel.`,
  ),
  torch('InstanceNorm1d', 'instance', ['L'], torchInstance),
  torch('InstanceNorm2d', 'instance', ['H', 'W'], torchInstance),
  torch('InstanceNorm3d', 'instance', ['D', 'H', 'W'], torchInstance),
  torch(
    'LayerNorm',
    'layer',
    ['F'],
    later`Over the last axes, as many as normalized_shape names. Default eps 1e-5. Learns weight and bias for each element.`,
  ),
  torch(
    'GroupNorm',
    'group',
    ['C', 'H', 'W'],
    later`num_groups comes first, then num_channels. Default eps 1e-5. Learns weight and bias for each channel.`,
  ),
  torch(
    'RMSNorm',
    'rms',
    ['F'],
    later`Over the last axes, as many as normalized_shape names. Without eps it is the machine epsilon of the input's type. Learns a weight, no bias.`,
  ),
  torch(
    'LocalResponseNorm',
    'local-response',
    ['C'],
    later`Divides by (k + alpha times the mean square of size neighbouring channels) to the power of beta: alpha 1e-4, beta 0.75, k 1 by default. Learns nothing.`,
  ),
  keras(
    'BatchNormalization',
    'batch',
    ['N', 'H', 'W'],
    later`Over all axes but axis (default -1, the channels of channels_last). Default epsilon 1e-3. Default momentum 0.99 weights the OLD value (PyTorch would write 0.01). Learns gamma and beta by default.`,
  ),
  keras(
    'SyncBatchNormalization',
    'batch',
    ['N', 'H', 'W'],
    later`Batch normalization with the statistics of the batches of all replicas together; in Keras 3 BatchNormalization with synchronized=True.`,
  ),
  keras(
    'LayerNormalization',
    'layer',
    ['F'],
    later`Over axis (default -1). Default epsilon 1e-3. Learns gamma and beta by default.`,
  ),
  keras(
    'GroupNormalization',
    'group',
    ['C', 'H', 'W'],
    later`Default groups 32 (-1: one for each channel, an instance normalization), axis -1, epsilon 1e-3. Learns gamma and beta by default.`,
  ),
  keras('RMSNormalization', 'rms', ['F'], later`Over axis (default -1). Default epsilon 1e-6. Learns a scale.`),
  keras('UnitNormalization', 'lp', ['F'], later`Divides by the L2 norm over axis (default -1). Learns nothing.`),
  flax(
    'BatchNorm',
    'batch',
    ['N', 'H', 'W'],
    later`Over all axes but axis (default -1). Default epsilon 1e-5. Default momentum 0.99 weights the OLD value. use_running_average tells training from inference.`,
  ),
  flax(
    'LayerNorm',
    'layer',
    ['F'],
    later`Over reduction_axes (default -1). Default epsilon 1e-6. Learns scale and bias by default.`,
  ),
  flax(
    'GroupNorm',
    'group',
    ['C', 'H', 'W'],
    later`Default num_groups 32, epsilon 1e-6. Learns scale and bias by default.`,
  ),
  flax('InstanceNorm', 'instance', ['H', 'W'], later`Default epsilon 1e-6. Learns scale and bias by default.`),
  flax(
    'RMSNorm',
    'rms',
    ['F'],
    later`Over reduction_axes (default -1). Default epsilon 1e-6. Learns a scale by default.`,
  ),
];

const call = /\b([A-Za-z_]\w*)\s*\(/g;
/** What stands before the name of a class or function where that is made. */
const definition = /\b(class|def)\s+$/;

/**
 * What a call of a norm's class at a place of a line of Python makes; undefined where there is none, as in comments, texts and
 * where the file has a class of its own by that name.
 * @param text of the file, whose imports tell the library where names are shared, and other names that a class goes by
 * @param before the text of the file before the line, as much of it as there is
 */
export function normClassHover(
  line: string,
  column: number,
  text: string,
  before: () => string = () => '',
): { readonly words: string; readonly start: number; readonly end: number } | undefined {
  if (line.length > 10_000) return undefined;
  for (const match of line.matchAll(call)) {
    const [start, end] = [match.index, match.index + match[1].length];
    if (column < start || column > end) continue;
    const found = classNamed(match[1], text.slice(0, LONGEST_HEAD));
    if (found === undefined || definition.test(line.slice(0, start))) return undefined;
    return isCode(before(), line.slice(0, start)) ? { words: wordsOf(found), start, end } : undefined;
  }
  return undefined;
}

/** As much of a text as is searched for imports and definitions. */
const LONGEST_HEAD = 65_536;

function classNamed(called: string, text: string): NormClass | undefined {
  const imported = /Norm/.test(called) ? undefined : new RegExp(`\\b(\\w+)\\s+as\\s+${called}\\b`).exec(text)?.[1];
  const name = imported ?? called;
  const named = classes.filter((c) => c.name === name);
  if (named.length === 0 || new RegExp(`^\\s*class\\s+${name}\\b`, 'm').test(text)) return undefined;
  const library = /^\s*(import|from)\s+flax\b/m.test(text) ? 'Flax' : 'PyTorch';
  return named.length > 1 ? named.find((c) => c.library === library) : named[0];
}

/** True where Python reads code: in no comment, and in no text, which may have begun lines before. */
function isCode(before: string, line: string): boolean {
  const token = /"""|'''|["'#\n]|\\./gs;
  let open = '';
  for (const [found] of `${before}${line}`.matchAll(token)) {
    const endsLine = found.endsWith('\n');
    if (open === '') {
      if (!endsLine && !found.startsWith('\\')) open = found;
    } else if (open === '#') {
      if (endsLine) open = '';
    } else if (found === open || (open.length === 1 && (found === '\n' || found === open.repeat(3)))) open = '';
  }
  return open === '';
}

function wordsOf({ type, axes, words, name, library }: NormClass): string {
  const over = `${axes.join(', ')} (${axes.map((a) => translated(axisNames[a])).join(', ')})`;
  const image = say`The shaded cells share one mean and variance`;
  const cube = svgImage(normCube(axes, type === 'group' ? 2 : null), image);
  const what = say`**${name}** of ${library}: ${translated(normNames[type]).toLowerCase()} over ${over}.`;
  return [what, words.map(translated).join(' '), cube].join('\n\n');
}

function of(
  library: Library,
  name: string,
  type: NormType,
  axes: readonly AxisLetter[],
  ...words: readonly string[]
): NormClass {
  return { name, library, type, axes, words };
}

function torch(name: string, type: NormType, axes: readonly AxisLetter[], ...words: readonly string[]): NormClass {
  return of('PyTorch', name, type, axes, ...words);
}

function keras(name: string, type: NormType, axes: readonly AxisLetter[], words: string): NormClass {
  return of('Keras', name, type, axes, words);
}

function flax(name: string, type: NormType, axes: readonly AxisLetter[], words: string): NormClass {
  return of('Flax', name, type, axes, words);
}
