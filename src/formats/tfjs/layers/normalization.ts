import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type Shape } from '../layerScope';
import type { LayerLowering } from './lowering';
import { moveToAxis1 } from './spatial';

/** TensorFlow's defaults; ONNX's own are 1e-5 and 0.9. */
const EPSILON = 1e-3;
const MOMENTUM = 0.99;

function axesOf(scope: LayerScope, rank: number): number[] {
  const axes = scope.integers('axis', -1).map((a) => (a < 0 ? a + rank : a));
  if (axes.some((a) => a < 0 || a >= rank) || new Set(axes).size !== axes.length) {
    throw new NotLowered(say`its axis does not name axes of an input with ${rank}`);
  }
  return axes;
}

/** The running statistics normalize; momentum weights the old value in Keras as in ONNX. */
const batchNormalization: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const axes = axesOf(scope, input.shape.length);
  if (axes.length !== 1)
    throw new NotLowered(say`it keeps statistics for several axes, where TensorFlow.js knows one alone`);
  if (input.shape.length < 2) throw new NotLowered(say`its input has no channel axis beside the batch`);
  const channels: Shape = [input.shape[axes[0]]];
  const scale = scope.flag('scale', true) ? scope.weight('gamma', channels) : undefined;
  const shift = scope.flag('center', true) ? scope.weight('beta', channels) : undefined;
  const mean = scope.weight('moving_mean', channels);
  const variance = scope.weight('moving_variance', channels);
  const { value, restore } = moveToAxis1(scope, input, axes[0]);
  const y = scope.emit(
    'BatchNormalization',
    [
      value,
      scale?.name ?? scope.filled(1, mean.dims, 'no_gamma'),
      shift?.name ?? scope.filled(0, mean.dims, 'no_beta'),
      mean.name,
      variance.name,
    ],
    {
      epsilon: attribute.float(scope.number('epsilon', EPSILON)),
      momentum: attribute.float(scope.number('momentum', MOMENTUM)),
    },
    { shape: value.shape },
  );
  return [restore(y)];
};

/** Over the axes that the layer names, moved to the end where ONNX's operator has them (opset 17). */
const layerNormalization: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const rank = input.shape.length;
  const axes = axesOf(scope, rank);
  const dims = axes.map((a) => input.shape[a]);
  const scale = scope.flag('scale', true) ? scope.weight('gamma', dims) : undefined;
  const shift = scope.flag('center', true) ? scope.weight('beta', dims) : undefined;
  const sizes = scale?.dims ?? shift?.dims ?? dims.filter((d): d is number => d !== null);
  if (sizes.length !== dims.length) throw new NotLowered(say`the sizes of its axes are not known`);
  const order = [...input.shape.map((_, i) => i).filter((i) => !axes.includes(i)), ...axes];
  const value = scope.layout(input, order, 'axes_last');
  const y = scope.emit(
    'LayerNormalization',
    [value, scale?.name ?? scope.filled(1, sizes, 'no_gamma'), ...(shift === undefined ? [] : [shift.name])],
    {
      axis: attribute.int(rank - axes.length),
      epsilon: attribute.float(scope.number('epsilon', EPSILON)),
    },
    { shape: value.shape },
  );
  const back = order.map((_, i) => order.indexOf(i));
  return [scope.layout({ ...y, shape: value.shape }, back, 'axes_back')];
};

export const normalizationLayers: Readonly<Record<string, LayerLowering>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
};
