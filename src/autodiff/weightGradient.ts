import {
  blockedDepthwiseGradient,
  blockedWeightGradient,
  canBlockDepthwiseGradient,
  canBlockWeightGradient,
} from './blockedWeightGradient';
import { backwards, convolve, turnedKernel, type Convolution } from './convolution';
import type { GradientBuilder } from './gradientBuilder';
import { exchange, product, range, type Shape } from './shapes';
import { extents } from './window';
import { canTransform, transformedWeightGradient } from './winograd';

/** Elements that one unrolled input may have; beyond it the batch is taken in parts (128 MiB of float32). */
const LARGEST_UNROLLED = 2 ** 25;
/** Parts of a batch; each adds some nodes. */
const MOST_PARTS = 128;

/** From this many taps a convolution with batch and channels exchanged is as fast as unrolling, and takes no memory. */
const MANY_TAPS = 49;

/** Elements of the constant that unrolls all channels in one grouped convolution (1 MiB of float32). */
const LARGEST_SELECTOR = 2 ** 18;

/** Depthwise: up to this many taps, on at least so many positions, a product and a sum per tap are faster than a convolution. */
const FEW_TAPS = 9;
const MANY_POSITIONS = 256;

/**
 * dW [M, C/group, kernel...] of Y = Conv(X, W) from X [N, C, in...] and dY [N, M, out...].
 *
 * The ways differ in speed alone. Unrolling (im2col: each channel becomes one channel per tap of the kernel) is itself a
 * convolution, with one-hot kernels; it takes care of strides, dilations and padding and is faster than slicing.
 */
export function weightGradient(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const { group, kernel, strides } = conv;
  if (canBlockWeightGradient(x, dy, conv, g)) return blockedWeightGradient(x, dy, conv, g);
  if (canBlockDepthwiseGradient(x, dy, conv, g)) return blockedDepthwiseGradient(x, dy, conv, g);
  const [n, m, ...output] = g.shape(dy);
  const [, channels, ...input] = g.shape(x);
  const back = backwards(conv);
  if (canTransform(dy, channels, input, back, 'weightGradient', g)) return transformedWeightGradient(x, dy, back, g);
  const taps = product(kernel);
  const positions = product(output);
  const unit = strides.every((s) => s === 1);
  if (channels === group) {
    const perTap = m === group && unit && taps <= FEW_TAPS && positions >= MANY_POSITIONS;
    return perTap ? depthwisePerTap(x, dy, conv, g) : depthwiseExchanged(x, dy, conv, g);
  }
  if (taps >= MANY_TAPS) return exchanged(x, dy, conv, g);
  const rows = kernel[0];
  const shared = strides[0] === 1 && kernel.length > 1 && rows > 1 ? (channels * taps) / rows + m * rows : Infinity;
  if (unit && m * taps < Math.min(channels * taps, shared)) {
    // fewer channels on the other side: unroll the cotangent instead
    return turnedKernel(weightGradient(dy, x, back, g), group, g);
  }
  const unrolled = Math.min(channels * taps, shared);
  const parts = Math.min(n, MOST_PARTS, Math.ceil((n * unrolled * positions) / LARGEST_UNROLLED));
  if (parts > 1) return inParts(x, dy, parts, (part, dPart) => byUnrolling(part, dPart, conv, shared, g), g);
  return byUnrolling(x, dy, conv, shared, g);
}

/** @param shared rows of the unrolled sides when the taps are divided between them; Infinity where they cannot be */
function byUnrolling(x: string, dy: string, conv: Convolution, shared: number, g: GradientBuilder): string {
  const { group, kernel } = conv;
  const [, m, ...output] = g.shape(dy);
  const channels = g.shape(x)[1];
  const taps = product(kernel);
  const positions = product(output);
  const perSample = ((m / group) * channels * taps) / group;
  const moved = ((m + channels) / group) * positions;
  // one product per sample needs a sum over samples, which outweighs bringing the samples together when W is large
  const together = perSample > 4 * moved && kernel.length < 3;
  if (shared < channels * taps) return sharedUnrolling(x, dy, conv, together, g);
  return together ? inOneProduct(x, dy, conv, g) : bySample(x, dy, conv, g);
}

/**
 * The taps along the first axis (rows) unrolled on the cotangent, the others on X, so that both products' sides are small and
 * square: with row r = h + i d - p of X, dW[m, c, i, j] = sum over n, r, w of dY[n, m, r - i d + p, w] X[n, c, r, w s + j d - p].
 * At stride 1 along the rows.
 */
