import { attributesOf, backwards, convolve, ints, turnedKernel, type Convolution } from './convolution';
import type { GradientBuilder } from './gradientBuilder';
import type { Shape } from './shapes';
import { extents } from './window';
import { canTransform, transformedConvolution } from './winograd';

/**
 * dX from dY and W. At stride 1 a convolution with the kernel turned round and its channels exchanged, otherwise
 * ConvTranspose, whose output_padding makes up for what the stride left over.
 */
export function inputGradient(dy: string, w: string, conv: Convolution, input: Shape, g: GradientBuilder): string {
  const [n, , ...output] = g.shape(dy);
  const { strides, before, group } = conv;
  const extent = extents(conv);
  if (strides.every((s) => s === 1)) {
    const back = backwards(conv);
    if (canTransform(dy, g.shape(w)[1], input, back, 'inputGradient', g))
      return transformedConvolution(dy, w, back, input, g, 'turned');
    return convolve(dy, turnedKernel(w, group, g), back, input, g);
  }
  const rest = input.map((size, i) => size - ((output[i] - 1) * strides[i] + extent[i] - before[i]));
  const pads = [...before, ...rest.map((r) => Math.max(-r, 0))];
  const output_padding = rest.map((r) => Math.max(r, 0));
  return g.node('ConvTranspose', [dy, w], [n, g.shape(w)[1] * group, ...input], {
    ...attributesOf(conv),
    ...ints({ pads, output_padding }),
  });
}
