import { attribute } from '../ir/attribute';
import { BLOCKED_DOMAIN } from '../ir/channelBlocks';
import { convolve, type Convolution } from './convolution';
import type { GradientBuilder } from './gradientBuilder';
import { product } from './shapes';
import { extents } from './window';

/** Elements that the sums of all groups of samples may have before they are added (128 MiB of float32). */
const LARGEST_SUMS = 2 ** 25;

/** True where the weight gradient is computed in blocks of channels. A kernel of one element is a product of matrices as it is. */
export function canBlockWeightGradient(x: string, dy: string, conv: Convolution, g: GradientBuilder): boolean {
  const { channelBlock } = g;
  if (channelBlock === 1 || conv.group !== 1 || g.dtype(x) !== 'float32') return false;
  const taps = product(conv.kernel);
  if (conv.kernel.length !== 2 || taps === 1 || conv.dilations.some((d) => d !== 1)) return false;
  const [[n, channels], [, m]] = [g.shape(x), g.shape(dy)];
  if (channels % channelBlock !== 0 || m % channelBlock !== 0) return false;
  return sampleGroups(n, channelBlock).groups * m * channels * taps <= LARGEST_SUMS;
}

/** True where that of a convolution of every channel by itself is. */
export function canBlockDepthwiseGradient(x: string, dy: string, conv: Convolution, g: GradientBuilder): boolean {
  const [[, channels], [, m]] = [g.shape(x), g.shape(dy)];
  if (g.channelBlock === 1 || g.dtype(x) !== 'float32' || conv.kernel.length !== 2) return false;
  return conv.group === channels && m === channels && channels % g.channelBlock === 0;
}

/**
 * Groups of equally many samples, fewer than a block each. From a block on there must be whole blocks of samples: the last is filled up
 * with zeros.
 */
function sampleGroups(n: number, block: number): { samples: number; groups: number } {
  if (n < block) return { samples: n, groups: 1 };
  const samples = Math.ceil(n / block) * block;
  let groups = samples / block + 1;
  while (samples % groups !== 0) groups++;
  return { samples, groups };
}

/**
 * dW [M, C, kh, kw] = sum over n, r, s of dY[n, m, r, s] X[n, c, r sh + i - ph, s sw + j - pw] as one convolution of X with dY as its
 * kernel, in which samples are channels. In blocks X [n, C/B, H, W, B] is, for each block of channels, a picture [H, W B] with a channel
 * for each sample: the kernel's columns lie sw B apart, and what it yields at column j B + c is tap j of channel c. dY in blocks
 * [n, M/B, Ho, Wo, B] is, as it stands, a kernel for M outputs. Nothing is unrolled.
 *
 * Fewer than B samples make one convolution; groups of them are summed afterwards.
 */
export function blockedWeightGradient(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const block = g.channelBlock;
  const { kernel, strides, before } = conv;
  const [n, m, ...output] = g.shape(dy);
  const [, channels, height, width] = g.shape(x);
  const { samples, groups } = sampleGroups(n, block);
  const after = [height, width].map((size, i) => (output[i] - 1) * strides[i] + kernel[i] - size - before[i]);

  const blocks = channels / block;
  const pictures = g.transpose(g.reshape(g.inChannelBlocks(x), [n, blocks, height, width * block]), [1, 0, 2, 3]);
  // padding rows costs nothing in the convolution itself, padding columns does
  const cut = (rows: number) => Math.min(rows, 0);
  const padded = g.pad(
    pictures,
    [0, 0, cut(before[0]), before[1] * block],
    [0, samples - n, cut(after[0]), after[1] * block],
  );
  const cotangents = g.reshape(g.inChannelBlocks(dy), [n, m / block, product(output) * block]);
  const grouped = g.reshape(g.pad(cotangents, [0, 0, 0], [samples - n, 0, 0]), [
    groups,
    samples / groups,
    m / block,
    product(output) * block,
  ]);
  const kernels = g.reshape(g.transpose(grouped, [0, 2, 1, 3]), [groups * m, samples / groups, ...output]);
  const taps = g.node(
    'Conv',
    [padded, kernels],
    [blocks, groups * m, kernel[0], kernel[1] * block],
    {
      kernel_shape: attribute.ints(output),
      dilations: attribute.ints([strides[0], strides[1] * block]),
      pads: attribute.ints([before[0], 0, after[0], 0].map((p) => Math.max(p, 0))),
      group: attribute.int(groups),
    },
    'float32',
    BLOCKED_DOMAIN,
  );
  const apart = g.reshape(taps, [blocks, groups, m / block, ...kernel, block, block]);
  const summed = groups === 1 ? g.reshape(apart, [blocks, m / block, ...kernel, block, block]) : g.sumAxes(apart, [1]);
  return g.reshape(g.transpose(summed, [1, 5, 0, 4, 2, 3]), [m, channels, ...kernel]);
}

/**
 * dW [C, 1, kh, kw] of a convolution of every channel by itself, for channels of whole blocks: X and dY in blocks are, as they stand, a
 * picture of n C channels and a kernel for each. Strides and dilations are exchanged; the sum over samples is left.
 */
export function blockedDepthwiseGradient(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const block = g.channelBlock;
  const { kernel, strides, dilations, before } = conv;
  const [n, channels, ...input] = g.shape(x);
  const output = g.shape(dy).slice(2);
  const swapped = { kernel: output, strides: dilations, dilations: strides, before, group: n * channels };
  const after = extents(swapped).map((extent, i) => (kernel[i] - 1) * dilations[i] + extent - input[i] - before[i]);
  // what is cut off is cut where the axes are what they seem
  const cut = (pads: readonly number[]) => [0, ...pads.map((p) => Math.min(p, 0)), 0];
  const blocks = g.reshape(g.inChannelBlocks(x), [(n * channels) / block, ...input, block]);
  const whole = g.pad(blocks, cut(before), cut(after));
  const pictures = g.reshape(whole, [1, n * channels, ...g.shape(whole).slice(1, 3)]);
  const kernels = g.reshape(g.inChannelBlocks(dy), [n * channels, 1, ...output]);
  const padded = { ...swapped, before: before.map((p) => Math.max(p, 0)) };
  const taps = convolve(pictures, kernels, padded, kernel, g, BLOCKED_DOMAIN);
  const summed = g.sumTo(g.reshape(taps, [n, channels / block, ...kernel, block]), [
    channels / block,
    ...kernel,
    block,
  ]);
  return g.reshape(g.transpose(summed, [0, 3, 1, 2]), [channels, 1, ...kernel]);
}
