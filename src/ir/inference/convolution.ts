import type { Dim } from '../graph';
import { addDims, unknownDims, type Dims } from './dims';
import { tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';

export const convolutionRules: InferenceRules = {
  Conv: (n) => [conv(n, 0, 1, n.dtype(0) ?? n.dtype(1))],
  ConvInteger: (n) => [conv(n, 0, 1, 'int32')],
  QLinearConv: (n) => [conv(n, 0, 3, n.dtype(7) ?? n.dtype(0))],
  DeformConv: (n) => [conv(n, 0, 1, n.dtype(0))],
  ConvTranspose: (n) => [convTranspose(n)],
  CausalConvWithState: causalConv,
};

/** CausalConvWithState (opset 27): X [N, C, length] and W [C, 1, k] give Y like X and the state [N, C, k - 1]. */
function causalConv(n: InferenceNode): Fact[] {
  const [x, w] = [n.shape(0), n.shape(1)];
  const kernel = w?.[2];
  const state = typeof kernel === 'number' && kernel > 0 ? kernel - 1 : null;
  return [tensorFact(n.dtype(0), x), tensorFact(n.dtype(0), x?.length === 3 ? [x[0], x[1], state] : undefined)];
}

/** The window of a convolution or pooling along its spatial axes. */
export interface Window {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly autoPad: string;
}

/** Strides, dilations and pads with their defaults; undefined when their lengths do not fit the number of spatial axes. */
export function windowOf(n: InferenceNode, spatial: number): Window | undefined {
  if (spatial < 0) return undefined;
  const strides = n.ints('strides') ?? new Array<number>(spatial).fill(1);
  const dilations = n.ints('dilations') ?? new Array<number>(spatial).fill(1);
  const pads = n.ints('pads') ?? new Array<number>(2 * spatial).fill(0);
  if (strides.length !== spatial || dilations.length !== spatial || pads.length !== 2 * spatial) return undefined;
  if (strides.some((s) => s < 1) || dilations.some((d) => d < 1)) return undefined;
  return { strides, dilations, pads, autoPad: n.string('auto_pad', 'NOTSET') };
}

/** Conv (opset 1): X [N, C, spatial...], W [M, C / group, kernel...] give [N, M, spatial...]. */
export function conv(n: InferenceNode, data: number, weight: number, dtype: Fact['dtype']): Fact {
  const x = n.shape(data);
  const w = n.shape(weight);
  const rank = x?.length ?? w?.length;
  if (rank === undefined || rank < 3) return tensorFact(dtype);
  const kernel = w?.length === rank ? w.slice(2) : n.ints('kernel_shape');
  const window = windowOf(n, rank - 2);
  const spatial =
    x && kernel?.length === rank - 2 && window ? convolved(x.slice(2), kernel, window) : unknownDims(rank - 2);
  return tensorFact(dtype, [x?.[0] ?? null, w?.[0] ?? null, ...spatial]);
}

function convolved(sizes: Dims, kernel: Dims, { strides, dilations, pads, autoPad }: Window): Dims {
  return sizes.map((size, i): Dim => {
    if (autoPad.startsWith('SAME'))
      return typeof size === 'number' ? Math.ceil(size / strides[i]) : keepIf(size, strides[i]);
    const padding = autoPad === 'VALID' ? 0 : pads[i] + pads[i + sizes.length];
    const k = kernel[i];
    if (typeof k !== 'number') return null;
    const extent = dilations[i] * (k - 1) + 1;
    if (typeof size === 'number') return Math.floor((size + padding - extent) / strides[i]) + 1;
    return padding === extent - 1 ? keepIf(size, strides[i]) : null;
  });
}

/** A symbolic size passes a window that neither strides nor shrinks. */
function keepIf(size: Dim, stride: number): Dim {
  return stride === 1 ? size : null;
}

/**
 * ConvTranspose (opset 1): W [C, M / group, kernel...]; sizes from `output_shape`, else
 * stride * (size - 1) + output_padding + dilation * (kernel - 1) + 1 - pads, or size * stride with SAME padding.
 */
function convTranspose(n: InferenceNode): Fact {
  const x = n.shape(0);
  const w = n.shape(1);
  const dtype = n.dtype(0) ?? n.dtype(1);
  const rank = x?.length ?? w?.length;
  if (rank === undefined || rank < 3) return tensorFact(dtype);
  const channels = typeof w?.[1] === 'number' ? w[1] * n.int('group', 1) : null;
  const spatial = rank - 2;
  const stated = n.ints('output_shape');
  if (stated !== undefined && stated.length >= spatial)
    return tensorFact(dtype, [x?.[0] ?? null, channels, ...stated.slice(stated.length - spatial)]);
  const kernel = w?.length === rank ? w.slice(2) : n.ints('kernel_shape');
  const window = windowOf(n, spatial);
  const extra = n.ints('output_padding') ?? new Array<number>(spatial).fill(0);
  if (!x || !window || kernel?.length !== spatial || extra.length !== spatial)
    return tensorFact(dtype, [x?.[0] ?? null, channels, ...unknownDims(spatial)]);
  const sizes = x.slice(2).map((size, i): Dim => {
    const k = kernel[i];
    if (typeof size !== 'number' || typeof k !== 'number') return null;
    if (window.autoPad.startsWith('SAME')) return size * window.strides[i];
    const padding = window.autoPad === 'VALID' ? 0 : window.pads[i] + window.pads[i + spatial];
    return addDims(window.strides[i] * (size - 1) + extra[i] + window.dilations[i] * (k - 1) + 1, -padding);
  });
  return tensorFact(dtype, [x[0], channels, ...sizes]);
}
