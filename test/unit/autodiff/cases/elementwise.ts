import { attribute } from '../../../../src/ir/attribute';
import type { GradientCase } from '../../../support/finiteDifferences';

const { float, int } = attribute;
const shape = [2, 3, 4];
const nonzero = { shape, awayFrom: [0] };
const positive = { shape, between: [0.3, 3] } as const;

/** Operators of one input whose gradient is defined everywhere or away from zero. */
const unary = (opType: string, input: GradientCase['inputs'][number] = shape, nodes = 2): GradientCase => ({
  opType,
  name: 'elementwise',
  inputs: [input],
  nodes,
});

const broadcast = (opType: string, nodes: number, b: { between?: readonly [number, number] } = {}): GradientCase[] => [
  { opType, name: 'equal shapes', inputs: [shape, { shape, ...b }], nodes },
  { opType, name: 'a row of the right', inputs: [shape, { shape: [4], ...b }], nodes: nodes + 3 },
  { opType, name: 'channels of the right', inputs: [[2, 3, 2, 2], { shape: [3, 1, 1], ...b }], nodes: nodes + 4 },
  { opType, name: 'a scalar on the left', inputs: [[], { shape, ...b }], nodes: nodes + 3 },
  { opType, name: 'both sides', inputs: [[2, 1, 4], { shape: [3, 1], ...b }], nodes: nodes + 6 },
];

