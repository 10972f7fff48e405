import { attribute } from '../ir/attribute';
import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { float32Tensor } from '../ir/tensor';
import { floatOf, intOf, intsOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';
import { intoHeads, outOfHeads, sizesOf } from './rotaryForms';

/**
 * Attention of com.microsoft in parts (Vaswani et al. 2017; ContribOperators.md of ONNX Runtime): products, masks, softmax. Each
 * function adds what computes the node's outputs and returns true, or false for a form that is not covered.
 */
type Types = ReadonlyMap<string, ValueType>;

/** Masked scores get this much less, by ONNX Runtime's default. */
const MASKED = -10000;

/** Elements of the largest constant that is written out: a mask of 4096 words by 4096. */
const LARGEST_CONSTANT = 2 ** 24;

/** Sizes of one call: batch, queries, keys (the past ones included), heads. */
interface Sizes {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
}

/** Attention: queries, keys and values projected from one input by one weight [inputs, q + k + v]. */
export function attention(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, weight, bias, mask, past, scoreBias, pastLength] = node.inputs;
  const input = sizesOf(x, types);
  const width = sizesOf(weight, types)?.[1];
  const heads = intOf(node, 'num_heads', 0);
  if (input?.length !== 3 || width === undefined || heads < 1) return false;
  if (pastLength || intOf(node, 'do_rotary', 0) !== 0 || intOf(node, 'past_present_share_buffer', 0) !== 0)
    return false;
  const widths = intsOf(node, 'qkv_hidden_sizes') ?? [width / 3, width / 3, width / 3];
  const pastKeys = past ? sizesOf(past, types)?.[3] : 0;
  if (pastKeys === undefined || widths.some((w) => w % heads !== 0)) return false;
  const product = r.add('MatMul', [x, weight]);
  const projected = bias ? r.add('Add', [product, bias]) : product;
  const parts = r.addNode('Split', [projected, r.ints(widths)], { axis: attribute.int(-1) }, { outputs: 3 });
  const [batch, queries] = input;
  const sizes = { batch, queries, keys: queries + pastKeys, heads };
  const [q, k, v] = parts.map((part) => intoHeads(part, heads, r));
  const pasts = past
    ? r.addNode('Split', [past], { axis: attribute.int(0), num_outputs: attribute.int(2) }, { outputs: 2 })
    : [];
  const before = pasts.map((p) => r.add('Squeeze', [p, r.ints([0])]));
  const [keys, values] = [k, v].map((now, i) =>
    before[i] ? r.add('Concat', [before[i], now], { axis: attribute.int(2) }) : now,
  );
  const masks = scoreMasks(node, mask, sizes, r, types);
  if (masks === undefined) return false;
  attend(
    node,
    { q, k: keys, v: values, masks: scoreBias ? [...masks, scoreBias] : masks },
    widths[0] / heads,
    r,
    types,
  );
  const present = node.outputs[1];
  if (present) {
    const pair = [keys, values].map((state) => r.add('Unsqueeze', [state, r.ints([0])]));
    r.add('Concat', pair, { axis: attribute.int(0) }, present);
  }
  return true;
}

/**
 * MultiHeadAttention: queries, keys and values [batch, length, width] that were projected before; keys and values of another sequence may
 * be there by heads already, [batch, heads, length, size], and take no bias then.
 */
export function multiHeadAttention(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [query, key, value, bias, mask, scoreBias, pastKey, pastValue, ...rest] = node.inputs;
  const heads = intOf(node, 'num_heads', 0);
  const shapes = [query, key, value].map((input) => sizesOf(input, types));
  if (heads < 1 || rest.some((input) => input) || node.outputs[3]) return false;
  if (!shapes.every((shape): shape is number[] => shape !== undefined) || shapes[0].length !== 3) return false;
  const isByHeads = shapes[1].length === 4;
  if (shapes[1].length !== shapes[2].length || (shapes[1].length !== 3 && !isByHeads)) return false;
  const widths = shapes.map((shape) => (shape.length === 4 ? shape[1] * shape[3] : shape[2]));
  const pastKeys = pastKey ? sizesOf(pastKey, types)?.[2] : 0;
  if (pastKeys === undefined || widths.some((w) => w % heads !== 0)) return false;
  const biases = bias
    ? r.addNode('Split', [bias, r.ints(widths)], { axis: attribute.int(0) }, { outputs: 3 })
    : [undefined, undefined, undefined];
  const [batch, queries] = shapes[0];
  const sizes = { batch, queries, keys: shapes[1][isByHeads ? 2 : 1] + pastKeys, heads };
  const [q, k, v] = [query, key, value].map((input, i) => {
    if (i > 0 && isByHeads) return input;
    const shifted = biases[i] ? r.add('Add', [input, biases[i]]) : input;
    return intoHeads(shifted, heads, r);
  });
  const extended = (past: string, now: string, present: string | undefined) => {
    if (!past && !present) return now;
    const parts = past ? [past, now] : [now];
    return r.add('Concat', parts, { axis: attribute.int(2) }, present || undefined);
  };
  const masks = scoreMasks(node, mask, sizes, r, types);
  if (masks === undefined) return false;
  const keys = extended(pastKey, k, node.outputs[1]);
  const values = extended(pastValue, v, node.outputs[2]);
  attend(
    node,
    { q, k: keys, v: values, masks: scoreBias ? [...masks, scoreBias] : masks },
    widths[0] / heads,
    r,
    types,
  );
  return true;
}

