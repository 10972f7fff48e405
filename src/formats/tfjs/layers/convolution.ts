import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type TensorValue } from '../layerScope';
import { fusedActivation } from './activations';
import type { LayerLowering } from './lowering';
import { channelsFirst, paddingOf, slide, type Window } from './spatial';

/** From `[...kernel, a, b]` to ONNX's `[b, a, ...kernel]`. */
function channelsBeforeKernel(rank: number): number[] {
  return [rank + 1, rank, ...Array.from({ length: rank }, (_, i) => i)];
}

function biasOf(scope: LayerScope, filters: number | null): string[] {
  return scope.flag('use_bias', true) ? [scope.weight('bias', [filters]).name] : [];
}

/** Conv1D, Conv2D, Conv3D: kernel `[...kernel, in / groups, filters]`. */
function convolution(rank: number): LayerLowering {
  const order = channelsBeforeKernel(rank);
  return (scope, [x]) => {
    const { value, restore } = channelsFirst(scope, x, rank);
    const [batch, channels, ...sizes] = value.shape;
    const filters = scope.size('filters');
    const groups = scope.has('groups') ? scope.size('groups') : 1;
    if (channels !== null && channels % groups !== 0)
      throw new NotLowered(say`its groups do not divide its input channels`);
    const window: Window = {
      kernel: scope.sizes('kernel_size', rank),
      strides: scope.sizes('strides', rank, 1),
      dilations: scope.sizes('dilation_rate', rank, 1),
      padding: paddingOf(scope, rank === 1 ? ['same', 'valid', 'causal'] : ['same', 'valid']),
    };
    const perGroup = channels === null ? null : channels / groups;
    const kernel = scope.weight('kernel', [...window.kernel, perGroup, filters], { order });
    const bias = biasOf(scope, filters);
    const slid = slide(sizes, window);
    const attributes = {
      ...slid.attributes,
      dilations: attribute.ints(window.dilations),
      group: attribute.int(groups),
    };
    const y = scope.emit('Conv', [value, kernel.name, ...bias], attributes, { shape: [batch, filters, ...slid.sizes] });
    return [fusedActivation(scope, restore(y))];
  };
}

/** A depthwise kernel `[h, w, in, multiplier]` as the kernel of a convolution with as many groups as inputs. */
function depthwise(
  scope: LayerScope,
  value: TensorValue & { shape: readonly (number | null)[] },
  window: Window,
  part?: string,
): { apply: (bias: readonly string[]) => TensorValue; channels: number } {
  const [batch, channels, ...sizes] = value.shape;
  // tfjs does not write the setting of SeparableConv2D; the weights tell
  const multiplier = scope.has('depth_multiplier')
    ? scope.size('depth_multiplier')
    : (scope.storedShape('depthwise_kernel', 0)?.[3] ?? 1);
  const kernel = scope.weight('depthwise_kernel', [...window.kernel, channels, multiplier], {
    order: [2, 3, 0, 1],
    regroup: ([inputs, times, h, w]) => [inputs * times, 1, h, w],
  });
  const slid = slide(sizes, window);
  const groups = Math.max(1, Math.floor(kernel.dims[0] / Math.max(1, multiplier)));
  const attributes = {
    ...slid.attributes,
    dilations: attribute.ints(window.dilations),
    group: attribute.int(groups),
  };
  const shape = [batch, kernel.dims[0], ...slid.sizes];
  return {
    channels: kernel.dims[0],
    apply: (bias) => scope.emit('Conv', [value, kernel.name, ...bias], attributes, { shape, part }),
  };
}

const depthwiseConv2D: LayerLowering = (scope, [x]) => {
  const { value, restore } = channelsFirst(scope, x, 2);
  scope.ignored('dilation_rate', [1]);
  const convolved = depthwise(scope, value, {
    kernel: scope.sizes('kernel_size', 2),
    strides: scope.sizes('strides', 2, 1),
    dilations: [1, 1],
    padding: paddingOf(scope, ['same', 'valid']),
  });
  const y = convolved.apply(biasOf(scope, convolved.channels));
  return [fusedActivation(scope, restore(y))];
};

/** A depthwise convolution and a 1x1 convolution over its channels; the bias belongs to the second. */
const separableConv2D: LayerLowering = (scope, [x]) => {
  const { value, restore } = channelsFirst(scope, x, 2);
  const filters = scope.size('filters');
  const convolved = depthwise(
    scope,
    value,
    {
      kernel: scope.sizes('kernel_size', 2),
      strides: scope.sizes('strides', 2, 1),
      dilations: scope.sizes('dilation_rate', 2, 1),
      padding: paddingOf(scope, ['same', 'valid']),
    },
    'depthwise',
  );
  const pointwise = scope.weight('pointwise_kernel', [1, 1, convolved.channels, filters], {
    order: channelsBeforeKernel(2),
  });
  const bias = biasOf(scope, filters);
  const middle = convolved.apply([]);
  const shape = [value.shape[0], filters, ...(middle.shape ?? []).slice(2)];
  const y = scope.emit('Conv', [middle, pointwise.name, ...bias], { kernel_shape: attribute.ints([1, 1]) }, { shape });
  return [fusedActivation(scope, restore(y))];
};

/**
 * Conv2DTranspose, Conv3DTranspose: kernel `[...kernel, filters, in]`. The output has n * stride elements (`same`) or
 * n * stride + max(kernel - stride, 0) (`valid`); what the kernel covers beyond that is cut, the larger part at the end,
 * as in the gradient of TensorFlow's convolution.
 */
function transposedConvolution(rank: number): LayerLowering {
  return (scope, [x]) => {
    const { value, restore } = channelsFirst(scope, x, rank);
    const [batch, channels, ...sizes] = value.shape;
    const filters = scope.size('filters');
    const kernelShape = scope.sizes('kernel_size', rank);
    const strides = scope.sizes('strides', rank, 1);
    const same = paddingOf(scope, ['same', 'valid']) === 'same';
    scope.ignored('dilation_rate', [1]);
    scope.ignored('output_padding', []);
    const kernel = scope.weight('kernel', [...kernelShape, filters, channels], { order: channelsBeforeKernel(rank) });
    const bias = biasOf(scope, filters);
    const excess = kernelShape.map((k, i) => Math.max(0, k - strides[i]));
    const cut = same ? excess : excess.map(() => 0);
    const attributes = {
      kernel_shape: attribute.ints(kernelShape),
      strides: attribute.ints(strides),
      pads: attribute.ints([...cut.map((c) => Math.floor(c / 2)), ...cut.map((c) => Math.ceil(c / 2))]),
      output_padding: attribute.ints(kernelShape.map((k, i) => Math.max(0, strides[i] - k))),
    };
    const outputs = sizes.map((n, i) => (n === null ? null : n * strides[i] + (same ? 0 : excess[i])));
    const y = scope.emit('ConvTranspose', [value, kernel.name, ...bias], attributes, {
      shape: [batch, filters, ...outputs],
    });
    return [fusedActivation(scope, restore(y))];
  };
}

export const convolutionLayers: Readonly<Record<string, LayerLowering>> = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  DepthwiseConv2D: depthwiseConv2D,
  SeparableConv2D: separableConv2D,
  Conv2DTranspose: transposedConvolution(2),
  Conv3DTranspose: transposedConvolution(3),
};
