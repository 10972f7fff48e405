import { attribute } from '../ir/attribute';
import { dataTypeCode, type DataType } from '../ir/dataType';
import { ModelError } from '../ir/errors';
import type { ValueType } from '../ir/graph';
import { normalizeAxis } from '../ir/inference/dims';
import type { MutableNode } from '../ir/mutableGraph';
import { say } from '../texts/say';
import { intOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';

/**
 * Norms written out in elementary operators of opset 18. Each function adds what computes the node's outputs and returns
 * true (it replaced the node).
 */
type Types = ReadonlyMap<string, ValueType>;

const KEEP = { keepdims: attribute.int(1) };

/** GroupNormalization (opset 21): groups of neighbouring channels with their spatial axes; scale and shift per channel. */
export function groupNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, scale, shift] = node.inputs;
  const { rank, dtype } = tensorOf(node, types);
  const groups = node.attributes.get('num_groups');
  if (groups?.type !== 'int') return fail(node, say`does not state its num_groups`);
  const grouped = r.add('Reshape', [x, r.ints([0, groups.value, -1])]);
  const normalized = stashed(r, grouped, node, dtype, (v, type) => standardized(r, v, [2], epsilonOf(node), type));
  const whole = r.add('Reshape', [normalized, r.add('Shape', [x])]);
  affine(r, whole, perChannel(r, scale, rank), perChannel(r, shift, rank), node.outputs[0]);
  return true;
}

/**
 * GroupNormalization of opset 18 with a scale for each channel: opset 18 means one for each group, which opset 21 corrected and
 * exporters had done all along.
 */
export function groupNormalizationPerChannel(node: MutableNode, r: Rewriter, types: Types): boolean {
  const scales = types.get(node.inputs[1])?.shape?.[0];
  const isPerChannel = typeof scales === 'number' && scales === types.get(node.inputs[0])?.shape?.[1];
  return isPerChannel && scales !== intOf(node, 'num_groups', scales) && groupNormalization(node, r, types);
}

/** RMSNormalization (opset 23; Zhang and Sennrich 2019): divided by the root of the mean square, not centred. */
export function rmsNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, scale] = node.inputs;
  const { rank, dtype } = tensorOf(node, types);
  const axes = normalizedAxes(node, rank);
  const normalized = stashed(r, x, node, dtype, (v, type) => rootMeanSquare(r, v, axes, epsilonOf(node), type));
  affine(r, normalized, scale, undefined, node.outputs[0]);
  return true;
}

/**
 * MeanVarianceNormalization (opset 9): divided by the standard deviation and 1e-9. Here the square of 1e-9 stands under the
 * root, which is the same to float32 and has a gradient where the deviation is 0.
 */
export function meanVarianceNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x] = node.inputs;
  const stated = node.attributes.get('axes');
  const axes = stated?.type === 'ints' ? stated.value : [0, 2, 3];
  standardized(r, x, axes, 1e-18, types.get(x)?.dtype ?? 'float32', node.outputs[0]);
  return true;
}

/** LpNormalization (opset 1): divided by the sum of magnitudes (p = 1) or the Euclidean norm (2) along `axis`; 0 stays 0. */
export function lpNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x] = node.inputs;
  const axis = node.attributes.get('axis');
  const p = node.attributes.get('p');
  const over = r.ints([axis?.type === 'int' ? axis.value : -1]);
  const size = r.add(p?.type === 'int' && p.value === 1 ? 'ReduceL1' : 'ReduceL2', [x, over], KEEP);
  const divisor = r.add('Max', [size, r.scalar(1e-30, types.get(x)?.dtype)]);
  r.add('Div', [x, divisor], {}, node.outputs[0]);
  return true;
}

/** Mean 0 and variance 1 over the axes, centred before it is squared. */
export function standardized(
  r: Rewriter,
  x: string,
  axes: readonly number[],
  epsilon: number,
  dtype: DataType,
  output?: string,
): string {
  const over = r.ints(axes);
  const centred = r.add('Sub', [x, r.add('ReduceMean', [x, over], KEEP)]);
  const variance = r.add('ReduceMean', [r.add('Mul', [centred, centred]), over], KEEP);
  return r.add('Mul', [centred, inverseRoot(r, variance, epsilon, dtype)], {}, output);
}

/** Divided by the root of the mean square over the axes. */
export function rootMeanSquare(
  r: Rewriter,
  x: string,
  axes: readonly number[],
  epsilon: number,
  dtype: DataType,
): string {
  const square = r.add('ReduceMean', [r.add('Mul', [x, x]), r.ints(axes)], KEEP);
  return r.add('Mul', [x, inverseRoot(r, square, epsilon, dtype)]);
}

function inverseRoot(r: Rewriter, variance: string, epsilon: number, dtype: DataType): string {
  return r.add('Reciprocal', [r.add('Sqrt', [r.add('Add', [variance, r.scalar(epsilon, dtype)])])]);
}

/** Computes in float32 what `stash_type` says shall not be computed in half precision, and casts the result back. */
function stashed(
  r: Rewriter,
  x: string,
  node: MutableNode,
  dtype: DataType,
  compute: (value: string, dtype: DataType) => string,
): string {
  const stash = node.attributes.get('stash_type');
  const half = dtype === 'float16' || dtype === 'bfloat16';
  if (!half || (stash?.type === 'int' && stash.value !== dataTypeCode('float32'))) return compute(x, dtype);
  const to = (type: DataType) => ({ to: attribute.int(dataTypeCode(type)) });
  return r.add('Cast', [compute(r.add('Cast', [x], to('float32')), 'float32')], to(dtype));
}

/** scale * x + shift; the last of the nodes added computes `output`. */
export function affine(r: Rewriter, x: string, scale: string, shift: string | undefined, output?: string): string {
  if (!shift) return r.add('Mul', [x, scale], {}, output);
  return r.add('Add', [r.add('Mul', [x, scale]), shift], {}, output);
}

/** [C] as [C, 1, ...], which lines up with axis 1 of a tensor of this rank. */
function perChannel(r: Rewriter, vector: string, rank: number): string {
  return rank <= 2 ? vector : r.add('Unsqueeze', [vector, r.ints(range(1, rank - 1))]);
}

function normalizedAxes(node: MutableNode, rank: number): number[] {
  const a = node.attributes.get('axis');
  const axis = normalizeAxis(a?.type === 'int' ? a.value : -1, rank);
  return axis === undefined ? fail(node, say`has an axis outside ${rank} axes`) : range(axis, rank);
}

function tensorOf(node: MutableNode, types: Types): { rank: number; dtype: DataType } {
  const type = types.get(node.inputs[0]);
  if (type?.shape === undefined) return fail(node, say`normalizes ${node.inputs[0]}, whose rank is not known`);
  return { rank: type.shape.length, dtype: type.dtype ?? 'float32' };
}

function epsilonOf(node: MutableNode): number {
  const a = node.attributes.get('epsilon');
  return a?.type === 'float' || a?.type === 'int' ? a.value : 1e-5;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

function fail(node: MutableNode, why: string): never {
  throw new ModelError('unsupported', say`${node.opType} ${why}, so it cannot be written out`, {
    node: node.name || node.outputs[0],
  });
}
