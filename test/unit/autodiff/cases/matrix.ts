import { attribute } from '../../../../src/ir/attribute';
import type { GradientCase } from '../../../support/finiteDifferences';

const { int, float } = attribute;

const gemm = [0, 1].flatMap((transA) =>
  [0, 1].map((transB): GradientCase => ({
    opType: 'Gemm',
    name: `transA ${transA}, transB ${transB}`,
    inputs: [transA ? [3, 2] : [2, 3], transB ? [4, 3] : [3, 4], [4]],
    attributes: { transA: int(transA), transB: int(transB), alpha: float(0.7), beta: float(1.3) },
    nodes: 5,
  })),
);

export const matrix: readonly GradientCase[] = [
  ...gemm,
  {
    opType: 'Gemm',
    name: 'without C',
    inputs: [
      [2, 3],
      [3, 4],
    ],
    nodes: 2,
  },
  {
    opType: 'Gemm',
    name: 'C a column',
    inputs: [
      [2, 3],
      [3, 4],
      [2, 1],
    ],
  },
  { opType: 'Gemm', name: 'C a scalar', inputs: [[2, 3], [3, 4], []] },
  {
    opType: 'Gemm',
    name: 'C whole',
    inputs: [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    nodes: 2,
  },
  {
    opType: 'MatMul',
    name: 'matrices',
    inputs: [
      [2, 3],
      [3, 4],
    ],
    nodes: 2,
  },
  {
    opType: 'MatMul',
    name: 'stack by matrix',
    inputs: [
      [2, 3, 4],
      [4, 5],
    ],
    nodes: 5,
  },
  {
    opType: 'MatMul',
    name: 'stacks',
    inputs: [
      [2, 3, 4],
      [2, 4, 3],
    ],
    nodes: 4,
  },
  {
    opType: 'MatMul',
    name: 'four axes, both broadcast',
    inputs: [
      [2, 1, 3, 2],
      [3, 2, 4],
    ],
    nodes: 9,
  },
  {
    opType: 'MatMul',
    name: 'matrix by stack',
    inputs: [
      [3, 2],
      [2, 2, 4],
    ],
  },
  { opType: 'MatMul', name: 'matrix by vector', inputs: [[2, 3], [3]] },
  { opType: 'MatMul', name: 'vector by matrix', inputs: [[3], [3, 4]] },
  { opType: 'MatMul', name: 'vectors', inputs: [[3], [3]] },
  { opType: 'MatMul', name: 'vector by stack', inputs: [[3], [2, 3, 4]] },
  { opType: 'MatMul', name: 'stack by vector', inputs: [[2, 2, 3], [3]] },
];
