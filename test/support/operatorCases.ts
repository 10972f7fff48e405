import * as ort from 'onnxruntime-node';
import { attribute, type Attribute } from '../../src/ir/attribute';
import type { DataType } from '../../src/ir/dataType';
import { MutableGraph } from '../../src/ir/mutableGraph';
import { elementCount, payloadBytes, tensorFromBytes } from '../../src/ir/tensor';
import { noise } from './runGraph';

/** An operand of a case: fed at run time, or held by the model (`constant`). */
export interface Operand {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
  readonly constant: boolean;
}

/** One operator call that ONNX Runtime can run. */
export interface OperatorCase {
  readonly opset: number;
  readonly opType: string;
  readonly domain: string;
  /** undefined: an optional input that is left out. */
  readonly operands: readonly (Operand | undefined)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: number;
}

export interface CaseOptions {
  readonly outputs?: number;
  readonly domain?: string;
}

export function operatorCase(
  opset: number,
  opType: string,
  operands: readonly (Operand | undefined)[],
  attributes: Readonly<Record<string, Attribute>> = {},
  { outputs = 1, domain = '' }: CaseOptions = {},
): OperatorCase {
  return { opset, opType, domain, operands, attributes, outputs };
}

/** Noise between low and high, fed. */
export function fed(dims: readonly number[], low = -1, high = 1): Operand {
  const data = noise(elementCount(dims), dims.length + elementCount(dims)).map(
    (v) => low + ((high - low) * (v + 1)) / 2,
  );
  return { dtype: 'float32', dims, bytes: new Uint8Array(data.buffer), constant: false };
}

/** The same operand, held by the model. */
export function held(operand: Operand): Operand {
  return { ...operand, constant: true };
}

/** Numbers of any type of 8, 32 or 64 bits, fed; a vector unless dims are given. */
export function values(dtype: DataType, list: readonly number[], dims: readonly number[] = [list.length]): Operand {
  const make = {
    float32: () => Float32Array.from(list),
    float64: () => Float64Array.from(list),
    int64: () => BigInt64Array.from(list, BigInt),
    int32: () => Int32Array.from(list),
    uint8: () => Uint8Array.from(list),
    int8: () => Int8Array.from(list),
    bool: () => Uint8Array.from(list),
  }[dtype as string];
  if (make === undefined) throw new Error(`no values of type ${dtype} here`);
  return { dtype, dims, bytes: new Uint8Array(make().buffer), constant: false };
}

/** Constant int64 numbers: axes, shapes, pads. */
export function ints(...list: number[]): Operand {
  return held(values('int64', list));
}

export function scalar(dtype: DataType, value: number): Operand {
  return held(values(dtype, [value], []));
}

/** The case as a graph of one node with inputs x0, x1, ... and outputs y0, y1, ... */
export function graphOf(c: OperatorCase): MutableGraph {
  const graph = new MutableGraph();
  graph.opsets.set('', c.opset);
  if (c.domain !== '') graph.opsets.set(c.domain, 1);
  const inputs = c.operands.map((operand, i) => {
    if (operand === undefined) return '';
    const { dtype, dims, bytes, constant } = operand;
    if (bytes.length !== payloadBytes(dtype, dims)) throw new Error(`${c.opType}: operand ${i} does not fit its shape`);
    if (constant) return graph.addInitializer(tensorFromBytes(`x${i}`, dtype, dims, bytes));
    return graph.addInput(`x${i}`, { kind: 'tensor', dtype, shape: dims });
  });
  const outputs = Array.from({ length: c.outputs }, (_, i) => `y${i}`);
  graph.addNode(c.opType, inputs, c.attributes, { outputs, domain: c.domain, name: c.opType });
  for (const name of outputs) graph.addOutput(name);
  return graph;
}

export function feedsOf(c: OperatorCase): Record<string, ort.Tensor> {
  const feeds: Record<string, ort.Tensor> = {};
  c.operands.forEach((operand, i) => {
    if (operand && !operand.constant) feeds[`x${i}`] = ortTensor(operand);
  });
  return feeds;
}

function ortTensor({ dtype, dims, bytes }: Operand): ort.Tensor {
  const { buffer } = bytes.slice();
  const views: Partial<Record<DataType, () => ort.Tensor.DataType>> = {
    float32: () => new Float32Array(buffer),
    float64: () => new Float64Array(buffer),
    int64: () => new BigInt64Array(buffer),
    int32: () => new Int32Array(buffer),
    uint8: () => new Uint8Array(buffer),
    int8: () => new Int8Array(buffer),
    bool: () => new Uint8Array(buffer),
  };
  return new ort.Tensor(dtype as ort.Tensor.Type, views[dtype]!(), [...dims]);
}

