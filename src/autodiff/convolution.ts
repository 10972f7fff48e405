import { attribute, type Attribute } from '../ir/attribute';
import type { GradientBuilder } from './gradientBuilder';
import { exchange, product, range, type Shape } from './shapes';
import { extents, type Window } from './window';

/**
 * Y = Conv(X, W): X [N, C, in...], W [M, C/group, kernel...], Y [N, M, out...]. Its gradients serve Conv and
 * ConvTranspose alike: dY to dX in inputGradient.ts, dW in weightGradient.ts.
 */
export interface Convolution extends Window {
  readonly group: number;
}

/**
 * Y from X and W with just as much padding after the last element as gives `output`; negative padding, before or after,
 * cuts elements off.
 * @param domain of the operator Conv that is used
 */
export function convolve(
  x: string,
  w: string,
  conv: Convolution,
  output: Shape,
  g: GradientBuilder,
  domain = '',
): string {
  const shape = g.shape(x);
  const after = extents(conv).map(
    (extent, i) => (output[i] - 1) * conv.strides[i] + extent - shape[i + 2] - conv.before[i],
  );
  const cut = (pads: readonly number[]) => [0, 0, ...pads.map((p) => Math.min(p, 0))];
  const input = g.pad(x, cut(conv.before), cut(after));
  const pads = [...conv.before, ...after].map((p) => Math.max(p, 0));
  const attributes = { ...attributesOf(conv), ...ints({ pads }) };
  return g.node('Conv', [input, w], [shape[0], g.shape(w)[0], ...output], attributes, g.dtype(x), domain);
}

/** At stride 1: the window of the convolution from output to input that has the kernel turned round. */
export function backwards(conv: Convolution): Convolution {
  return { ...conv, before: extents(conv).map((extent, i) => extent - 1 - conv.before[i]) };
}

/** W [M, C/g, k...] to [C, M/g, k...], turned round on the kernel's axes. */
export function turnedKernel(w: string, group: number, g: GradientBuilder): string {
  const [m, channels, ...kernel] = g.shape(w);
  const rank = kernel.length;
  const turned = g.reverse(w, range(rank + 2).slice(2));
  if (m === group && channels === 1) return turned;
  if (group === 1) return g.transpose(turned, exchange(rank + 2, 0, 1));
  const grouped = g.reshape(turned, [group, m / group, channels, ...kernel]);
  return g.reshape(g.transpose(grouped, exchange(rank + 3, 1, 2)), [group * channels, m / group, ...kernel]);
}

/** As the operators state it. */
export function attributesOf({ kernel, strides, dilations, group }: Convolution): Record<string, Attribute> {
  return { ...ints({ kernel_shape: kernel, strides, dilations }), group: attribute.int(group) };
}

export function ints(lists: Record<string, readonly number[]>): Record<string, Attribute> {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, attribute.ints(list)]));
}

/** The gradient of a bias per channel: the sum over all axes but the second, of shape [C]. */
export function channelSum(dy: string, g: GradientBuilder): string {
  const [n, channels, ...behind] = g.shape(dy);
  if (product(behind) === 1) return g.sumTo(g.reshape(dy, [n, channels]), [channels]);
  return g.sumAxes(dy, [0, ...behind.map((_, i) => i + 2)]);
}
