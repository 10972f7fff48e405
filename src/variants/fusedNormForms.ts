import { attribute } from '../ir/attribute';
import type { DataType } from '../ir/dataType';
import type { ValueType } from '../ir/graph';
import { normalizeAxis } from '../ir/inference/dims';
import type { MutableNode } from '../ir/mutableGraph';
import { floatOf, intOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';

/**
 * Norms of com.microsoft in parts (ContribOperators.md of ONNX Runtime). Each function adds what computes the node's outputs and
 * returns true, or false for a form that is not covered.
 */
type Types = ReadonlyMap<string, ValueType>;

const KEEP = { keepdims: attribute.int(1) };

/** SkipLayerNormalization: the sum of input, skip and bias, normalized over the last axis; its fourth output is that sum. */
export function skipLayerNormalization(node: MutableNode, r: Rewriter): boolean {
  const [x, skip, scale, shift, bias] = node.inputs;
  const [y, mean, inverse, sum] = node.outputs;
  layerNorm(summed(r, [x, skip, bias], sum), scale, shift, floatOf(node, 'epsilon', 1e-12), [y, mean, inverse], r);
  return true;
}

/** SkipSimplifiedLayerNormalization: the same with the root mean square (Zhang and Sennrich 2019), which has no shift. */
export function skipSimplifiedLayerNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, skip, scale, bias] = node.inputs;
  const [y, , inverse, sum] = node.outputs;
  const dtype = types.get(x)?.dtype ?? 'float32';
  rmsNorm(summed(r, [x, skip, bias], sum), scale, [-1], floatOf(node, 'epsilon', 1e-12), dtype, [y, inverse], r);
  return true;
}

/** SimplifiedLayerNormalization: the root mean square over the axes from `axis` on. */
export function simplifiedLayerNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, scale] = node.inputs;
  const type = types.get(x);
  const rank = type?.shape?.length;
  if (rank === undefined) return false;
  const axis = normalizeAxis(intOf(node, 'axis', -1), rank);
  if (axis === undefined) return false;
  const axes = Array.from({ length: rank - axis }, (_, i) => axis + i);
  rmsNorm(x, scale, axes, floatOf(node, 'epsilon', 1e-5), type?.dtype ?? 'float32', node.outputs, r);
  return true;
}

/**
 * EmbedLayerNormalization: the word's, the position's and the segment's embedding, added and normalized. The second output is
 * the number of words of each sequence that the mask leaves, 0 without one.
 */
export function embedLayerNormalization(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [words, segments, wordTable, positionTable, segmentTable, scale, shift, mask, positions] = node.inputs;
  const [y, maskIndex, sum] = node.outputs;
  const [batch, length] = types.get(words)?.shape ?? [];
  if (typeof length !== 'number' || typeof batch !== 'number') return false;
  const position = positions
    ? r.add('Gather', [positionTable, positions])
    : r.add('Slice', [positionTable, r.ints([0]), r.ints([length]), r.ints([0])]);
  const parts = [r.add('Gather', [wordTable, words]), position];
  if (segments && segmentTable) parts.push(r.add('Gather', [segmentTable, segments]));
  layerNorm(summed(r, parts, sum), scale, shift, floatOf(node, 'epsilon', 1e-12), [y], r);
  if (!maskIndex) return true;
  if (mask) r.add('ReduceSum', [mask, r.ints([1])], { keepdims: attribute.int(0) }, maskIndex);
  else r.add('Expand', [r.scalar(0, 'int32'), r.ints([batch])], {}, maskIndex);
  return true;
}

/** GroupNorm (Wu and He 2018), channels last unless stated, followed by SiLU on demand. */
export function groupNorm(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, scale, shift] = node.inputs;
  const type = types.get(x);
  const dims = type?.shape;
  if (!dims?.every((d): d is number => typeof d === 'number') || dims.length !== 4) return false;
  const groups = intOf(node, 'groups', 0);
  const last = intOf(node, 'channels_last', 1) !== 0;
  const [n, c, h, w] = last ? [dims[0], dims[3], dims[1], dims[2]] : dims;
  if (groups < 1 || c % groups !== 0) return false;
  const first = last ? r.add('Transpose', [x], { perm: attribute.ints([0, 3, 1, 2]) }) : x;
  const table = r.add('Reshape', [first, r.ints([n, groups, (c / groups) * h * w])]);
  const centred = r.add('Sub', [table, r.add('ReduceMean', [table, r.ints([2])], KEEP)]);
  const square = r.add('ReduceMean', [r.add('Mul', [centred, centred]), r.ints([2])], KEEP);
  const guarded = r.add('Add', [square, r.scalar(floatOf(node, 'epsilon', 1e-5), type?.dtype)]);
  const normalized = r.add('Div', [centred, r.add('Sqrt', [guarded])]);
  const whole = r.add('Reshape', [normalized, r.ints([n, c, h, w])]);
  const vector = (v: string) => r.add('Reshape', [v, r.ints([c, 1, 1])]);
  const affine = r.add('Add', [r.add('Mul', [whole, vector(scale)]), vector(shift)]);
  const silu = intOf(node, 'activation', 0) === 1;
  const active = silu ? r.add('Mul', [affine, r.add('Sigmoid', [affine])]) : affine;
  if (last) r.add('Transpose', [active], { perm: attribute.ints([0, 2, 3, 1]) }, node.outputs[0]);
  else r.add('Identity', [active], {}, node.outputs[0]);
  return true;
}

/** The sum of the values that there are; its last node computes `output`. */
function summed(r: Rewriter, values: readonly (string | undefined)[], output: string | undefined): string {
  const [first, ...rest] = values.filter((v): v is string => !!v);
  return rest.reduce(
    (sum, value, i) => r.add('Add', [sum, value], {}, (i === rest.length - 1 && output) || undefined),
    first,
  );
}

function layerNorm(
  x: string,
  scale: string,
  shift: string | undefined,
  epsilon: number,
  outputs: readonly string[],
  r: Rewriter,
): void {
  const named = [...outputs];
  while (!named.at(-1)) named.pop();
  r.addNode(
    'LayerNormalization',
    shift ? [x, scale, shift] : [x, scale],
    { axis: attribute.int(-1), epsilon: attribute.float(epsilon) },
    { outputs: named },
  );
}

/** scale * x / sqrt(mean of squares + epsilon); the second output is the inverse root. */
function rmsNorm(
  x: string,
  scale: string,
  axes: readonly number[],
  epsilon: number,
  dtype: DataType,
  [output, inverseOutput]: readonly (string | undefined)[],
  r: Rewriter,
): void {
  const square = r.add('ReduceMean', [r.add('Mul', [x, x]), r.ints(axes)], KEEP);
  const root = r.add('Sqrt', [r.add('Add', [square, r.scalar(epsilon, dtype)])]);
  const inverse = r.add('Reciprocal', [root], {}, inverseOutput || undefined);
  r.add('Mul', [r.add('Mul', [x, inverse]), scale], {}, output);
}
