import { attribute, type Attribute } from '../ir/attribute';
import type { DataType } from '../ir/dataType';
import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { floatOf, floatsOf, intOf, stringOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';

/**
 * Operators of com.microsoft that ONNX Runtime's optimizer makes of several standard ones, in parts again (ContribOperators.md
 * of ONNX Runtime). Each function adds what computes the node's outputs and returns true, or false for a form not covered.
 */
type Types = ReadonlyMap<string, ValueType>;

/** Gelu and BiasGelu: with the error function (Hendrycks and Gimpel 2016). */
export function gelu(node: MutableNode, r: Rewriter, types: Types): boolean {
  erfGelu(biased(node, r), dtypeOf(node, types), r, node.outputs[0]);
  return true;
}

/** FastGelu: the tanh approximation. */
export function fastGelu(node: MutableNode, r: Rewriter, types: Types): boolean {
  tanhGelu(biased(node, r), dtypeOf(node, types), r, node.outputs[0]);
  return true;
}

/** QuickGelu: x sigmoid(alpha x). */
export function quickGelu(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x] = node.inputs;
  const inner = r.add('Mul', [x, r.scalar(floatOf(node, 'alpha', 1.702), dtypeOf(node, types))]);
  r.add('Mul', [x, r.add('Sigmoid', [inner])], {}, node.outputs[0]);
  return true;
}

/** x / 2 (1 + erf(x / sqrt 2)) */
export function erfGelu(x: string, dtype: DataType, r: Rewriter, output: string): void {
  gated(x, r.add('Erf', [r.add('Mul', [x, r.scalar(Math.SQRT1_2, dtype)])]), dtype, r, output);
}

/** x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
export function tanhGelu(x: string, dtype: DataType, r: Rewriter, output: string): void {
  const cube = r.add('Mul', [r.add('Mul', [x, x]), x]);
  const polynomial = r.add('Add', [x, r.add('Mul', [cube, r.scalar(0.044715, dtype)])]);
  gated(x, r.add('Tanh', [r.add('Mul', [polynomial, r.scalar(Math.sqrt(2 / Math.PI), dtype)])]), dtype, r, output);
}

function gated(x: string, gate: string, dtype: DataType, r: Rewriter, output: string): void {
  const half = r.add('Mul', [x, r.scalar(0.5, dtype)]);
  r.add('Mul', [half, r.add('Add', [gate, r.scalar(1, dtype)])], {}, output);
}

function biased({ inputs: [x, bias] }: MutableNode, r: Rewriter): string {
  return bias ? r.add('Add', [x, bias]) : x;
}

/** FusedConv: Conv, a sum, an activation. */
export function fusedConv(node: MutableNode, r: Rewriter): boolean {
  const [x, w, bias, sum] = node.inputs;
  const convolved = r.add('Conv', bias ? [x, w, bias] : [x, w], unfused(node));
  return activated(node, sum ? r.add('Add', [convolved, sum]) : convolved, r);
}

/** FusedGemm: Gemm and an activation. */
export function fusedGemm(node: MutableNode, r: Rewriter): boolean {
  return activated(node, r.add('Gemm', node.inputs, unfused(node)), r);
}

/** FusedMatMul: alpha A' B', the last two axes of each exchanged on demand. */
export function fusedMatMul(node: MutableNode, r: Rewriter, types: Types): boolean {
  if (intOf(node, 'transBatchA', 0) !== 0 || intOf(node, 'transBatchB', 0) !== 0) return false;
  const operands = ['transA', 'transB'].map((flag, i) => {
    const rank = types.get(node.inputs[i])?.shape?.length;
    if (rank === undefined) return undefined;
    if (intOf(node, flag, 0) === 0 || rank < 2) return node.inputs[i];
    const perm = Array.from({ length: rank }, (_, axis) => axis);
    perm.push(...perm.splice(rank - 2, 2).reverse());
    return r.add('Transpose', [node.inputs[i]], { perm: attribute.ints(perm) });
  });
  const [a, b] = operands;
  if (a === undefined || b === undefined) return false;
  const alpha = floatOf(node, 'alpha', 1);
  if (alpha === 1) r.add('MatMul', [a, b], {}, node.outputs[0]);
  else r.add('Mul', [r.add('MatMul', [a, b]), r.scalar(alpha, dtypeOf(node, types))], {}, node.outputs[0]);
  return true;
}

/** The attributes that do not speak of the activation. */
function unfused(node: MutableNode): Record<string, Attribute> {
  return Object.fromEntries([...node.attributes].filter(([name]) => !name.startsWith('activation')));
}

/** The node's `activation` of a value, as its output. */
function activated(node: MutableNode, x: string, r: Rewriter): boolean {
  const opType = stringOf(node, 'activation', '');
  const parameters = floatsOf(node, 'activation_params') ?? [];
  const parameter = (i: number, own: string, fallback: number) => parameters[i] ?? floatOf(node, own, fallback);
  const [output] = node.outputs;
  switch (opType) {
    case '':
      r.add('Identity', [x], {}, output);
      break;
    case 'Clip':
      r.add('Clip', [x, r.scalar(parameter(0, '', -3.4e38)), r.scalar(parameter(1, '', 3.4e38))], {}, output);
      break;
    case 'LeakyRelu':
      r.add(opType, [x], { alpha: attribute.float(parameter(0, 'activation_alpha', 0.01)) }, output);
      break;
    case 'HardSigmoid': {
      const alpha = attribute.float(parameter(0, 'activation_alpha', 0.2));
      r.add(opType, [x], { alpha, beta: attribute.float(parameter(1, 'activation_beta', 0.5)) }, output);
      break;
    }
    default:
      r.add(opType, [x], {}, output);
  }
  return true;
}

function dtypeOf(node: MutableNode, types: Types): DataType {
  return types.get(node.inputs[0])?.dtype ?? 'float32';
}