function sharedUnrolling(x: string, dy: string, conv: Convolution, together: boolean, g: GradientBuilder): string {
  const { group, kernel, dilations, before } = conv;
  const [n, m, ...output] = g.shape(dy);
  const [, channels, ...input] = g.shape(x);
  const [rows, ...columns] = kernel;
  const places = [input[0], ...output.slice(1)];
  const first = (list: readonly number[], value: number) => [value, ...list.slice(1)];
  const rest = (list: readonly number[], value: number) => [list[0], ...list.slice(1).map(() => value)];
  const onX: Convolution = {
    group,
    kernel: first(kernel, 1),
    strides: conv.strides,
    dilations: first(dilations, 1),
    before: first(before, 0),
  };
  const onDy: Convolution = {
    group,
    kernel: rest(kernel, 1),
    strides: kernel.map(() => 1),
    dilations: rest(dilations, 1),
    before: rest([(rows - 1) * dilations[0] - before[0], ...before.slice(1)], 0),
  };
  const taps = product(columns);
  const [a, b] = [
    { value: x, conv: onX, size: (channels / group) * taps, order: 'forward' as const },
    // dY meets the rows in reverse order
    { value: dy, conv: onDy, size: (m / group) * rows, order: 'backward' as const },
  ].map(({ value, conv, size, order }) => {
    if (!together) {
      const lead = group === 1 ? [n] : [n, group];
      return g.reshape(unroll(value, conv, places, g, order), [...lead, size, product(places)]);
    }
    const exchanged = withSamplesBehind(value, g);
    const unrolled = unroll(exchanged, overSamples(conv), [n, ...places], g, order);
    const lead = group === 1 ? [] : [group];
    return g.reshape(unrolled, [...lead, size, n * product(places)]);
  });
  const summed = ((): string => {
    if (together && group === 1) return g.gemm(a, b, { transB: true });
    const products = g.matMul(a, g.transposeMatrix(b));
    return together ? products : g.sumTo(products, g.shape(products).slice(1));
  })();
  // [g, C/g, columns, M/g, rows] to [M, C/g, rows, columns]
  const apart = g.reshape(summed, [group, channels / group, taps, m / group, rows]);
  return g.reshape(g.transpose(apart, [0, 3, 1, 4, 2]), [m, channels / group, ...kernel]);
}

/** [N, C, ...] to [1, C, N, ...]: the samples become a spatial axis. */
function withSamplesBehind(x: string, g: GradientBuilder): string {
  const [n, channels, ...spatial] = g.shape(x);
  return g.reshape(g.transpose(x, exchange(spatial.length + 2, 0, 1)), [1, channels, n, ...spatial]);
}

function overSamples(conv: Convolution): Convolution {
  return {
    group: conv.group,
    kernel: [1, ...conv.kernel],
    strides: [1, ...conv.strides],
    dilations: [1, ...conv.dilations],
    before: [0, ...conv.before],
  };
}

/** The sum of what `work` makes of each part of the batch. */
function inParts(
  x: string,
  dy: string,
  parts: number,
  work: (x: string, dy: string) => string,
  g: GradientBuilder,
): string {
  const n = g.shape(x)[0];
  const sums = range(parts).map((i) => {
    const start = Math.floor((n * i) / parts);
    const part = [{ axis: 0, start, count: Math.floor((n * (i + 1)) / parts) - start }];
    return work(g.slice(x, part), g.slice(dy, part));
  });
  return g.sum(sums);
}

/** A product [C taps, positions] x [positions, M] per sample and group, then the sum over samples. */
function bySample(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const { group, kernel } = conv;
  const [n, m, ...output] = g.shape(dy);
  const columns = (g.shape(x)[1] / group) * product(kernel);
  const lead = group === 1 ? [n] : [n, group];
  const unrolled = g.reshape(unroll(x, conv, output, g), [...lead, columns, product(output)]);
  const cotangent = g.transposeMatrix(g.reshape(dy, [...lead, m / group, product(output)]));
  const perSample = g.matMul(unrolled, cotangent);
  const summed = g.sumTo(perSample, g.shape(perSample).slice(1));
  return g.reshape(g.transposeMatrix(summed), [m, columns / product(kernel), ...kernel]);
}

/** One product [M, N positions] x [N positions, C taps] per group, with channels brought before samples. */
function inOneProduct(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const { group, kernel } = conv;
  const [n, m, ...output] = g.shape(dy);
  const channels = g.shape(x)[1];
  const columns = (channels / group) * product(kernel);
  const places = n * product(output);
  const unrolled = unroll(withSamplesBehind(x, g), overSamples(conv), [n, ...output], g);
  const cotangent = g.transpose(dy, exchange(output.length + 2, 0, 1));
  const result = [m, channels / group, ...kernel];
  if (group === 1) {
    const rows = g.reshape(unrolled, [columns, places]);
    return g.reshape(g.gemm(g.reshape(cotangent, [m, places]), rows, { transB: true }), result);
  }
  const rows = g.transposeMatrix(g.reshape(unrolled, [group, columns, places]));
  return g.reshape(g.matMul(g.reshape(cotangent, [group, m / group, places]), rows), result);
}

