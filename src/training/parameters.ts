import { elementCount, type Tensor } from '../ir/tensor';
import type { ValueType } from '../ir/graph';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';

/** What a parameter does where it is used: decides how it is initialised. */
export type ParameterKind = 'weight' | 'bias' | 'scale' | 'shift' | 'slope' | 'embedding' | 'recurrent';

export interface Parameter {
  /** Name of the constant in the graph. */
  readonly name: string;
  readonly tensor: Tensor;
  readonly kind: ParameterKind;
  /** Of a weight: how many inputs one output sums over, and how many outputs one input enters. */
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Input positions at which an operator reads trainable constants; of other domains as `domain.opType`. */
const POSITIONS: Readonly<Record<string, Readonly<Record<number, ParameterKind>>>> = {
  Conv: { 1: 'weight', 2: 'bias' },
  ConvTranspose: { 1: 'weight', 2: 'bias' },
  Gemm: { 0: 'weight', 1: 'weight', 2: 'bias' },
  MatMul: { 0: 'weight', 1: 'weight' },
  Einsum: { 0: 'weight', 1: 'weight' },
  BatchNormalization: { 1: 'scale', 2: 'shift' },
  InstanceNormalization: { 1: 'scale', 2: 'shift' },
  LayerNormalization: { 1: 'scale', 2: 'shift' },
  GroupNormalization: { 1: 'scale', 2: 'shift' },
  RMSNormalization: { 1: 'scale' },
  PRelu: { 1: 'slope' },
  Gather: { 0: 'embedding' },
  LSTM: { 1: 'recurrent', 2: 'recurrent', 3: 'bias', 7: 'recurrent' },
  GRU: { 1: 'recurrent', 2: 'recurrent', 3: 'bias' },
  RNN: { 1: 'recurrent', 2: 'recurrent', 3: 'bias' },
  SimplifiedLayerNormalization: { 1: 'scale' },
  'com.microsoft.Attention': { 1: 'weight', 2: 'bias' },
  'com.microsoft.BiasGelu': { 1: 'bias' },
  'com.microsoft.EmbedLayerNormalization': { 2: 'embedding', 3: 'embedding', 4: 'embedding', 5: 'scale', 6: 'shift' },
  'com.microsoft.FastGelu': { 1: 'bias' },
  'com.microsoft.FusedConv': { 1: 'weight', 2: 'bias' },
  'com.microsoft.FusedGemm': { 0: 'weight', 1: 'weight', 2: 'bias' },
  'com.microsoft.FusedMatMul': { 0: 'weight', 1: 'weight' },
  'com.microsoft.GroupNorm': { 1: 'scale', 2: 'shift' },
  'com.microsoft.MultiHeadAttention': { 3: 'bias' },
  'com.microsoft.SkipLayerNormalization': { 2: 'scale', 3: 'shift', 4: 'bias' },
  'com.microsoft.SkipSimplifiedLayerNormalization': { 2: 'scale', 3: 'bias' },
  'com.microsoft.TransposeMatMul': { 0: 'weight', 1: 'weight' },
};

/** Arithmetic whose constant operand is a bias or a scale when it has more than one element. */
const ARITHMETIC: Readonly<Record<string, ParameterKind>> = { Add: 'bias', Sub: 'bias', Sum: 'bias', Mul: 'scale' };

/** Operators that only rearrange a constant before it is used. */
const REARRANGING = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Cast',
  'CastLike',
  'Expand',
  'Slice',
  'Split',
  'Concat',
]);

/** True when the node's output is the value in another order or form; beside the first input stand sizes, a type, or a grid's steps. */
function rearranges({ domain, opType, inputs }: MutableNode, value: string): boolean {
  if (inputs[0] !== value && opType !== 'Concat') return false;
  // rounded to a grid while it is trained in full
  return domain === '' ? REARRANGING.has(opType) : opType === 'Quant' && QONNX.has(domain);
}

const QONNX = new Set(['onnx.brevitas', 'qonnx.custom_op.general']);

interface Use {
  readonly kind: ParameterKind;
  readonly node: MutableNode;
  /** Name of the value as the node reads it, after rearrangements. */
  readonly value: string;
}

/**
 * The constants of a graph that training changes. A float32 constant of rank 1 and more is a parameter when it is used, at
 * once or rearranged (transposed, reshaped, cut, joined), as
 * - weight or bias of a Conv, ConvTranspose, Gemm, MatMul, Einsum or recurrent operator,
 * - scale or shift of a normalization, slope of a PRelu, table of a Gather,
 * - an operand with more than one element of Add, Sub, Sum or Mul whose other operand depends on a parameter: a bias or a
 *   scale. (Arithmetic on the raw input is preprocessing; single numbers are constants of written-out formulas.)
 * Running statistics, shapes, bounds of Clip, divisors, exponents, masks of Where and integers are none.
 *
 * @param types static types of all values
 * @param excluded names that are no parameters: means and variances of norms that are written out
 * @param stated scales and shifts of recognized norms, whatever operators they are written in
 */
