import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered } from '../../tfjs/layerScope';
import type { KeyedForm, NodeScope, ShapedValue } from '../nodeScope';
import { fusedOperators } from './fused';
import type { OperatorLowering } from './operator';
import { spatialInput, windowOf } from './window';

/** From `[...kernel, a, b]` to ONNX's `[b, a, ...kernel]`. */
function channelsBeforeKernel(rank: number): number[] {
  return [rank + 1, rank, ...Array.from({ length: rank }, (_, i) => i)];
}

/** The kernel in ONNX's order, and its sizes as stated. */
function kernelOf(scope: NodeScope, input: number, form: KeyedForm): { value: ShapedValue; stated: readonly number[] } {
  const constant = scope.constant(input);
  const rank = form.order!.length;
  const dims = constant?.dims ?? scope.x(input).shape;
  if (dims?.length !== rank || !dims.every((d): d is number => d !== null && d > 0)) {
    throw new NotLowered(say`the shape of its kernel is not known`);
  }
  if (constant !== undefined) return { value: scope.constantAs(constant, form), stated: dims };
  if (form.regroup !== undefined) throw new NotLowered(say`its kernel is computed`);
  const shape = form.order!.map((axis) => dims[axis]);
  const moved = scope.emit(
    'Transpose',
    [scope.x(input)],
    { perm: attribute.ints(form.order!) },
    { shape, part: 'kernel' },
  );
  return { value: { ...moved, shape }, stated: dims };
}

/** Conv2D, Conv3D: kernel `[...kernel, in / groups, filters]`; the groups follow from the data's channels. */
function convolution(rank: number): OperatorLowering {
  return (scope) => {
    const { value, channelsLast, restore } = spatialInput(scope, scope.x(0), rank);
    const kernel = kernelOf(scope, 1, { key: 'convolution', order: channelsBeforeKernel(rank) });
    const [batch, channels, ...sizes] = value.shape;
    const [perGroup, filters] = kernel.stated.slice(rank);
    if (channels !== null && channels % perGroup !== 0)
      throw new NotLowered(say`its kernel does not fit the channels of its input`);
    const { attributes, sizes: results } = windowOf(scope, sizes, kernel.stated.slice(0, rank), channelsLast);
    const group = attribute.int(channels === null ? 1 : channels / perGroup);
    return fusedOperators(scope, 2, (bias) => {
      const shape = [batch, filters, ...results];
      return restore(scope.emit('Conv', [value, kernel.value, ...bias], { ...attributes, group }, { shape }));
    });
  };
}

/** A depthwise kernel `[h, w, in, multiplier]` as that of a convolution with as many groups as input channels. */
const depthwise: OperatorLowering = (scope) => {
  const { value, channelsLast, restore } = spatialInput(scope, scope.x(0), 2);
  const kernel = kernelOf(scope, 1, {
    key: 'depthwise',
    order: [2, 3, 0, 1],
    regroup: ([inputs, times, h, w]) => [inputs * times, 1, h, w],
  });
  const [batch, channels, ...sizes] = value.shape;
  const [h, w, inputs, times] = kernel.stated;
  if (channels !== null && channels !== inputs)
    throw new NotLowered(say`its kernel does not fit the channels of its input`);
  const { attributes, sizes: results } = windowOf(scope, sizes, [h, w], channelsLast);
  return fusedOperators(scope, 2, (bias) => {
    const shape = [batch, inputs * times, ...results];
    const group = attribute.int(inputs);
    return restore(scope.emit('Conv', [value, kernel.value, ...bias], { ...attributes, group }, { shape }));
  });
};

/**
 * The gradient of a convolution with respect to its input, which models use as a transposed convolution: inputs are the
 * output's shape, the kernel `[h, w, out, in]` and the data. Where the shape is computed it is the usual one: n * stride
 * (`SAME`) or n * stride + max(kernel - stride, 0) (`VALID`).
 */
const transposed: OperatorLowering = (scope) => {
  const { value, channelsLast, restore } = spatialInput(scope, scope.x(2), 2);
  const kernel = kernelOf(scope, 1, { key: 'transposed', order: channelsBeforeKernel(2) });
  const window = kernel.stated.slice(0, 2);
  const [batch, , ...sizes] = value.shape;
  const strides = scope.spatial('strides', channelsLast, 2);
  if (scope.spatial('dilations', channelsLast, 2).some((d) => d !== 1)) throw new NotLowered(say`it is dilated`);
  const padding = scope.string('padding', 'VALID');
  if (padding !== 'SAME' && padding !== 'VALID') throw new NotLowered(say`its padding is not known`);
  const stated = scope
    .constant(0)
    ?.atHand?.slice(channelsLast ? 1 : 2)
    .slice(0, 2);
  const excess = window.map((k, i) => Math.max(0, k - strides[i]));
  const outputs = sizes.map((n, i) => {
    if (stated !== undefined && stated[i] > 0) return stated[i];
    return n === null ? null : n * strides[i] + (padding === 'SAME' ? 0 : excess[i]);
  });
  const cuts = window.map((k, i) => {
    const n = sizes[i];
    const size = outputs[i];
    if (padding === 'VALID') return 0;
    return n === null || size === null ? excess[i] : Math.max(0, (n - 1) * strides[i] + k - size);
  });
  const rest = window.map((k, i) => {
    const n = sizes[i];
    const size = outputs[i];
    return n === null || size === null ? Math.max(0, strides[i] - k) : size - ((n - 1) * strides[i] + k - cuts[i]);
  });
  if (rest.some((r, i) => r < 0 || r >= strides[i])) throw new NotLowered(say`its output shape does not fit its input`);
  const attributes = {
    kernel_shape: attribute.ints(window),
    strides: attribute.ints(strides),
    pads: attribute.ints([...cuts.map((c) => Math.floor(c / 2)), ...cuts.map((c) => Math.ceil(c / 2))]),
    output_padding: attribute.ints(rest),
  };
  const shape = [batch, kernel.stated[2], ...outputs];
  return [restore(scope.emit('ConvTranspose', [value, kernel.value], attributes, { shape }))];
};

export const convolutionOperators: Readonly<Record<string, OperatorLowering>> = {
  Conv2D: convolution(2),
  _FusedConv2D: convolution(2),
  Conv3D: convolution(3),
  DepthwiseConv2d: depthwise,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  _FusedDepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposed,
};