/** Order of the taps of a channel that is unrolled. */
type Order = 'forward' | 'backward';

/**
 * X [N, C, in...] to [N, C taps, out...]: channel c, tap t holds what tap t of the kernel meets on channel c. The one-hot
 * kernels are given for all channels at once where they are small, which is faster, else one channel is taken at a time.
 */
function unroll(x: string, conv: Convolution, output: Shape, g: GradientBuilder, order: Order = 'forward'): string {
  const { kernel, strides, dilations, before } = conv;
  const [n, channels, ...input] = g.shape(x);
  const taps = product(kernel);
  if (taps === 1) return onlyTap(x, conv, output, g);
  const whole = channels * taps * taps <= LARGEST_SELECTOR;
  const group = whole ? channels : 1;
  const meets = (row: number) => (order === 'forward' ? row % taps : taps - 1 - (row % taps));
  const selector = g.constant(
    `selector ${order} ${group} ${kernel.join()}`,
    [group * taps, 1, ...kernel],
    g.dtype(x),
    (i) => (meets(Math.floor(i / taps)) === i % taps ? 1 : 0),
  );
  const source = whole ? x : g.reshape(x, [n * channels, 1, ...input]);
  const unrolled = convolve(source, selector, { kernel, strides, dilations, before, group }, output, g);
  return g.reshape(unrolled, [n, channels * taps, ...output]);
}

/** A kernel of one element meets X itself, padded or cut and thinned out. */
function onlyTap(x: string, { strides, before }: Convolution, output: Shape, g: GradientBuilder): string {
  const input = g.shape(x).slice(2);
  const after = output.map((count, i) => (count - 1) * strides[i] + 1 - input[i] - before[i]);
  const missing = (pads: readonly number[]) => [0, 0, ...pads.map((p) => Math.max(p, 0))];
  return g.slice(
    g.pad(x, missing(before), missing(after)),
    output.map((count, i) => ({ axis: i + 2, start: Math.max(-before[i], 0), count, step: strides[i] })),
  );
}

/**
 * A convolution of X with dY as its kernel: batch and channels exchanged, strides and dilations exchanged. Where the
 * stride left a remainder the result is larger than the kernel, which `convolve` avoids by padding less.
 */
function exchanged(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const { group, kernel } = conv;
  const [n, channels, ...input] = g.shape(x);
  const rank = input.length;
  const [, m, ...output] = g.shape(dy);
  const grouped = g.reshape(x, [n, group, channels / group, ...input]);
  // [N, g, C/g, in...] to [C/g, g N, in...]
  const order = [2, 1, 0, ...range(rank).map((i) => i + 3)];
  const samples = g.reshape(g.transpose(grouped, order), [channels / group, group * n, ...input]);
  const kernels = g.transpose(dy, exchange(rank + 2, 0, 1));
  const swapped = { ...conv, kernel: output, strides: conv.dilations, dilations: conv.strides };
  const result = convolve(samples, kernels, swapped, kernel, g);
  return g.reshape(g.transpose(result, exchange(rank + 2, 0, 1)), [m, channels / group, ...kernel]);
}

/** As `exchanged`, with every channel of every sample a group of its own, summed over the samples. */
function depthwiseExchanged(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const [n, channels, ...input] = g.shape(x);
  const [, m, ...output] = g.shape(dy);
  const { dilations, strides, before, kernel } = conv;
  const swapped = { kernel: output, strides: dilations, dilations: strides, before, group: n * channels };
  const samples = g.reshape(x, [1, n * channels, ...input]);
  const perSample = convolve(samples, g.reshape(dy, [n * m, 1, ...output]), swapped, kernel, g);
  return g.sumTo(g.reshape(perSample, [n, m, 1, ...kernel]), [m, 1, ...kernel]);
}

/** One sum of products per tap; stride 1. */
function depthwisePerTap(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const [, m, ...output] = g.shape(dy);
  const input = g.shape(x).slice(2);
  const { kernel, dilations, before } = conv;
  const after = extents(conv).map((extent, i) => output[i] - 1 + extent - input[i] - before[i]);
  const padded = g.pad(x, [0, 0, ...before], [0, 0, ...after]);
  const sums = offsets(kernel).map((offset) => {
    const axes = offset.map((o, i) => ({ axis: i + 2, start: o * dilations[i], count: output[i] }));
    return g.reshape(g.sumTo(g.mul(g.slice(padded, axes), dy), [m, ...output.map(() => 1)]), [m, 1]);
  });
  return g.reshape(g.concat(sums, 1), [m, 1, ...kernel]);
}

/** All positions in a box of the given sizes, row-major. */
function offsets(sizes: Shape): number[][] {
  return sizes.reduce<number[][]>((all, size) => all.flatMap((head) => range(size).map((i) => [...head, i])), [[]]);
}