export function findParameters(
  graph: MutableGraph,
  types: ReadonlyMap<string, ValueType>,
  excluded: ReadonlySet<string>,
  stated: ReadonlyMap<string, 'scale' | 'shift'> = new Map(),
): Parameter[] {
  const { consumers } = graph.uses();
  const learnt = new Set<string>();
  const found = new Map<string, Use>();
  const outputs = new Set(graph.outputs.map((o) => o.name));

  const useOf = (name: string, elements: number): Use | undefined => {
    // a set that grows while it is walked: every value once, however the constant is cut and joined
    const values = new Set([name]);
    for (const value of values) {
      if (outputs.has(value)) continue;
      for (const node of consumers.get(value) ?? []) {
        const kind = stated.get(name) ?? kindOfUse(node, value, elements, learnt);
        if (kind) return { kind, node, value };
        if (rearranges(node, value)) {
          for (const o of node.outputs) if (o !== '') values.add(o);
        }
      }
    }
    return undefined;
  };

  const search = (certain: boolean): boolean => {
    let more = false;
    for (const [name, tensor] of graph.initializers) {
      if (found.has(name) || excluded.has(name) || tensor.dtype !== 'float32' || tensor.dims.length === 0) continue;
      const elements = elementCount(tensor.dims);
      if (elements === 0) continue;
      const use = useOf(name, certain ? 0 : elements);
      if (use) {
        found.set(name, use);
        more = true;
      }
    }
    return more;
  };

  // weights first; biases and scales of arithmetic are those behind weights, so they need what weights reach
  search(true);
  const spread = () => {
    for (const name of found.keys()) learnt.add(name);
    for (const node of graph.nodes) {
      if (node.inputs.some((i) => learnt.has(i))) for (const o of node.outputs) learnt.add(o);
    }
  };
  spread();
  while (search(false)) spread();
  return [...graph.initializers].flatMap(([name, tensor]) => {
    const use = found.get(name);
    return use ? [{ name, tensor, kind: use.kind, ...fans(use, types) }] : [];
  });
}

function positionsOf({ domain, opType }: MutableNode): Readonly<Record<number, ParameterKind>> | undefined {
  const key = domain === '' ? opType : `${domain}.${opType}`;
  return Object.hasOwn(POSITIONS, key) ? POSITIONS[key] : undefined;
}

function kindOfUse(
  node: MutableNode,
  value: string,
  elements: number,
  learnt: ReadonlySet<string>,
): ParameterKind | undefined {
  const positions = positionsOf(node);
  if (positions) {
    const at = node.inputs.indexOf(value);
    return positions[at];
  }
  const kind = node.domain === '' ? ARITHMETIC[node.opType] : undefined;
  if (kind === undefined || elements < 2) return undefined;
  return node.inputs.some((i) => i !== value && learnt.has(i)) ? kind : undefined;
}

/** Fans as the operator reads the weight, whatever layout the file keeps it in. */
function fans({ kind, node, value }: Use, types: ReadonlyMap<string, ValueType>): { fanIn: number; fanOut: number } {
  const shape = types.get(value)?.shape;
  if (kind !== 'weight' && kind !== 'recurrent' && kind !== 'embedding') return { fanIn: 0, fanOut: 0 };
  if (!shape?.every((d): d is number => typeof d === 'number') || shape.length < 2) return { fanIn: 1, fanOut: 1 };
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
  const attr = (name: string) => node.attributes.get(name);
  const int = (name: string, fallback: number) => {
    const a = attr(name);
    return a?.type === 'int' ? a.value : fallback;
  };
  const [rows, columns] = shape.slice(-2);
  const kernel = product(shape.slice(2));
  const groups = int('group', 1);
  const strides = attr('strides');
  const stride = strides?.type === 'ints' ? product(strides.value) : 1;
  switch (node.opType) {
    case 'Conv':
    case 'FusedConv':
      // [M, C / groups, ...]; a stride skips outputs of an input, which fan-out by convention ignores
      return { fanIn: shape[1] * kernel, fanOut: (shape[0] / groups) * kernel };
    case 'ConvTranspose':
      // [C, M / groups, ...]: an output sums over kernel / stride places
      return { fanIn: Math.max(1, ((shape[0] / groups) * kernel) / stride), fanOut: shape[1] * kernel };
    case 'Gemm':
    case 'FusedGemm':
    case 'FusedMatMul':
    case 'TransposeMatMul': {
      const transposed = int(node.inputs[1] === value ? 'transB' : 'transA', 0) === 1;
      const [inner, outer] = (node.inputs[1] === value) === transposed ? [columns, rows] : [rows, columns];
      return { fanIn: inner, fanOut: outer };
    }
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      // [directions, gates * hidden, inputs]
      return { fanIn: columns, fanOut: int('hidden_size', rows) };
    case 'Gather':
      return { fanIn: columns, fanOut: columns };
    default:
      return node.inputs[1] === value ? { fanIn: rows, fanOut: columns } : { fanIn: columns, fanOut: rows };
  }
}
