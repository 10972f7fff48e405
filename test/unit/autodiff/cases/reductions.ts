import { attribute } from '../../../../src/ir/attribute';
import type { GradientCase, InputSpec } from '../../../support/finiteDifferences';

const { int } = attribute;
const shape = [2, 3, 4];

/** The last entry is false where a case of its own is mutated. */
const reductions: readonly [opType: string, input: InputSpec, nodes: number, mutated?: boolean][] = [
  ['ReduceSum', shape, 2],
  ['ReduceMean', shape, 3],
  ['ReduceMax', { shape, distinct: true }, 7],
  ['ReduceMin', { shape, distinct: true }, 7],
  ['ReduceSumSquare', shape, 3],
  ['ReduceL1', { shape, awayFrom: [0] }, 3],
  ['ReduceL2', shape, 4],
  ['ReduceLogSum', { shape, between: [0.3, 3] }, 6],
  ['ReduceLogSumExp', shape, 5],
  ['ReduceProd', { shape, awayFrom: [0], between: [-1.5, 1.5] }, 12, false],
];

export const reductionCases: readonly GradientCase[] = [
  ...reductions.flatMap(([opType, input, nodes, mutated]): GradientCase[] => [
    { opType, name: 'inner axis kept', inputs: [input, { longs: [-1] }], nodes, mutated },
    {
      opType,
      name: 'two axes dropped',
      inputs: [input, { longs: [0, 2] }],
      attributes: { keepdims: int(0) },
      nodes,
      mutated,
    },
    { opType, name: 'all axes', inputs: [input], attributes: { keepdims: int(0) }, nodes, mutated },
  ]),
  {
    opType: 'ReduceProd',
    name: 'rows with no, one and two zeros',
    inputs: [{ shape: [3, 3], values: [0.5, -2, 1.5, 1, 0, -0.5, 0, 2, 0] }, { longs: [1] }],
  },
  { opType: 'ReduceMean', name: 'axes decided at run time', inputs: [shape, { longs: [1], computed: true }] },
  {
    opType: 'ReduceSum',
    name: 'no axes, no operation',
    inputs: [shape, { longs: [] }],
    attributes: { noop_with_empty_axes: int(1) },
    nodes: 0,
  },
  { opType: 'Softmax', name: 'last axis', inputs: [shape], nodes: 4 },
  { opType: 'Softmax', name: 'middle axis', inputs: [shape], attributes: { axis: int(1) }, nodes: 4 },
  { opType: 'LogSoftmax', name: 'last axis', inputs: [shape], nodes: 4 },
  { opType: 'LogSoftmax', name: 'first axis', inputs: [shape], attributes: { axis: int(0) }, nodes: 4 },
  { opType: 'CumSum', name: 'forward', inputs: [shape, { longs: [1], shape: [] }], nodes: 1 },
  {
    opType: 'CumSum',
    name: 'exclusive and reverse',
    inputs: [shape, { longs: [2], shape: [] }],
    attributes: { exclusive: int(1), reverse: int(1) },
  },
];
