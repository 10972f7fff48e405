import { ABSENT, type Node, type ValueId } from '../ir/graph';
import type { GraphReading } from './graphReading';
import type { RecognizedLinear } from './layerView';
import type { NodeRecognizer, PieceFacts } from './piece';

const MICROSOFT = 'com.microsoft';

/** Where a linear operator keeps its data, weight and bias, and how its output channels follow from the weight. */
interface LinearForm {
  readonly operator: RecognizedLinear['operator'];
  readonly data?: number;
  readonly weight: number;
  readonly bias?: number;
  /** The operator is a layer only when the weight does not depend on the data: a product of two activations is none. */
  readonly constantWeight?: boolean;
}

const convolution: LinearForm = { operator: 'Conv', weight: 1, bias: 2 };
const quantizedConvolution: LinearForm = { operator: 'Conv', weight: 3, bias: 8 };
const matrix: LinearForm = { operator: 'MatMul', weight: 1, constantWeight: true };

const forms: Readonly<Record<string, LinearForm>> = {
  Conv: convolution,
  ConvTranspose: { ...convolution, operator: 'ConvTranspose' },
  DeformConv: { ...convolution, bias: 3 },
  ConvInteger: { ...convolution, bias: undefined },
  QLinearConv: quantizedConvolution,
  Gemm: { operator: 'Gemm', weight: 1, bias: 2, constantWeight: true },
  MatMul: matrix,
  MatMulInteger: matrix,
  QLinearMatMul: { ...matrix, weight: 3 },
  Einsum: matrix,
};

const microsoftForms: Readonly<Record<string, LinearForm>> = {
  FusedConv: convolution,
  NhwcConv: convolution,
  NhwcFusedConv: convolution,
  QLinearConv: quantizedConvolution,
  FusedGemm: forms.Gemm,
  QGemm: { operator: 'Gemm', weight: 3, bias: 6, constantWeight: true },
  FusedMatMul: matrix,
  TransposeMatMul: matrix,
  MatMulNBits: matrix,
  MatMulIntegerToFloat: { ...matrix, bias: 6 },
  DynamicQuantizeMatMul: { ...matrix, bias: 4 },
  Attention: { ...matrix, bias: 2 },
  QAttention: { ...matrix, bias: 2 },
};

/** Convolutions, matrix products with a weight, and their fused and quantized forms. */
export const linearOperator: NodeRecognizer = (node, reading) => {
  const form =
    node.domain === '' ? forms[node.opType] : node.domain === MICROSOFT ? microsoftForms[node.opType] : undefined;
  if (form === undefined) return undefined;
  let data = form.data ?? 0;
  let weight = form.weight;
  if (form.constantWeight && isLeftWeight(node, reading)) [data, weight] = [1, 0];
  const weightValue = node.inputs[weight] ?? ABSENT;
  const dataValue = node.inputs[data] ?? ABSENT;
  if (weightValue === ABSENT || dataValue === ABSENT) return undefined;
  if (form.constantWeight && (!reading.isData(dataValue) || !isParameter(weightValue, reading))) return undefined;
  return facts(node, reading, form, dataValue, weightValue, weight === 0);
};

/** `W x`: the weight is the left factor of a matrix product. */
function isLeftWeight(node: Node, reading: GraphReading): boolean {
  const [left, right] = node.inputs;
  return ['MatMul', 'Gemm', 'Einsum'].includes(node.opType) && reading.isConstant(left) && reading.isData(right);
}

/** Constants, and in graphs whose parameters are fed from outside (training graphs) Gemm's graph inputs. */
function isParameter(value: ValueId, reading: GraphReading): boolean {
  return reading.isConstant(value) || (reading.graph.producer(value) < 0 && isFedWeight(value, reading));
}

function isFedWeight(value: ValueId, reading: GraphReading): boolean {
  const shape = reading.shape(value);
  return shape?.length === 2 && shape.every((d) => typeof d === 'number');
}

function facts(
  node: Node,
  reading: GraphReading,
  form: LinearForm,
  data: ValueId,
  weight: ValueId,
  isLeft: boolean,
): PieceFacts {
  const bias = form.bias === undefined ? ABSENT : (node.inputs[form.bias] ?? ABSENT);
  const source = (v: ValueId) => {
    const s = reading.constantSource(v);
    return s === ABSENT ? v : s;
  };
  const fused =
    node.opType.startsWith('Fused') || node.opType.startsWith('NhwcFused') ? fusedActivation(node) : undefined;
  return {
    role: 'linear',
    inputs: [data, ...skipInput(node)].filter((v) => reading.isData(v)),
    activation: fused,
    linear: {
      operator: form.operator,
      weight: source(weight),
      bias: bias === ABSENT ? undefined : source(bias),
      channels: channels(node, reading, form, weight, isLeft),
      groups: node.int('group', 1),
    },
  };
}

/** FusedConv may add a fourth input before its activation. */
function skipInput(node: Node): readonly ValueId[] {
  return node.opType === 'FusedConv' && node.inputs.length > 3 ? [node.inputs[3]] : [];
}

function fusedActivation(node: Node): PieceFacts['activation'] {
  const name = node.string('activation');
  const known = ['Relu', 'LeakyRelu', 'Sigmoid', 'Tanh', 'HardSigmoid', 'Clip', 'Elu', 'Gelu'] as const;
  return known.find((k) => k === name);
}

/** Size of the output's channel (convolutions) or feature axis, read off the weight's shape. */
function channels(
  node: Node,
  reading: GraphReading,
  form: LinearForm,
  weight: ValueId,
  isLeft: boolean,
): number | undefined {
  const size = (axis: number) => reading.size(weight, axis);
  if (form.operator === 'Conv') return node.opType.startsWith('Nhwc') ? undefined : size(0);
  if (form.operator === 'ConvTranspose') {
    const perGroup = size(1);
    return perGroup === undefined ? undefined : perGroup * node.int('group', 1);
  }
  if (node.opType === 'Einsum' || node.opType === 'MatMulNBits') return node.int('N');
  if (isLeft) return size(node.int('transA', 0) ? -1 : -2);
  return size(node.int('transB', 0) ? -2 : -1);
}