/** softmax(q k^T * scale + masks) v, put together over the heads. */
function attend(
  node: MutableNode,
  { q, k, v, masks }: { q: string; k: string; v: string; masks: readonly string[] },
  size: number,
  r: Rewriter,
  types: Types,
): void {
  const dtype = types.get(node.inputs[0])?.dtype ?? 'float32';
  const scale = floatOf(node, 'scale', 0) || 1 / Math.sqrt(size);
  const scores = r.add('MatMul', [q, r.add('Transpose', [k], { perm: attribute.ints([0, 1, 3, 2]) })]);
  const scaled = r.add('Mul', [scores, r.scalar(scale, dtype)]);
  const masked = masks.reduce((sum, mask) => r.add('Add', [sum, mask]), scaled);
  const weights = r.add('Softmax', [masked], { axis: attribute.int(-1) });
  outOfHeads(r.add('MatMul', [weights, v]), r, node.outputs[0]);
}

/**
 * What is added to the scores [batch, heads, queries, keys]: for the words to come (`unidirectional`), and for the padding that
 * the mask tells, by lengths [batch], ends and starts [2 * batch], or ones and zeros [batch, keys] or [batch, queries, keys].
 * @returns undefined for a mask of another form
 */
function scoreMasks(
  node: MutableNode,
  mask: string | undefined,
  { batch, queries, keys }: Sizes,
  r: Rewriter,
  types: Types,
): string[] | undefined {
  const masks: string[] = [];
  if (queries * keys > LARGEST_CONSTANT) return undefined;
  if (intOf(node, 'unidirectional', 0) !== 0) {
    const future = (i: number) => i % keys > Math.floor(i / keys) + keys - queries;
    const values = Float32Array.from({ length: queries * keys }, (_, i) => (future(i) ? MASKED : 0));
    masks.push(r.tensor('causal', (name) => float32Tensor(name, [queries, keys], values)));
  }
  if (!mask) return masks;
  const dims = sizesOf(mask, types);
  const filter = floatOf(node, 'mask_filter_value', MASKED);
  const int64 = types.get(mask)?.dtype === 'int64' ? mask : r.add('Cast', [mask], { to: attribute.int(7) });
  /** The amount where a condition does not hold. */
  const unless = (condition: string, shape: readonly number[]) => {
    const placed = r.add('Reshape', [condition, r.ints(shape)]);
    return r.add('Where', [placed, r.scalar(0), r.scalar(filter)]);
  };
  const place = () => r.ints(Array.from({ length: keys }, (_, i) => i));
  const columns = (part: string) => r.add('Reshape', [part, r.ints([batch, 1])]);
  if (dims?.length === 1 && dims[0] === batch) {
    masks.push(unless(r.add('Less', [place(), columns(int64)]), [batch, 1, 1, keys]));
  } else if (dims?.length === 1 && dims[0] === 2 * batch) {
    const halves = { axis: attribute.int(0), num_outputs: attribute.int(2) };
    const [ends, starts] = r.addNode('Split', [int64], halves, { outputs: 2 });
    const within = [r.add('Less', [place(), columns(ends)]), r.add('GreaterOrEqual', [place(), columns(starts)])];
    masks.push(unless(r.add('And', within), [batch, 1, 1, keys]));
  } else if (dims?.length === 2 && dims[0] === batch && dims[1] === keys) {
    masks.push(unless(r.add('Greater', [int64, r.ints(0)]), [batch, 1, 1, keys]));
  } else if (dims?.length === 3 && dims[1] === queries && dims[2] === keys) {
    masks.push(unless(r.add('Greater', [int64, r.ints(0)]), [dims[0], 1, queries, keys]));
  } else return undefined;
  return masks;
}
