import { say } from '../texts/say';
import type { Call } from './call';
import { NoGradient } from './noGradient';
import type { Shape } from './shapes';

/** How a convolution or pooling window slides over the spatial axes; one entry per axis. */
export interface Window {
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before the first element. Padding after the last one follows from the sizes of input and output. */
  readonly before: readonly number[];
}

/** Elements that the dilated kernel spans, per axis. */
export function extents({ kernel, dilations }: Window): number[] {
  return kernel.map((k, i) => (k - 1) * dilations[i] + 1);
}

/**
 * The window of a Conv or pooling node, with auto_pad resolved.
 * @param input spatial sizes of the input, `output` those of the output.
 */
export function slidingWindow(call: Call, kernel: Shape, input: Shape, output: Shape): Window {
  return window(call, kernel, (i, extent, stride) => (output[i] - 1) * stride + extent - input[i]);
}

/** The window of a ConvTranspose node, `output_shape` and auto_pad resolved. `input` and `output` are its own. */
export function transposedWindow(call: Call, kernel: Shape, input: Shape, output: Shape): Window {
  const extra = call.ints('output_padding') ?? kernel.map(() => 0);
  const total = (i: number, extent: number, stride: number) => (input[i] - 1) * stride + extra[i] + extent - output[i];
  return window(call, kernel, total, call.ints('output_shape') !== undefined);
}

/** @param total the padding on both sides together that makes the sizes fit. */
function window(
  call: Call,
  kernel: Shape,
  total: (axis: number, extent: number, stride: number) => number,
  fitPads = false,
): Window {
  const ones = kernel.map(() => 1);
  const strides = call.ints('strides') ?? ones;
  const dilations = call.ints('dilations') ?? ones;
  const pads = call.ints('pads') ?? [...kernel, ...kernel].map(() => 0);
  const autoPad = call.string('auto_pad', 'NOTSET');
  if (strides.length !== kernel.length || dilations.length !== kernel.length || pads.length !== 2 * kernel.length) {
    throw new NoGradient(say`its strides, dilations or pads do not fit its kernel`);
  }
  const result = { kernel, strides, dilations, before: pads.slice(0, kernel.length) };
  if (autoPad === 'VALID') return { ...result, before: kernel.map(() => 0) };
  if (autoPad === 'NOTSET' && !fitPads) return result;
  // an odd element of padding goes to the end for SAME_UPPER only (ConvTranspose says so for output_shape as well)
  const half = autoPad === 'SAME_UPPER' ? Math.floor : Math.ceil;
  const before = extents(result).map((extent, i) => half(Math.max(total(i, extent, strides[i]), 0) / 2));
  return { ...result, before };
}
