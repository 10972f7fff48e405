import type { DataType } from '../dataType';
import { isFloat } from '../dataType';
import type { Dim } from '../graph';
import { broadcastShapes, staticDims, type Dims } from './dims';
import {
  sameType,
  tensorFact,
  trackedCount,
  type InferenceNode,
  type InferenceRule,
  type InferenceRules,
} from './inferenceNode';

type Compute = (values: Dim[], dtype: DataType | undefined) => Dim;

/** Operators that keep the type and shape of their first input. */
const KEEP = [
  ...['Relu', 'LeakyRelu', 'ThresholdedRelu', 'Elu', 'Selu', 'Celu', 'Sigmoid', 'HardSigmoid', 'Tanh', 'Softplus'],
  ...[
    'Softsign',
    'Gelu',
    'Swish',
    'SwiGLU',
    'HardSwish',
    'Mish',
    'Softmax',
    'LogSoftmax',
    'Hardmax',
    'PRelu',
    'Clip',
    'Shrink',
  ],
  ...[
    'Exp',
    'Log',
    'Sin',
    'Cos',
    'Tan',
    'Asin',
    'Acos',
    'Atan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Acosh',
    'Atanh',
    'Erf',
    'Erfc',
  ],
  ...[
    'Reciprocal',
    'Sign',
    'LRN',
    'MeanVarianceNormalization',
    'LpNormalization',
    'CumSum',
    'CumProd',
    'Trilu',
    'BitwiseNot',
  ],
  ...['ReverseSequence', 'Scale', 'ScaledTanh', 'ParametricSoftplus', 'ImageScaler', 'Affine'],
  ...['ScatterElements', 'Scatter', 'ScatterND', 'TensorScatter'],
];

const keep: InferenceRule = (n) => [sameType(n.fact(0))];

export const elementwiseRules: InferenceRules = {
  ...Object.fromEntries(KEEP.map((name) => [name, keep])),
  Add: broadcasting(arithmetic((a, b) => a + b, 0)),
  Sub: broadcasting(arithmetic((a, b) => a - b)),
  Mul: broadcasting(arithmetic((a, b) => a * b, 1)),
  Div: broadcasting((values, dtype) => divide(values, dtype)),
  Mod: broadcasting((values) => onNumbers(values, (a, b) => (b === 0 ? NaN : a - b * Math.floor(a / b)))),
  Pow: broadcasting(arithmetic((a, b) => a ** b)),
  Min: broadcasting((values) => onNumbers(values, (...all) => Math.min(...all))),
  Max: broadcasting((values) => onNumbers(values, (...all) => Math.max(...all))),
  Sum: broadcasting((values, dtype) =>
    onNumbers(values, (...all) =>
      rounded(
        all.reduce((s, v) => s + v, 0),
        dtype,
      ),
    ),
  ),
  Mean: broadcasting(),
  BitShift: broadcasting(),
  BitwiseAnd: broadcasting(),
  BitwiseOr: broadcasting(),
  BitwiseXor: broadcasting(),
  Equal: broadcasting(equal, 'bool'),
  Greater: broadcasting(
    comparison((a, b) => a > b),
    'bool',
  ),
  GreaterOrEqual: broadcasting(
    comparison((a, b) => a >= b),
    'bool',
  ),
  Less: broadcasting(
    comparison((a, b) => a < b),
    'bool',
  ),
  LessOrEqual: broadcasting(
    comparison((a, b) => a <= b),
    'bool',
  ),
  And: broadcasting(
    comparison((a, b) => a !== 0 && b !== 0),
    'bool',
  ),
  Or: broadcasting(
    comparison((a, b) => a !== 0 || b !== 0),
    'bool',
  ),
  Xor: broadcasting(
    comparison((a, b) => (a !== 0) !== (b !== 0)),
    'bool',
  ),
  Not: unary((a) => (a === 0 ? 1 : 0), 'bool'),
  IsNaN: unary(undefined, 'bool'),
  IsInf: unary(undefined, 'bool'),
  Neg: unary((a) => -a),
  Abs: unary(Math.abs),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfToEven),
  Sqrt: unary(Math.sqrt),
  Where: where,
};