export const elementwise: readonly GradientCase[] = [
  unary('Neg', shape, 1),
  unary('Identity', shape, 0),
  unary('Abs', nonzero),
  unary('Sqrt', positive),
  unary('Reciprocal', { shape, between: [0.5, 2] }, 3),
  unary('Exp', shape, 1),
  unary('Log', positive, 1),
  unary('Sin'),
  unary('Cos', shape, 3),
  unary('Tan', { shape, between: [-1.2, 1.2] }, 3),
  unary('Asin', { shape, between: [-0.8, 0.8] }, 4),
  unary('Acos', { shape, between: [-0.8, 0.8] }, 5),
  unary('Atan', shape, 3),
  unary('Sinh'),
  unary('Cosh'),
  unary('Asinh', shape, 4),
  unary('Acosh', { shape, between: [1.2, 3] }, 4),
  unary('Atanh', { shape, between: [-0.8, 0.8] }, 3),
  unary('Shrink', { shape, awayFrom: [-0.5, 0.5] }, 3),
  {
    opType: 'Shrink',
    name: 'lambd and bias',
    inputs: [{ shape, awayFrom: [-1, 1] }],
    attributes: { lambd: float(1), bias: float(0.3) },
  },
  unary('Erf', shape, 5),
  unary('Relu', nonzero, 3),
  unary('Sigmoid', shape, 3),
  unary('Tanh', shape, 3),
  unary('Softplus'),
  unary('Softsign', shape, 4),
  unary('Mish', shape, 9),
  unary('HardSwish', { shape, between: [-5, 5], awayFrom: [-3, 3] }, 8),
  unary('LeakyRelu', nonzero, 3),
  { opType: 'LeakyRelu', name: 'alpha', inputs: [nonzero], attributes: { alpha: float(0.3) } },
  { opType: 'LeakyRelu', name: 'negative alpha', inputs: [nonzero], attributes: { alpha: float(-0.3) } },
  { opType: 'PRelu', name: 'slope per channel', inputs: [{ shape: [2, 3, 2, 2], awayFrom: [0] }, [3, 1, 1]], nodes: 9 },
  { opType: 'PRelu', name: 'one slope', inputs: [nonzero, [1]], nodes: 7 },
  unary('Elu', nonzero, 4),
  { opType: 'Elu', name: 'alpha', inputs: [nonzero], attributes: { alpha: float(0.4) }, nodes: 4 },
  unary('Selu', nonzero, 4),
  { opType: 'Selu', name: 'alpha and gamma', inputs: [nonzero], attributes: { alpha: float(0.7), gamma: float(1.3) } },
  unary('Celu', nonzero, 5),
  { opType: 'Celu', name: 'alpha', inputs: [nonzero], attributes: { alpha: float(0.4) }, nodes: 5 },
  unary('ThresholdedRelu', { shape, awayFrom: [1] }, 3),
  { opType: 'ThresholdedRelu', name: 'alpha', inputs: [nonzero], attributes: { alpha: float(0) } },
  unary('HardSigmoid', { shape, between: [-4, 4], awayFrom: [-2.5, 2.5] }, 5),
  {
    opType: 'HardSigmoid',
    name: 'alpha and beta',
    inputs: [{ shape, awayFrom: [-1, 1] }],
    attributes: { alpha: float(0.5), beta: float(0.5) },
  },
  {
    opType: 'Clip',
    name: 'both bounds',
    inputs: [{ shape, awayFrom: [-1, 0.5] }, { constant: [-1] }, { constant: [0.5] }],
    nodes: 3,
  },
  { opType: 'Clip', name: 'lower bound', inputs: [nonzero, { constant: [0] }] },
  { opType: 'Clip', name: 'upper bound', inputs: [nonzero, null, { constant: [0] }] },
  {
    opType: 'Clip',
    name: 'bounds differentiated',
    inputs: [
      { shape, awayFrom: [-1, 1] },
      { shape: [], between: [-1.01, -0.99] },
      { shape: [], between: [0.99, 1.01] },
    ],
  },
  ...broadcast('Add', 0),
  ...broadcast('Sub', 1),
  ...broadcast('Mul', 2),
  ...broadcast('Div', 4, { between: [0.5, 2] }),
  {
    opType: 'Mod',
    name: 'the sign of the dividend',
    inputs: [
      { shape: [2, 4], values: [5.3, -5.3, 0.4, -0.6, 7.1, 2.2, -9.4, 1.6] },
      { shape: [4], values: [2, -1.5, 0.9, -2.5] },
    ],
    attributes: { fmod: int(1) },
    nodes: 7,
  },
  { opType: 'Pow', name: 'square', inputs: [shape, { constant: [2] }], nodes: 2 },
  { opType: 'Pow', name: 'cube', inputs: [nonzero, { constant: [3] }], nodes: 3 },
  { opType: 'Pow', name: 'power one', inputs: [shape, { constant: [1] }] },
  { opType: 'Pow', name: 'root', inputs: [positive, { constant: [0.5] }] },
  { opType: 'Pow', name: 'integer exponents', inputs: [positive, { longs: [1, 2, 3, 4] }] },
  { opType: 'Pow', name: 'both differentiated', inputs: [positive, [3, 1]], nodes: 14 },
  { opType: 'Sum', name: 'one term', inputs: [shape], nodes: 0 },
  { opType: 'Sum', name: 'three terms', inputs: [shape, [4], [3, 1]], nodes: 7 },
  { opType: 'Mean', name: 'three terms', inputs: [shape, [4], [3, 1]], nodes: 8 },
  ...['Max', 'Min'].flatMap((opType): GradientCase[] => [
    { opType, name: 'one operand', inputs: [shape], nodes: 0 },
    { opType, name: 'a constant', inputs: [nonzero, { constant: [0] }], nodes: 2 },
    {
      opType,
      name: 'two operands',
      inputs: [
        { shape: [3, 4], distinct: true },
        { shape: [4], distinct: true },
      ],
    },
    {
      opType,
      name: 'three operands',
      inputs: [
        { shape: [3, 4], distinct: true },
        { shape: [3, 1], distinct: true },
        { shape: [4], distinct: true },
      ],
    },
  ]),
  { opType: 'Where', name: 'equal shapes', inputs: [{ bools: [1, 0, 1, 0], shape: [2, 2] }, [2, 2], [2, 2]], nodes: 2 },
  { opType: 'Where', name: 'broadcast', inputs: [{ bools: [1, 0, 1], shape: [3, 1] }, [2, 3, 4], [4]], nodes: 5 },
  { opType: 'CastLike', name: 'the same type', inputs: [shape, { constant: [0] }], nodes: 0 },
  { opType: 'Cast', name: 'to double', inputs: [shape], attributes: { to: int(11) }, nodes: 2 },
];