const { int, float, string, ints: list, floats } = attribute;
const image = fed([2, 3, 8, 9]);
const kernel = held(fed([4, 3, 3, 3]));
const square = list([3, 3]);
const boxes = values('float32', [0.5, 1, 4.5, 3, 1, 1, 8, 7], [2, 4]);
const vector = (n: number, low = -1) => held(fed([n], low));

/** Cases by operator and opset: what inference is compared with and what the change of opset must not change. */
export const operatorCases: readonly OperatorCase[] = [
  // convolutions
  operatorCase(11, 'Conv', [image, kernel]),
  operatorCase(11, 'Conv', [image, kernel, vector(4)], { pads: list([1, 2, 0, 1]), strides: list([2, 1]) }),
  operatorCase(11, 'Conv', [image, kernel], {
    dilations: list([2, 3]),
    pads: list([2, 2, 2, 2]),
    kernel_shape: square,
  }),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((p) =>
    operatorCase(11, 'Conv', [image, kernel], { auto_pad: string(p), strides: list([2, 3]) }),
  ),
  operatorCase(11, 'Conv', [fed([2, 4, 7]), held(fed([6, 2, 3]))], { group: int(2) }),
  operatorCase(1, 'Conv', [fed([1, 2, 5, 5, 5]), held(fed([3, 2, 2, 2, 2]))]),
  operatorCase(11, 'ConvTranspose', [image, held(fed([3, 2, 3, 3]))], { strides: list([2, 2]), group: int(1) }),
  operatorCase(11, 'ConvTranspose', [fed([1, 4, 5, 5]), held(fed([4, 3, 2, 2]))], {
    group: int(2),
    strides: list([3, 2]),
    output_padding: list([1, 0]),
    dilations: list([2, 1]),
    pads: list([1, 0, 1, 1]),
  }),
  operatorCase(11, 'ConvTranspose', [image, held(fed([3, 2, 3, 3]))], {
    strides: list([2, 2]),
    output_shape: list([17, 18]),
  }),
  operatorCase(11, 'ConvTranspose', [image, held(fed([3, 2, 3, 3]))], {
    strides: list([2, 2]),
    auto_pad: string('SAME_UPPER'),
  }),
  // matrices
  operatorCase(7, 'Gemm', [fed([3, 4]), held(fed([4, 5])), vector(5)]),
  operatorCase(13, 'Gemm', [fed([4, 3]), held(fed([5, 4]))], { transA: int(1), transB: int(1), alpha: float(0.5) }),
  operatorCase(9, 'MatMul', [fed([2, 1, 3, 4]), fed([5, 4, 6])]),
  operatorCase(9, 'MatMul', [fed([4]), fed([2, 4, 6])]),
  operatorCase(13, 'MatMul', [fed([2, 6, 4]), fed([4])]),
  operatorCase(13, 'MatMul', [fed([4]), fed([4])]),
  operatorCase(12, 'Einsum', [fed([2, 3, 4]), fed([2, 4, 5])], { equation: string('bij, bjk -> bik') }),
  operatorCase(12, 'Einsum', [fed([2, 3, 4])], { equation: string('...ij->...ji') }),
  operatorCase(12, 'Einsum', [fed([3, 4]), fed([4, 2])], { equation: string('ij,jk') }),
  // elementwise
  ...['Add', 'Sub', 'Mul', 'Div'].flatMap((op) => [
    operatorCase(7, op, [fed([2, 3, 4]), fed([3, 1], 1, 2)]),
    operatorCase(14, op, [fed([4]), fed([2, 3, 1], 1, 2)]),
  ]),
  operatorCase(12, 'Pow', [fed([2, 3], 1, 2), scalar('float32', 2)]),
  operatorCase(15, 'Pow', [fed([2, 3], 1, 2), values('int64', [1, 2, 3])]),
  ...['Min', 'Max'].map((op) => operatorCase(8, op, [fed([2, 3]), fed([3]), fed([2, 1])])),
  ...['Sum', 'Mean'].map((op) => operatorCase(8, op, [fed([2, 3]), fed([3]), fed([2, 1])])),
  ...['Equal', 'Greater', 'Less'].map((op) => operatorCase(11, op, [fed([2, 3]), fed([3])])),
  ...['GreaterOrEqual', 'LessOrEqual'].map((op) => operatorCase(12, op, [fed([2, 3]), fed([2, 1])])),
  ...['And', 'Or', 'Xor'].map((op) => operatorCase(7, op, [values('bool', [0, 1]), values('bool', [1], [1, 1])])),
  operatorCase(9, 'Where', [values('bool', [0, 1, 1], [3, 1]), fed([3, 4]), fed([4])]),
  operatorCase(13, 'Mod', [values('int64', [5, -7]), values('int64', [3])]),
  ...[
    ...['Relu', 'LeakyRelu', 'Elu', 'Selu', 'Sigmoid', 'HardSigmoid', 'Tanh', 'Softplus', 'Softsign', 'Exp', 'Neg'],
    ...['Abs', 'Floor', 'Ceil', 'Reciprocal', 'Sqrt', 'Log', 'Identity'],
  ].map((op) => operatorCase(7, op, [fed([2, 3, 4], 0.5, 2)])),
  ...['Sin', 'Cos', 'Erf', 'Sign', 'Round', 'Celu', 'ThresholdedRelu', 'IsNaN'].map((op) =>
    operatorCase(13, op, [fed([2, 3])]),
  ),
  operatorCase(7, 'PRelu', [image, held(fed([3, 1, 1]))]),
  operatorCase(6, 'Clip', [fed([2, 3])], { min: float(-0.5), max: float(0.25) }),
  operatorCase(6, 'Clip', [fed([2, 3])], { max: float(0.25) }),
  operatorCase(6, 'Clip', [fed([2, 3])]),
  operatorCase(12, 'Clip', [fed([2, 3]), scalar('float32', -0.5), scalar('float32', 0.25)]),
  operatorCase(13, 'Clip', [fed([2, 3]), undefined, scalar('float32', 0.25)]),
  operatorCase(14, 'HardSwish', [fed([2, 3], -4, 4)]),
  operatorCase(18, 'Mish', [fed([2, 3], -4, 4)]),
  operatorCase(20, 'Gelu', [fed([2, 3], -4, 4)]),
  operatorCase(20, 'Gelu', [fed([2, 3], -4, 4)], { approximate: string('tanh') }),
  operatorCase(13, 'Not', [values('bool', [0, 1])]),
  // softmax: before opset 13 over everything from `axis` on, as one vector
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op) => [
    operatorCase(11, op, [fed([2, 3, 4])]),
    operatorCase(11, op, [fed([2, 3, 4])], { axis: int(2) }),
    operatorCase(11, op, [fed([2, 3, 4])], { axis: int(-2) }),
    operatorCase(11, op, [fed([2, 3, 4])], { axis: int(0) }),
    operatorCase(9, op, [fed([2, 3])]),
    operatorCase(13, op, [fed([2, 3, 4])], { axis: int(1) }),
    operatorCase(13, op, [fed([2, 3, 4])]),
  ]),
  // norms
  ...[7, 8, 9, 13, 14, 15].map((opset) =>
    operatorCase(opset, 'BatchNormalization', [image, vector(3), vector(3), vector(3), vector(3, 0.1)], {
      epsilon: float(1e-3),
    }),
  ),
  operatorCase(8, 'BatchNormalization', [fed([4, 2, 3]), ...[-1, -1, -1, 0.1].map((low) => held(fed([2, 3], low)))], {
    spatial: int(0),
  }),
  operatorCase(15, 'BatchNormalization', [fed([5, 3]), vector(3), vector(3), vector(3), vector(3, 0.1)]),
  operatorCase(6, 'InstanceNormalization', [image, vector(3), vector(3)]),
  operatorCase(17, 'LayerNormalization', [fed([2, 3, 4]), vector(4), vector(4)], {}, { outputs: 3 }),
  operatorCase(17, 'LayerNormalization', [fed([2, 3, 4]), held(fed([3, 4]))], { axis: int(1) }, { outputs: 3 }),
  operatorCase(18, 'GroupNormalization', [fed([2, 4, 3, 3]), vector(2), vector(2)], { num_groups: int(2) }),
  operatorCase(21, 'GroupNormalization', [fed([2, 4, 3, 3]), vector(4), vector(4)], { num_groups: int(2) }),
  operatorCase(21, 'GroupNormalization', [fed([2, 4]), vector(4), vector(4)], { num_groups: int(2) }),
  operatorCase(23, 'RMSNormalization', [fed([2, 3, 4]), vector(4)]),
  operatorCase(23, 'RMSNormalization', [fed([2, 3, 4]), held(fed([3, 4]))], { axis: int(1), epsilon: float(0.1) }),
  operatorCase(1, 'LRN', [image], { size: int(3) }),
  operatorCase(13, 'MeanVarianceNormalization', [image]),
  operatorCase(9, 'MeanVarianceNormalization', [image], { axes: list([2, 3]) }),
  operatorCase(1, 'LpNormalization', [fed([2, 3])], { axis: int(1), p: int(2) }),
  operatorCase(7, 'Dropout', [fed([2, 3])], { ratio: float(0.3) }, { outputs: 1 }),
  operatorCase(10, 'Dropout', [fed([2, 3])], { ratio: float(0.3) }, { outputs: 2 }),
  operatorCase(12, 'Dropout', [fed([2, 3]), scalar('float32', 0.3)], {}, { outputs: 2 }),
  // pools
  ...[0, 1].flatMap((ceil) => [
    operatorCase(10, 'MaxPool', [image], { kernel_shape: square, strides: list([2, 2]), ceil_mode: int(ceil) }),
    operatorCase(12, 'MaxPool', [image], {
      kernel_shape: list([2, 2]),
      strides: list([3, 3]),
      pads: list([1, 1, 1, 1]),
      ceil_mode: int(ceil),
    }),
    operatorCase(19, 'AveragePool', [image], {
      kernel_shape: square,
      strides: list([3, 2]),
      pads: list([1, 1, 1, 1]),
      ceil_mode: int(ceil),
    }),
    operatorCase(10, 'AveragePool', [image], {
      kernel_shape: square,
      strides: list([2, 3]),
      ceil_mode: int(ceil),
      count_include_pad: int(1),
      pads: list([1, 0, 0, 1]),
    }),
  ]),
  operatorCase(8, 'MaxPool', [image], { kernel_shape: square }, { outputs: 2 }),
  operatorCase(10, 'MaxPool', [image], { kernel_shape: square, dilations: list([2, 2]) }),
  operatorCase(7, 'AveragePool', [image], {
    kernel_shape: square,
    auto_pad: string('SAME_UPPER'),
    strides: list([2, 2]),
  }),
  operatorCase(7, 'MaxPool', [image], { kernel_shape: square, auto_pad: string('SAME_LOWER'), strides: list([2, 4]) }),
  operatorCase(7, 'MaxPool', [image], { kernel_shape: square, auto_pad: string('VALID'), strides: list([2, 4]) }),
  operatorCase(2, 'LpPool', [image], { kernel_shape: square, p: int(2) }),
  ...['GlobalAveragePool', 'GlobalMaxPool'].map((op) => operatorCase(1, op, [image])),
  operatorCase(2, 'GlobalLpPool', [image], { p: int(3) }),
  // layout
  operatorCase(5, 'Reshape', [fed([2, 3, 4]), ints(0, -1)]),
  operatorCase(13, 'Reshape', [fed([2, 3, 4]), ints(4, 3, 2)]),
  operatorCase(14, 'Reshape', [fed([0, 3]), ints(3, 0)], { allowzero: int(1) }),
  ...[0, 1, 2, -1].map((axis) => operatorCase(11, 'Flatten', [fed([2, 3, 4])], { axis: int(axis) })),
  operatorCase(9, 'Flatten', [image]),
  operatorCase(9, 'Transpose', [fed([2, 3, 4])], { perm: list([2, 0, 1]) }),
  operatorCase(13, 'Transpose', [fed([2, 3, 4])]),
  operatorCase(11, 'Squeeze', [fed([1, 3, 1])], { axes: list([0, -1]) }),
  operatorCase(11, 'Squeeze', [fed([1, 3, 1])]),
  operatorCase(13, 'Squeeze', [fed([1, 3, 1]), ints(2)]),
  operatorCase(9, 'Unsqueeze', [fed([3, 4])], { axes: list([0, 3]) }),
  operatorCase(13, 'Unsqueeze', [fed([3, 4]), ints(-1, 1)]),
  operatorCase(8, 'Expand', [fed([3, 1]), ints(2, 1, 4)]),
  operatorCase(6, 'Tile', [fed([2, 3]), ints(2, 3)]),
  operatorCase(2, 'Pad', [fed([2, 3])], { pads: list([1, 0, 2, 3]), value: float(0.5) }),
  operatorCase(2, 'Pad', [fed([4, 5])], { pads: list([1, 0, 2, 3]), mode: string('reflect') }),
  operatorCase(11, 'Pad', [fed([2, 3]), ints(1, 0, 2, 3)]),
  operatorCase(18, 'Pad', [fed([2, 3]), ints(1, 2), undefined, ints(-1)]),
  operatorCase(11, 'Pad', [fed([4, 5]), ints(-1, 0, 0, -2)]),
  operatorCase(11, 'Concat', [fed([2, 3]), fed([2, 1])], { axis: int(-1) }),
  operatorCase(4, 'Concat', [fed([2, 3]), fed([1, 3])], { axis: int(0) }),
  operatorCase(2, 'Split', [fed([2, 6])], { axis: int(1) }, { outputs: 3 }),
  operatorCase(2, 'Split', [fed([2, 6])], { axis: int(1), split: list([1, 5]) }, { outputs: 2 }),
  operatorCase(13, 'Split', [fed([6, 2])], {}, { outputs: 2 }),
  operatorCase(13, 'Split', [fed([6, 2]), ints(1, 2, 3)], {}, { outputs: 3 }),
  operatorCase(18, 'Split', [fed([7, 2])], { num_outputs: int(3) }, { outputs: 3 }),
  operatorCase(11, 'DepthToSpace', [fed([1, 8, 2, 3])], { blocksize: int(2) }),
  operatorCase(13, 'DepthToSpace', [fed([1, 8, 2, 3])], { blocksize: int(2), mode: string('CRD') }),
  operatorCase(1, 'SpaceToDepth', [fed([1, 2, 4, 6])], { blocksize: int(2) }),
  // selection
  operatorCase(9, 'Slice', [fed([5, 6])], { starts: list([1, -3]), ends: list([1000, -1]) }),
  operatorCase(9, 'Slice', [fed([5, 6])], { starts: list([1]), ends: list([4]), axes: list([1]) }),
  operatorCase(10, 'Slice', [fed([5, 6]), ints(1), ints(5), ints(-1), ints(2)]),
  operatorCase(13, 'Slice', [fed([5, 6]), ints(-1), ints(-1000), ints(0), ints(-2)]),
  operatorCase(11, 'Slice', [fed([5, 6]), ints(1, 2), ints(2 ** 31, 3)]),
  operatorCase(11, 'Gather', [fed([5, 6]), values('int64', [0, 2, 1, 1], [2, 2])], { axis: int(1) }),
  operatorCase(11, 'Gather', [fed([5, 6]), scalar('int64', -1)]),
  operatorCase(13, 'GatherElements', [fed([3, 4]), values('int64', [0, 2], [1, 2])], { axis: int(0) }),
  operatorCase(12, 'GatherND', [fed([2, 3, 4]), values('int64', [0, 1], [1, 2])]),
  operatorCase(12, 'GatherND', [fed([2, 3, 4]), values('int64', [0, 1], [2, 1])], { batch_dims: int(1) }),
  operatorCase(11, 'ScatterElements', [fed([3, 4]), values('int64', [0, 2], [1, 2]), fed([1, 2])]),
  operatorCase(9, 'Scatter', [fed([3, 4]), values('int64', [0, 2], [1, 2]), fed([1, 2])]),
  operatorCase(16, 'ScatterND', [fed([3, 4]), values('int64', [0, 2], [2, 1]), fed([2, 4])]),
  operatorCase(9, 'TopK', [fed([3, 4])], { k: int(2), axis: int(1) }, { outputs: 2 }),
  operatorCase(11, 'TopK', [fed([3, 4]), ints(2)], { axis: int(0) }, { outputs: 2 }),
  operatorCase(11, 'ArgMax', [fed([3, 4])], { axis: int(1), keepdims: int(0) }),
  operatorCase(13, 'ArgMin', [fed([3, 4])]),
  operatorCase(9, 'OneHot', [values('int64', [0, 2]), scalar('int64', 3), held(values('float32', [0, 1]))], {}),
  operatorCase(11, 'CumSum', [fed([3, 4]), scalar('int64', 1)]),
  operatorCase(14, 'Trilu', [fed([3, 4])], { upper: int(0) }),
  operatorCase(9, 'NonZero', [values('float32', [0, 1, 2])]),
  // reductions
  ...['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'].flatMap((op) => [
    operatorCase(11, op, [fed([2, 3, 4], 0.5, 2)], { axes: list([0, -1]) }),
    operatorCase(13, op, [fed([2, 3, 4], 0.5, 2)], { keepdims: int(0) }),
    operatorCase(18, op, [fed([2, 3, 4], 0.5, 2), ints(1)], { keepdims: int(0) }),
  ]),
  ...['ReduceLogSum', 'ReduceLogSumExp'].map((op) =>
    operatorCase(11, op, [fed([2, 3, 4], 0.5, 2)], { axes: list([1]), keepdims: int(0) }),
  ),
  operatorCase(11, 'ReduceSum', [fed([2, 3, 4])], { axes: list([1]) }),
  operatorCase(13, 'ReduceSum', [fed([2, 3, 4]), ints(1, 2)], { keepdims: int(0) }),
  operatorCase(13, 'ReduceSum', [fed([2, 3, 4])], { noop_with_empty_axes: int(1) }),
  // constants and types
  operatorCase(9, 'ConstantOfShape', [ints(2, 3)]),
  operatorCase(13, 'Shape', [fed([2, 3, 4])]),
  operatorCase(15, 'Shape', [fed([2, 3, 4])], { start: int(-2), end: int(2) }),
  operatorCase(13, 'Size', [fed([2, 3, 4])]),
  operatorCase(9, 'Cast', [fed([2, 3])], { to: int(7) }),
  operatorCase(13, 'Cast', [fed([2, 3])], { to: int(9) }),
  operatorCase(15, 'CastLike', [fed([2, 3]), values('int32', [1])]),
  operatorCase(12, 'Constant', [], { value_ints: list([1, 2, 3]) }),
  operatorCase(12, 'Constant', [], { value_float: float(2) }),
  operatorCase(12, 'Constant', [], { value_floats: floats([2]) }),
  operatorCase(11, 'Range', [scalar('int64', 2), scalar('int64', 11), scalar('int64', 3)]),
  operatorCase(11, 'Range', [scalar('float32', 1), scalar('float32', -1), scalar('float32', -0.5)]),
  operatorCase(9, 'EyeLike', [fed([2, 3])], { dtype: int(11) }),
  operatorCase(10, 'QuantizeLinear', [fed([2, 3]), scalar('float32', 0.1), scalar('uint8', 3)]),
  operatorCase(10, 'DequantizeLinear', [values('int8', [1, 2]), scalar('float32', 0.1)]),
  operatorCase(11, 'DynamicQuantizeLinear', [fed([2, 3])], {}, { outputs: 3 }),
  operatorCase(10, 'MatMulInteger', [values('uint8', [1, 2], [1, 2]), values('uint8', [1, 2], [2, 1])]),
  // resizing
  operatorCase(7, 'Upsample', [image], { scales: floats([1, 1, 2, 1.5]) }),
  operatorCase(9, 'Upsample', [image, held(values('float32', [1, 1, 2, 2]))], { mode: string('linear') }),
  operatorCase(10, 'Resize', [image, held(values('float32', [1, 1, 2, 2.5]))]),
  operatorCase(10, 'Resize', [image, held(values('float32', [1, 1, 0.5, 2]))], { mode: string('linear') }),
  operatorCase(11, 'Resize', [image, held(values('float32', [])), held(values('float32', [1, 1, 0.6, 2]))]),
  operatorCase(10, 'Resize', [image, held(values('float32', [1, 1, 0.4, 2]))]),
  operatorCase(10, 'Resize', [image, held(values('float32', [1, 1, 0.4, 0.7]))]),
  operatorCase(11, 'Resize', [image, held(values('float32', [])), held(values('float32', [1, 1, 2, 3]))], {
    coordinate_transformation_mode: string('tf_half_pixel_for_nn'),
  }),
  operatorCase(11, 'Resize', [image, held(values('float32', [])), held(values('float32', [])), ints(2, 3, 5, 20)], {
    mode: string('cubic'),
    coordinate_transformation_mode: string('pytorch_half_pixel'),
  }),
  operatorCase(
    11,
    'Resize',
    [image, held(values('float32', [0, 0, 0.1, 0.2, 1, 1, 0.9, 0.8])), held(values('float32', [])), ints(2, 3, 5, 6)],
    { mode: string('linear'), coordinate_transformation_mode: string('tf_crop_and_resize') },
  ),
  operatorCase(13, 'Resize', [image, undefined, undefined, ints(2, 3, 5, 20)], {
    mode: string('linear'),
    coordinate_transformation_mode: string('align_corners'),
  }),
  operatorCase(18, 'Resize', [image, undefined, undefined, ints(16, 12)], {
    axes: list([2, 3]),
    keep_aspect_ratio_policy: string('not_larger'),
  }),
  operatorCase(10, 'RoiAlign', [image, held(boxes), held(values('int64', [0, 1]))], {
    output_height: int(2),
    output_width: int(3),
  }),
  operatorCase(
    18,
    'Scaler',
    [fed([2, 3])],
    { offset: floats([0.1, 0.2, 0.3]), scale: floats([1, 2, 3]) },
    { domain: 'ai.onnx.ml' },
  ),
  operatorCase(18, 'Normalizer', [fed([2, 3])], { norm: string('L2') }, { domain: 'ai.onnx.ml' }),
  operatorCase(17, 'DFT', [fed([2, 5, 1])]),
  operatorCase(17, 'DFT', [fed([2, 5, 6, 2]), scalar('int64', 7)], { axis: int(-2), onesided: int(0) }),
  operatorCase(17, 'DFT', [fed([2, 5, 6, 1]), scalar('int64', 4)], { axis: int(2), onesided: int(1) }),
  operatorCase(20, 'DFT', [fed([2, 5, 6, 2])], { inverse: int(1) }),
  operatorCase(20, 'DFT', [fed([2, 5, 6, 1]), undefined, scalar('int64', 1)], { onesided: int(1) }),
  operatorCase(17, 'STFT', [fed([2, 40, 1]), scalar('int64', 3), held(fed([8], 0, 1))]),
  operatorCase(17, 'STFT', [fed([2, 40, 1]), scalar('int64', 5), undefined, scalar('int64', 16)], { onesided: int(0) }),
  operatorCase(17, 'MelWeightMatrix', [
    scalar('int64', 4),
    scalar('int64', 16),
    scalar('int64', 8000),
    scalar('float32', 0),
    scalar('float32', 4000),
  ]),
  operatorCase(16, 'GridSample', [image, fed([2, 4, 5, 2])]),
  // recurrent
  operatorCase(
    14,
    'LSTM',
    [fed([5, 2, 3]), held(fed([1, 16, 3])), held(fed([1, 16, 4]))],
    { hidden_size: int(4) },
    {
      outputs: 3,
    },
  ),
  operatorCase(
    7,
    'GRU',
    [fed([5, 2, 3]), held(fed([2, 12, 3])), held(fed([2, 12, 4]))],
    {
      hidden_size: int(4),
      direction: string('bidirectional'),
    },
    { outputs: 2 },
  ),
  operatorCase(
    7,
    'RNN',
    [fed([5, 2, 3]), held(fed([1, 4, 3])), held(fed([1, 4, 4]))],
    { hidden_size: int(4) },
    {
      outputs: 2,
    },
  ),
  // deprecated and experimental
  operatorCase(7, 'ImageScaler', [image], { scale: float(0.5), bias: floats([1, 2, 3]) }),
  operatorCase(7, 'Crop', [image], { border: list([1, 2, 3, 1]) }),
  operatorCase(7, 'Crop', [image], { border: list([1, 0, 0, 0]) }),
  operatorCase(7, 'Crop', [image], { border: list([1, 2, 3, 1]), scale: list([3, 4]) }),
  operatorCase(7, 'Affine', [image], { alpha: float(0.5), beta: float(2) }),
  operatorCase(7, 'Scale', [image], { scale: float(0.5) }),
  operatorCase(7, 'ScaledTanh', [image], { alpha: float(0.5), beta: float(2) }),
  operatorCase(7, 'ParametricSoftplus', [image], { alpha: float(0.5), beta: float(2) }),
  operatorCase(7, 'ThresholdedRelu', [image], { alpha: float(0.5) }),
  operatorCase(7, 'DynamicSlice', [fed([5, 6]), ints(1, 2), ints(3, 100)]),
  operatorCase(7, 'DynamicSlice', [fed([5, 6]), ints(2), ints(100), ints(1)]),
  operatorCase(7, 'MeanVarianceNormalization', [image]),
  operatorCase(7, 'MeanVarianceNormalization', [image], { across_channels: int(1) }),
  operatorCase(7, 'MeanVarianceNormalization', [image], { normalize_variance: int(0) }),
  // later than 18
  operatorCase(24, 'Swish', [fed([2, 6])]),
  operatorCase(24, 'Swish', [fed([2, 6])], { alpha: float(0.5) }),
  operatorCase(19, 'Pad', [fed([4, 5]), ints(1, 0, 2, 3)], { mode: string('edge') }),
  operatorCase(19, 'DeformConv', [fed([2, 2, 5, 6]), held(fed([3, 2, 2, 3])), fed([2, 12, 4, 4], -2, 2)]),
  operatorCase(
    22,
    'DeformConv',
    [fed([2, 4, 5, 6]), held(fed([6, 2, 3, 2])), fed([2, 24, 3, 5], -2, 2), held(fed([6])), fed([2, 12, 3, 5], 0, 1)],
    {
      pads: list([1, 0, 2, 1]),
      strides: list([2, 1]),
      dilations: list([1, 2]),
      group: int(2),
      offset_group: int(2),
    },
  ),
  ...[
    { dims: [2, 2, 3], size: ints(2, 3, 4, 5) },
    { dims: [2, 3, 4], size: ints(2, 1, 3, 4, 2) },
  ].flatMap(({ dims, size }) =>
    [0, 1].map((align) => operatorCase(20, 'AffineGrid', [fed(dims), size], { align_corners: int(align) })),
  ),
  operatorCase(20, 'GridSample', [image, fed([2, 4, 5, 2])], { mode: string('linear') }),
  operatorCase(20, 'GridSample', [image, fed([2, 4, 5, 2])], { mode: string('cubic') }),
  operatorCase(21, 'QuantizeLinear', [fed([2, 3]), scalar('float32', 0.1), scalar('uint8', 3)], { saturate: int(1) }),
  operatorCase(21, 'DequantizeLinear', [values('uint8', [4, 9]), scalar('float32', 0.1)]),
  operatorCase(22, 'Conv', [image, kernel], { pads: list([1, 1, 1, 1]) }),
  operatorCase(22, 'MaxPool', [image], { kernel_shape: square }),
  operatorCase(22, 'Dropout', [image], {}),
  ...(
    [
      [[fed([2, 2, 3, 4]), fed([2, 2, 5, 4]), fed([2, 2, 5, 3])], {}],
      [[fed([2, 2, 3, 4]), fed([2, 2, 3, 4]), fed([2, 2, 3, 4])], { is_causal: int(1) }],
      [[fed([2, 3, 8]), fed([2, 5, 4]), fed([2, 5, 4]), fed([3, 5])], { q_num_heads: int(4), kv_num_heads: int(2) }],
      [
        [fed([1, 3, 4]), fed([1, 3, 4]), fed([1, 3, 4])],
        { q_num_heads: int(2), kv_num_heads: int(2), scale: float(0.3), softcap: float(0.7) },
      ],
      [[fed([1, 2, 3, 4]), fed([1, 2, 3, 4]), fed([1, 2, 3, 4]), fed([3, 3])], { softcap: float(0.5) }],
    ] as const
  ).map(([inputs, attributes]) => operatorCase(23, 'Attention', inputs, attributes)),
  ...([{}, { is_causal: int(1) }] as const).map((attributes) =>
    operatorCase(
      24,
      'Attention',
      [
        ...[fed([2, 2, 3, 4]), fed([2, 2, 5, 4]), fed([2, 2, 5, 4])],
        ...[undefined, undefined, undefined, values('int64', [4, 5])],
      ],
      attributes,
    ),
  ),
  ...(
    [
      [[fed([2, 3, 8]), fed([6, 2]), fed([6, 2]), values('int64', [0, 1, 2, 5, 3, 1], [2, 3])], { num_heads: int(2) }],
      [[fed([2, 2, 3, 4]), fed([2, 3, 2]), fed([2, 3, 2])], {}],
      [[fed([2, 2, 3, 4]), fed([2, 3, 2]), fed([2, 3, 2])], { interleaved: int(1) }],
      [
        [fed([1, 2, 3, 6]), fed([6, 2]), fed([6, 2]), values('int64', [4, 0, 1], [1, 3])],
        { rotary_embedding_dim: int(4) },
      ],
    ] as const
  ).map(([inputs, attributes]) => operatorCase(23, 'RotaryEmbedding', inputs, attributes)),
  ...(['wrap', 'reflect', 'edge'] as const).flatMap((mode) => [
    operatorCase(19, 'Pad', [fed([2, 3, 4]), ints(0, 1, 2, 0, 2, 3)], { mode: string(mode) }),
    operatorCase(21, 'Pad', [fed([2, 5]), ints(1, -1), undefined, ints(1)], { mode: string(mode) }),
  ]),
  // com.microsoft
  operatorCase(13, 'Gelu', [fed([2, 3])], {}, { domain: 'com.microsoft' }),
  operatorCase(13, 'FusedMatMul', [fed([2, 4, 3]), fed([4, 5])], { transA: int(1) }, { domain: 'com.microsoft' }),
  operatorCase(13, 'FusedConv', [image, kernel], { activation: string('Relu') }, { domain: 'com.microsoft' }),
  operatorCase(
    13,
    'SkipLayerNormalization',
    [fed([2, 3, 4]), fed([2, 3, 4]), vector(4), vector(4)],
    {},
    { domain: 'com.microsoft' },
  ),
  operatorCase(
    13,
    'MultiHeadAttention',
    [fed([2, 3, 4]), fed([2, 5, 4]), fed([2, 5, 6])],
    { num_heads: int(2) },
    { domain: 'com.microsoft' },
  ),
];
