import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type TensorValue } from '../../tfjs/layerScope';
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

/**
 * MaxPoolWithArgmax: the largest of each window and where it is, counted in the file's layout (height, width, channel, and the batch
 * before them if the node says so), where ONNX counts in its own (batch, channel, height, width).
 */
const poolingWithPlaces: OperatorLowering = (scope) => {
  const { value, channelsLast, restore } = spatialInput(scope, scope.x(0), 2);
  const [batch, channels, ...sizes] = value.shape;
  const [height, width] = sizes;
  if (channels === null || height === null || width === null)
    throw new NotLowered(say`the size of its input is not known`);
  const kernel = scope.spatial('ksize', channelsLast, 2);
  const { attributes, sizes: results } = windowOf(scope, sizes, kernel, channelsLast);
  const shape = [batch, channels, ...results];
  const [y, places] = scope.emitAll('MaxPool', [value], attributes, [
    { shape, part: 'pooled' },
    { shape, dtype: 'int64', part: 'places' },
  ]);
  const step = (opType: string, inputs: readonly (TensorValue | string)[], part: string) =>
    scope.emit(opType, inputs, {}, { shape, dtype: 'int64', part });
  const image = scope.integerScalar(height * width, 'image');
  const depth = scope.integerScalar(channels, 'depth');
  const plane = step('Div', [places, image], 'plane');
  const inside = step('Mul', [step('Mod', [places, image], 'pixel'), depth], 'pixel/depth');
  let index = step('Add', [inside, step('Mod', [plane, depth], 'channel')], 'index');
  if (scope.flag('include_batch_in_index', false)) {
    const sample = step('Div', [plane, depth], 'sample');
    const before = step('Mul', [sample, scope.integerScalar(height * width * channels, 'volume')], 'before');
    index = step('Add', [before, index], 'index/batch');
  }
  return [restore(y), restore(scope.cast(index, 'int32', 'index/int32'))];
};

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
  if (!Number.isSafeInteger(radius) || radius < 0) throw new NotLowered(say`its depth_radius is no count`);
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
  MaxPoolWithArgmax: poolingWithPlaces,
  SpaceToDepth: blocks('SpaceToDepth'),
  DepthToSpace: blocks('DepthToSpace'),
  LRN: localResponse,
};