/** An operator over inputs broadcast against each other; up to opset 6 `broadcast` and `axis` fit B to the shape of A. */
function broadcasting(compute?: Compute, dtype?: DataType): InferenceRule {
  return (n) => {
    const inputs = Array.from({ length: n.inputCount }, (_, i) => i).filter((i) => n.has(i));
    const type = dtype ?? inputs.map((i) => n.dtype(i)).find((t) => t !== undefined);
    if (n.number('broadcast') !== undefined || n.number('axis') !== undefined) return [tensorFact(type, n.shape(0))];
    const shape = broadcastShapes(inputs.map((i) => n.shape(i)));
    const operandType = n.dtype(0);
    return [tensorFact(type, shape, compute && broadcastData(n, inputs, shape, (v) => compute(v, operandType)))];
  };
}

function unary(compute?: (a: number) => number, dtype?: DataType): InferenceRule {
  return (n) => [
    tensorFact(
      dtype ?? n.dtype(0),
      n.shape(0),
      compute && n.data(0)?.map((a) => (typeof a === 'number' ? compute(a) : null)),
    ),
  ];
}

/** Where (opset 9): condition, X and Y broadcast; the type is X's. */
function where(n: InferenceNode) {
  const shape = broadcastShapes([n.shape(0), n.shape(1), n.shape(2)]);
  const choose = ([c, x, y]: Dim[]): Dim => (typeof c === 'number' ? (c !== 0 ? x : y) : x === y ? x : null);
  return [tensorFact(n.dtype(1) ?? n.dtype(2), shape, broadcastData(n, [0, 1, 2], shape, choose))];
}

/** Applies `compute` to the tracked elements of the inputs, broadcast to `shape`. */
function broadcastData(
  n: InferenceNode,
  inputs: readonly number[],
  shape: Dims | undefined,
  compute: (values: Dim[]) => Dim,
): Dims | undefined {
  const sizes = staticDims(shape);
  const count = trackedCount(shape);
  if (sizes === undefined || count === undefined) return undefined;
  const operands: { data: Dims; strides: number[] }[] = [];
  for (const i of inputs) {
    const data = n.data(i);
    const own = staticDims(n.shape(i));
    if (data === undefined || own === undefined) return undefined;
    operands.push({ data, strides: broadcastStrides(own, sizes.length) });
  }
  return Array.from({ length: count }, (_, flat) => {
    const positions = operands.map(() => 0);
    let rest = flat;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const index = rest % sizes[axis];
      rest = (rest - index) / sizes[axis];
      operands.forEach((o, k) => (positions[k] += index * o.strides[axis]));
    }
    return compute(operands.map((o, k) => o.data[positions[k]]));
  });
}

/** Row-major strides of a shape aligned to the right of `rank` axes; 0 along axes that are broadcast. */
function broadcastStrides(shape: readonly number[], rank: number): number[] {
  const strides = new Array<number>(rank).fill(0);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1) strides[rank - shape.length + i] = step;
    step *= shape[i];
  }
  return strides;
}

function onNumbers(values: readonly Dim[], compute: (...numbers: number[]) => number): Dim {
  return values.every((v) => typeof v === 'number') ? compute(...(values as number[])) : null;
}

/** Two numbers, rounded as the type rounds; a symbolic size survives meeting the neutral element. */
function arithmetic(compute: (a: number, b: number) => number, neutral?: number): Compute {
  return ([a, b], dtype) => {
    if (typeof a === 'number' && typeof b === 'number') return rounded(compute(a, b), dtype);
    if (neutral !== undefined && a === neutral) return b;
    return neutral !== undefined && b === neutral ? a : null;
  };
}

function divide([a, b]: readonly Dim[], dtype: DataType | undefined): Dim {
  if (b === 1) return a;
  if (typeof a !== 'number' || typeof b !== 'number') return null;
  if (dtype !== undefined && isFloat(dtype)) return rounded(a / b, dtype);
  return b === 0 ? null : Math.trunc(a / b);
}

function comparison(compute: (a: number, b: number) => boolean): Compute {
  return (values) => onNumbers(values, (a, b) => (compute(a, b) ? 1 : 0));
}

/** A symbolic size equals itself and no negative number (exporters ask `shape == -1`). */
function equal([a, b]: readonly Dim[]): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 1 : 0;
  if (a !== null && a === b) return 1;
  const bound = typeof a === 'number' ? a : typeof b === 'number' ? b : 0;
  return bound < 0 && (typeof a === 'string' || typeof b === 'string') ? 0 : null;
}

/** A result in the precision of its type. */
export function rounded(value: number, dtype: DataType | undefined): number {
  return dtype === 'float32' ? Math.fround(value) : value;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
