import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered } from '../../tfjs/layerScope';
import type { OperatorLowering } from './operator';
import { spatialInput } from './window';

/** TensorFlow's default of the operator; Keras writes its own 1e-3. */
const EPSILON = 1e-4;

/**
 * FusedBatchNorm V1 to V3: data, scale, offset, mean, variance. TensorFlow.js computes with the mean and variance given even
 * if the node says `is_training`, which leaves them empty; the graph says what the file says.
 */
const fusedBatchNorm: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const rank = x.shape?.length === 5 ? 3 : 2;
  const { value, restore } = spatialInput(scope, x, rank);
  const [scale, offset] = [scope.x(1), scope.x(2)];
  const isTraining = scope.flag('is_training', true);
  const sizes = scale.shape ?? offset.shape;
  const parameter = (input: number, fill: number, part: string) => {
    const stated = scope.optional(input);
    if (stated !== undefined && stated.shape?.[0] !== 0) return stated.name;
    if (!isTraining || !sizes?.every((d): d is number => d !== null)) throw new NotLowered(say`it has no ${part}`);
    return scope.filled(fill, sizes, part);
  };
  const attributes = {
    epsilon: attribute.float(scope.number('epsilon', EPSILON)),
    ...(isTraining ? { training_mode: attribute.int(1) } : {}),
  };
  const inputs = [value, scale, offset, parameter(3, 0, 'mean'), parameter(4, 1, 'variance')];
  const y = scope.emit('BatchNormalization', inputs, attributes, { shape: value.shape });
  return [restore(y)];
};

export const normalizationOperators: Readonly<Record<string, OperatorLowering>> = {
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
};
