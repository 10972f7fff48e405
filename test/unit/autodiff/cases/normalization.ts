import { attribute } from '../../../../src/ir/attribute';
import { BATCH_NORMALIZATION_TRAINING, PRIVATE_DOMAIN } from '../../../../src/ir/privateOperators';
import type { GradientCase } from '../../../support/finiteDifferences';

const { int, ints, float } = attribute;

const training = (x: number[], between: readonly [number, number] = [-2, 2]): GradientCase => ({
  opType: BATCH_NORMALIZATION_TRAINING,
  domain: PRIVATE_DOMAIN,
  name: `${x.join('x')}, values from ${between.join(' to ')}`,
  inputs: [{ shape: x, between }, [x[1]], [x[1]]],
  attributes: { epsilon: float(1e-3) },
  outputs: 4,
  nodes: 14,
});

export const normalization: readonly GradientCase[] = [
  {
    opType: 'BatchNormalization',
    name: 'inference',
    inputs: [[2, 3, 2, 2], [3], [3], [3], { shape: [3], between: [0.5, 2] }],
    attributes: { epsilon: float(0.2) },
  },
  {
    opType: 'BatchNormalization',
    name: 'inference, matrix',
    inputs: [[4, 3], [3], [3], [3], { shape: [3], between: [0.5, 2] }],
    attributes: { epsilon: float(0.1) },
  },
  training([2, 3, 2, 2]),
  training([5, 3]),
  training([2, 3, 4]),
  training([2, 2, 2, 2, 2]),
  { ...training([2, 2, 3]), name: 'statistics not asked for', outputs: 1 },
  training([3, 2, 3, 3], [9, 11]),
  { opType: 'LayerNormalization', name: 'last axis', inputs: [[2, 3, 4], [4], [4]], nodes: 17 },
  {
    opType: 'LayerNormalization',
    name: 'last two axes',
    inputs: [
      [2, 3, 4],
      [3, 4],
      [3, 4],
    ],
    attributes: { axis: int(1), epsilon: float(0.1) },
  },
  {
    opType: 'LayerNormalization',
    name: 'scale broadcast',
    inputs: [[2, 3, 4], [1], [4]],
    attributes: { axis: int(-2) },
  },
  { opType: 'LayerNormalization', name: 'without bias', inputs: [[3, 5], [5]] },
  {
    opType: 'InstanceNormalization',
    name: 'two axes',
    inputs: [[2, 3, 2, 3], [3], [3]],
    attributes: { epsilon: float(0.01) },
  },
  {
    opType: 'GroupNormalization',
    name: 'two groups',
    inputs: [[2, 4, 2, 2], [2], [2]],
    attributes: { num_groups: int(2), epsilon: float(0.01) },
  },
  {
    opType: 'LRN',
    name: 'odd window',
    inputs: [[2, 5, 2, 2]],
    attributes: { size: int(3), alpha: float(0.5), beta: float(0.6), bias: float(1.5) },
  },
  { opType: 'MeanVarianceNormalization', name: 'over a batch of pictures', inputs: [[2, 2, 2, 3]] },
  { opType: 'MeanVarianceNormalization', name: 'axes', inputs: [[2, 3, 4]], attributes: { axes: ints([1, 2]) } },
  { opType: 'LpNormalization', name: 'Euclidean', inputs: [[2, 3, 2]], attributes: { axis: int(1) } },
  {
    opType: 'LpNormalization',
    name: 'sum of magnitudes',
    inputs: [{ shape: [3, 4], awayFrom: [0] }],
    attributes: { p: int(1) },
  },
  { opType: 'LRN', name: 'defaults', inputs: [[1, 5, 2, 2]], attributes: { size: int(5), alpha: float(0.8) } },
];
