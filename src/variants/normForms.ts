import { attribute } from '../ir/attribute';
import { dataTypeCode, type DataType } from '../ir/dataType';
import { ModelError } from '../ir/errors';
import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import type { Rewriter } from './rewriter';

/**
 * Norms written out in elementary operators of opset 18. Each function adds what computes the node's outputs and returns
 * true (it replaced the node).
 */
type Types = ReadonlyMap<string, ValueType>;

const KEEP = { keepdims: attribute.int(1) };

/** InstanceNormalization (opset 6): every channel of every sample over its spatial axes. */
export function instanceNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, scale, shift] = node.inputs;
  const { rank, dtype } = tensorOf(node, types);
  const { normalized } = standardized(r, x, range(2, rank), epsilonOf(node), dtype);
  affine(r, normalized, perChannel(r, scale, rank), perChannel(r, shift, rank), node.outputs[0]);
  return true;
}

/**
 * GroupNormalization: groups of neighbouring channels with their spatial axes. Scale and shift are [groups] in opset 18
 * and [channels] from 21 on; a file may be told apart by their size.
 */
export function groupNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, scale, shift] = node.inputs;
  const { rank, dtype } = tensorOf(node, types);
  const groups = node.attributes.get('num_groups');
  if (groups?.type !== 'int') return fail(node, 'does not state its num_groups');
  const perGroup = types.get(scale)?.shape?.[0] === groups.value && types.get(x)?.shape?.[1] !== groups.value;
  const grouped = r.add('Reshape', [x, r.ints([0, groups.value, -1])]);
  const { normalized } = stashed(r, grouped, node, dtype, (v, type) => standardized(r, v, [2], epsilonOf(node), type));
  if (perGroup) {
    const scaled = affine(r, normalized, perChannel(r, scale, 3), perChannel(r, shift, 3));
    r.add('Reshape', [scaled, r.add('Shape', [x])], {}, node.outputs[0]);
  } else {
    const whole = r.add('Reshape', [normalized, r.add('Shape', [x])]);
    affine(r, whole, perChannel(r, scale, rank), perChannel(r, shift, rank), node.outputs[0]);
  }
  return true;
}

/** LayerNormalization (opset 17): all axes from `axis` on; mean and inverse standard deviation are further outputs. */
export function layerNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, scale, shift] = node.inputs;
  const { rank, dtype } = tensorOf(node, types);
  const axes = normalizedAxes(node, rank);
  const [y, meanOutput, inverseOutput] = node.outputs;
  const { normalized, mean, inverse } = stashed(r, x, node, dtype, (v, type) =>
    standardized(r, v, axes, epsilonOf(node), type),
  );
  affine(r, normalized, scale, shift, y);
  if (meanOutput) r.add('Identity', [mean], {}, meanOutput);
  if (inverseOutput) r.add('Identity', [inverse], {}, inverseOutput);
  return true;
}

/** RMSNormalization (opset 23; Zhang and Sennrich 2019): divided by the root of the mean square, not centred. */
export function rmsNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, scale] = node.inputs;
  const { rank, dtype } = tensorOf(node, types);
  const axes = normalizedAxes(node, rank);
  const { normalized } = stashed(r, x, node, dtype, (v, type) => {
    const square = r.add('ReduceMean', [r.add('Mul', [v, v]), r.ints(axes)], KEEP);
    const inverse = inverseRoot(r, square, epsilonOf(node), type);
    return { normalized: r.add('Mul', [v, inverse]) };
  });
  affine(r, normalized, scale, undefined, node.outputs[0]);
  return true;
}

/** Mean 0 and variance 1 over the axes, centred before it is squared. */
export function standardized(r: Rewriter, x: string, axes: readonly number[], epsilon: number, dtype: DataType) {
  const over = r.ints(axes);
  const mean = r.add('ReduceMean', [x, over], KEEP);
  const centred = r.add('Sub', [x, mean]);
  const variance = r.add('ReduceMean', [r.add('Mul', [centred, centred]), over], KEEP);
  const inverse = inverseRoot(r, variance, epsilon, dtype);
  return { normalized: r.add('Mul', [centred, inverse]), mean, inverse };
}

function inverseRoot(r: Rewriter, variance: string, epsilon: number, dtype: DataType): string {
  return r.add('Reciprocal', [r.add('Sqrt', [r.add('Add', [variance, r.scalar(epsilon, dtype)])])]);
}

/** Computes in float32 what `stash_type` says shall not be computed in half precision, and casts the result back. */
function stashed<T extends { normalized: string }>(
  r: Rewriter,
  x: string,
  node: MutableNode,
  dtype: DataType,
  compute: (value: string, dtype: DataType) => T,
): T {
  const stash = node.attributes.get('stash_type');
  const half = dtype === 'float16' || dtype === 'bfloat16';
  if (!half || (stash?.type === 'int' && stash.value !== dataTypeCode('float32'))) return compute(x, dtype);
  const to = (type: DataType) => ({ to: attribute.int(dataTypeCode(type)) });
  const result = compute(r.add('Cast', [x], to('float32')), 'float32');
  return { ...result, normalized: r.add('Cast', [result.normalized], to(dtype)) };
}

/** scale * x + shift; the last of the nodes added computes `output`. */
function affine(r: Rewriter, x: string, scale: string, shift: string | undefined, output?: string): string {
  if (!shift) return r.add('Mul', [x, scale], {}, output);
  return r.add('Add', [r.add('Mul', [x, scale]), shift], {}, output);
}

/** [C] as [C, 1, ...], which lines up with axis 1 of a tensor of this rank. */
function perChannel(r: Rewriter, vector: string, rank: number): string {
  return rank <= 2 ? vector : r.add('Unsqueeze', [vector, r.ints(range(1, rank - 1))]);
}

function normalizedAxes(node: MutableNode, rank: number): number[] {
  const a = node.attributes.get('axis');
  const axis = a?.type === 'int' ? a.value : -1;
  return range(axis < 0 ? axis + rank : axis, rank);
}

function tensorOf(node: MutableNode, types: Types): { rank: number; dtype: DataType } {
  const type = types.get(node.inputs[0]);
  if (type?.shape === undefined) return fail(node, `normalizes ${node.inputs[0]}, whose rank is not known`);
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
  throw new ModelError('unsupported', `${node.opType} ${why}, so it cannot be written out`, {
    node: node.name || node.outputs[0],
  });
}
