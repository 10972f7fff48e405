import { attribute, type Attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';

/** A value with its channels on axis 1, where ONNX's spatial operators have them. */
export interface ChannelsFirst {
  readonly value: TensorValue & { readonly shape: Shape };
  /** Back to the file's layout. */
  readonly restore: (y: TensorValue) => TensorValue & { readonly shape: Shape };
}

/** The input of a layer over `rank` spatial axes, moved to channels-first if the layer says channels_last (the default). */
export function channelsFirst(scope: LayerScope, x: TensorValue | undefined, rank: number): ChannelsFirst {
  const input = scope.ranked(x, rank + 2);
  const format = scope.string('data_format', 'channels_last').toLowerCase().replace('_', '');
  if (format === 'channelsfirst') return { value: input, restore: (y) => scope.ranked(y, rank + 2) };
  if (format !== 'channelslast') throw new NotLowered(say`its data_format is neither channels_last nor channels_first`);
  return moveToAxis1(scope, input, rank + 1);
}

/** The same for any axis. */
export function moveToAxis1(scope: LayerScope, x: TensorValue & { shape: Shape }, axis: number): ChannelsFirst {
  const { there, back } = ordersTo1(x.shape.length, axis);
  return {
    value: scope.layout(x, there, 'channels_first'),
    restore: (y) => scope.layout(scope.ranked(y, there.length), back, 'channels_last'),
  };
}

interface Orders {
  readonly there: readonly number[];
  readonly back: readonly number[];
}

const ordersByRank: Orders[][] = [];

/** The orders of axes that move an axis to axis 1 and back; a model asks for the same few over and over. */
function ordersTo1(rank: number, axis: number): Orders {
  const ofRank = (ordersByRank[rank] ??= []);
  let orders = ofRank[axis];
  if (orders === undefined) {
    const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
    const there = [others[0], axis, ...others.slice(1)];
    ofRank[axis] = orders = { there, back: there.map((_, i) => there.indexOf(i)) };
  }
  return orders;
}

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: 'same' | 'valid' | 'causal';
}

export function paddingOf(scope: LayerScope, allowed: readonly Window['padding'][]): Window['padding'] {
  const padding = scope.string('padding', 'valid').toLowerCase() as Window['padding'];
  if (!allowed.includes(padding)) throw new NotLowered(say`its padding is not one of ${allowed.join(', ')}`);
  return padding;
}

/**
 * Padding and output sizes of a window that slides over `sizes`, as TensorFlow counts them: `same` gives ceil(n / stride)
 * outputs and puts the odd padding at the end, `valid` pads nothing, `causal` pads the beginning by what the window reaches back.
 * Where a size is open, ONNX's SAME_UPPER computes the same while running.
 */
export function slide(
  sizes: Shape,
  { kernel, strides, dilations, padding }: Window,
): { attributes: Record<string, Attribute>; sizes: Shape } {
  const reach = kernel.map((k, i) => (k - 1) * dilations[i] + 1);
  const begins: (number | null)[] = [];
  const ends: (number | null)[] = [];
  const results = sizes.map((n, i) => {
    const stride = strides[i];
    if (padding === 'same') {
      const result = n === null ? null : Math.ceil(n / stride);
      // with stride 1 the padding is the same for every size
      const total =
        stride === 1 ? reach[i] - 1 : result === null ? null : Math.max(0, (result - 1) * stride + reach[i] - n!);
      begins.push(total === null ? null : Math.floor(total / 2));
      ends.push(total === null ? null : Math.ceil(total / 2));
      return result;
    }
    const before = padding === 'causal' ? reach[i] - 1 : 0;
    begins.push(before);
    ends.push(0);
    if (n === null) return null;
    const room = n + before - reach[i];
    if (room < 0) throw new NotLowered(say`its window of ${reach[i]} does not fit into an axis of ${n}`);
    return Math.floor(room / stride) + 1;
  });
  const pads = [...begins, ...ends];
  const padAttributes: Record<string, Attribute> = pads.every((p): p is number => p !== null)
    ? { pads: attribute.ints(pads) }
    : { auto_pad: attribute.string('SAME_UPPER') };
  return {
    attributes: { kernel_shape: attribute.ints(kernel), strides: attribute.ints(strides), ...padAttributes },
    sizes: results,
  };
}
