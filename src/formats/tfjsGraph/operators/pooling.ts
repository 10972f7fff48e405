import { attribute } from '../../../ir/attribute';
import { NotLowered } from '../../tfjs/layerScope';
import type { OperatorLowering } from './operator';
import { spatialInput, windowOf } from './window';

/** An average counts the elements inside the input only. */
function pooling(opType: 'MaxPool' | 'AveragePool', rank: number): OperatorLowering {
  return (scope) => {
    const { value, channelsLast, restore } = spatialInput(scope, scope.x(0), rank);
    const [batch, channels, ...sizes] = value.shape;
    const kernel = scope.spatial('ksize', channelsLast, rank);
    const { attributes, sizes: results } = windowOf(scope, sizes, kernel, channelsLast);
    return [restore(scope.emit(opType, [value], attributes, { shape: [batch, channels, ...results] }))];
  };
}

/** Blocks of space to channels and back; ONNX's order of the new channels is TensorFlow's (mode DCR). */
function blocks(opType: 'SpaceToDepth' | 'DepthToSpace'): OperatorLowering {
  return (scope) => {
    const { value, restore } = spatialInput(scope, scope.x(0), 2);
    const size = scope.size('block_size');
    const [batch, channels, ...sizes] = value.shape;
    const squared = size * size;
    const toDepth = opType === 'SpaceToDepth';
    const shape = [
      batch,
      channels === null ? null : toDepth ? channels * squared : Math.floor(channels / squared),
      ...sizes.map((n) => (n === null ? null : toDepth ? Math.floor(n / size) : n * size)),
    ];
    return [restore(scope.emit(opType, [value], { blocksize: attribute.int(size) }, { shape }))];
  };
}

/** TensorFlow sums over 2r + 1 channels; ONNX divides alpha by their number. */
const localResponse: OperatorLowering = (scope) => {
  const { value, restore } = spatialInput(scope, scope.x(0), 2);
  const radius = scope.number('depth_radius', 5);
  if (!Number.isSafeInteger(radius) || radius < 0) throw new NotLowered('its depth_radius is no count');
  const size = 2 * radius + 1;
  const attributes = {
    size: attribute.int(size),
    alpha: attribute.float(scope.number('alpha', 1) * size),
    beta: attribute.float(scope.number('beta', 0.5)),
    bias: attribute.float(scope.number('bias', 1)),
  };
  return [restore(scope.emit('LRN', [value], attributes, { shape: value.shape }))];
};

export const poolingOperators: Readonly<Record<string, OperatorLowering>> = {
  MaxPool: pooling('MaxPool', 2),
  AvgPool: pooling('AveragePool', 2),
  MaxPool3D: pooling('MaxPool', 3),
  AvgPool3D: pooling('AveragePool', 3),
  SpaceToDepth: blocks('SpaceToDepth'),
  DepthToSpace: blocks('DepthToSpace'),
  LRN: localResponse,
};
