import type { AxisLetter, NormType } from '../protocol/facts';
import { normCube } from './normCube';
import { axisNames, normNames } from './normNames';
import { svgImage } from './svgImage';

/**
 * The norm classes of PyTorch, Keras and Flax as Python code calls them: what each normalizes, and its defaults and
 * conventions, which differ between the three. From their documentation (torch.nn, keras.layers, flax.linen).
 */
interface NormClass {
  readonly name: string;
  readonly library: Library;
  readonly type: NormType;
  readonly axes: readonly AxisLetter[];
  readonly words: string;
}

type Library = 'PyTorch' | 'Keras' | 'Flax';

const torchBatch =
  'Default eps 1e-5. Default momentum 0.1 weights the NEW value: running statistics keep 90 % of the old one at each step ' +
  '(Keras, TensorFlow and ONNX would write 0.9). Running variance is unbiased, the batch is normalized with the biased one. ' +
  'Learns weight (gamma) and bias (beta) by default.';
const torchInstance =
  'Default eps 1e-5. By default it learns no weight and bias (affine=False) and keeps no running statistics.';

const classes: readonly NormClass[] = [
  torch('BatchNorm1d', 'batch', ['N', 'L'], torchBatch),
  torch('BatchNorm2d', 'batch', ['N', 'H', 'W'], torchBatch),
  torch('BatchNorm3d', 'batch', ['N', 'D', 'H', 'W'], torchBatch),
  torch(
    'SyncBatchNorm',
    'batch',
    ['N', 'H', 'W'],
    `${torchBatch} Statistics are taken over the batches of all processes.`,
  ),
  torch('InstanceNorm1d', 'instance', ['L'], torchInstance),
  torch('InstanceNorm2d', 'instance', ['H', 'W'], torchInstance),
  torch('InstanceNorm3d', 'instance', ['D', 'H', 'W'], torchInstance),
  torch(
    'LayerNorm',
    'layer',
    ['F'],
    'Over the last axes, as many as normalized_shape names. Default eps 1e-5. Learns weight and bias for each element.',
  ),
  torch(
    'GroupNorm',
    'group',
    ['C', 'H', 'W'],
    'num_groups comes first, then num_channels. Default eps 1e-5. Learns weight and bias for each channel.',
  ),
  torch(
    'RMSNorm',
    'rms',
    ['F'],
    "Over the last axes, as many as normalized_shape names. Without eps it is the machine epsilon of the input's type. Learns a weight, no bias.",
  ),
  torch(
    'LocalResponseNorm',
    'local-response',
    ['C'],
    'Divides by the squares of neighbouring channels: alpha 1e-4, beta 0.75, k 1 by default. Learns nothing.',
  ),
  keras(
    'BatchNormalization',
    'batch',
    ['N', 'H', 'W'],
    'Over all axes but axis (default -1, the channels of channels_last). Default epsilon 1e-3. Default momentum 0.99 weights the OLD value (PyTorch would write 0.01). Learns gamma and beta by default.',
  ),
  keras(
    'LayerNormalization',
    'layer',
    ['F'],
    'Over axis (default -1). Default epsilon 1e-3. Learns gamma and beta by default.',
  ),
  keras(
    'GroupNormalization',
    'group',
    ['C', 'H', 'W'],
    'Default groups 32 (-1: one for each channel, an instance normalization), axis -1, epsilon 1e-3. Learns gamma and beta by default.',
  ),
  keras('RMSNormalization', 'rms', ['F'], 'Over axis (default -1). Default epsilon 1e-6. Learns a scale.'),
  keras('UnitNormalization', 'lp', ['F'], 'Divides by the L2 norm over axis (default -1). Learns nothing.'),
  flax(
    'BatchNorm',
    'batch',
    ['N', 'H', 'W'],
    'Over all axes but axis (default -1). Default epsilon 1e-5. Default momentum 0.99 weights the OLD value. use_running_average tells training from inference.',
  ),
  flax(
    'LayerNorm',
    'layer',
    ['F'],
    'Over reduction_axes (default -1). Default epsilon 1e-6. Learns scale and bias by default.',
  ),
  flax('GroupNorm', 'group', ['C', 'H', 'W'], 'Default num_groups 32, epsilon 1e-6. Learns scale and bias by default.'),
  flax('InstanceNorm', 'instance', ['H', 'W'], 'Default epsilon 1e-6. Learns scale and bias by default.'),
  flax('RMSNorm', 'rms', ['F'], 'Over reduction_axes (default -1). Default epsilon 1e-6. Learns a scale by default.'),
];

const call = /\b([A-Z]\w*Norm\w*)\s*\(/g;

/**
 * What a call of a norm's class at a place of a line of Python makes; undefined where there is none.
 * @param text of the file, whose imports tell the library where names are shared
 */
export function normClassHover(
  line: string,
  column: number,
  text: string,
): { readonly words: string; readonly start: number; readonly end: number } | undefined {
  if (line.length > 10_000) return undefined;
  for (const match of line.matchAll(call)) {
    const [start, end] = [match.index, match.index + match[1].length];
    if (column < start || column > end) continue;
    const named = classes.filter((c) => c.name === match[1]);
    const found = named.length > 1 ? named.find((c) => c.library === libraryOf(text)) : named[0];
    return found && { words: wordsOf(found), start, end };
  }
  return undefined;
}

/** PyTorch's and Flax's classes share names. */
function libraryOf(text: string): Library {
  return /^\s*(import|from)\s+flax\b/m.test(text.slice(0, 65_536)) ? 'Flax' : 'PyTorch';
}

function wordsOf({ type, axes, words, name, library }: NormClass): string {
  const over = `${axes.join(', ')} (${axes.map((a) => axisNames[a]).join(', ')})`;
  const cube = svgImage(normCube(axes, type === 'group' ? 2 : null), 'The shaded cells share one mean and variance');
  return [`**${name}** of ${library}: ${normNames[type].toLowerCase()} over ${over}.`, words, cube].join('\n\n');
}

function torch(name: string, type: NormType, axes: readonly AxisLetter[], words: string): NormClass {
  return { name, library: 'PyTorch', type, axes, words };
}

function keras(name: string, type: NormType, axes: readonly AxisLetter[], words: string): NormClass {
  return { name, library: 'Keras', type, axes, words };
}

function flax(name: string, type: NormType, axes: readonly AxisLetter[], words: string): NormClass {
  return { name, library: 'Flax', type, axes, words };
}
