import { attribute } from '../../ir/attribute';
import type { MutableNode } from '../../ir/mutableGraph';
import { say } from '../../texts/say';
import { intoHeads, outOfHeads } from '../rotaryForms';
import { floatOf, intOf, type Conversion } from './conversion';

/** Added to scores that are masked. */
const MASKED = -1e30;

/**
 * Attention (opset 23; Vaswani et al. 2017): Q, K, V as [batch, heads, length, size] or [batch, length, heads * size]; groups of
 * heads that share keys, past keys and values, masks, lengths, softcap.
 */
export function attention(node: MutableNode, c: Conversion): boolean {
  const [query, key, value, mask, pastKey, pastValue, lengths] = node.inputs;
  const [y, presentKey, presentValue, shown] = node.outputs;
  const flat = c.rank(node, query) === 3;
  const sizes = c.shape(query)!;
  const heads = flat ? intOf(node, 'q_num_heads', 0) : sizes[1];
  const keyHeads = flat ? intOf(node, 'kv_num_heads', 0) : c.shape(key)?.[1];
  const width = sizes[sizes.length - 1];
  if (!isCount(heads) || !isCount(keyHeads) || heads % keyHeads !== 0)
    return c.fail(node, say`the numbers of its heads are not known or do not fit`);
  if (typeof width !== 'number') return c.fail(node, say`the size of its heads is not known`);
  const [q, k, v] = [query, key, value].map((x, i) => (flat ? intoHeads(x, i === 0 ? heads : keyHeads, c) : x));
  const extended = (past: string | undefined, now: string, present: string | undefined) => {
    if (past) return c.add('Concat', [past, now], { axis: attribute.int(2) }, present || undefined);
    return present ? c.add('Identity', [now], {}, present) : now;
  };
  // head h of the queries reads keys of head h / (heads / keyHeads)
  const share = Array.from({ length: heads }, (_, h) => Math.floor((h * keyHeads) / heads));
  const shared = (x: string) =>
    heads === keyHeads ? x : c.add('Gather', [x, c.ints(share)], { axis: attribute.int(1) });
  const keys = shared(extended(pastKey, k, presentKey));
  const values = shared(extended(pastValue, v, presentValue));
  const dtype = c.dtype(query);
  const scale = floatOf(node, 'scale', 0) || 1 / Math.sqrt(flat ? width / heads : width);
  const products = c.add('MatMul', [q, c.add('Transpose', [keys], { perm: attribute.ints([0, 1, 3, 2]) })]);
  const scores = c.add('Mul', [products, c.scalar(scale, dtype)]);
  const cap = floatOf(node, 'softcap', 0);
  const capped = cap > 0 ? bounded(scores, c.scalar(cap, dtype), c) : scores;
  const biases = [
    mask && (c.dtype(mask) === 'bool' ? c.add('Where', [mask, c.scalar(0, dtype), c.scalar(MASKED, dtype)]) : mask),
    lengths
      ? beyond(scores, lengths, intOf(node, 'is_causal', 0) !== 0, dtype, c)
      : intOf(node, 'is_causal', 0) !== 0 && future(scores, dtype, c),
  ].filter((bias): bias is string => !!bias);
  // ONNX Runtime bounds the scores before it masks them
  const masked = biases.reduce((sum, bias) => c.add('Add', [sum, bias]), capped);
  const weights = c.add('Softmax', [masked], { axis: attribute.int(-1) });
  const stages = [scores, masked, capped, weights];
  if (shown) c.add('Identity', [stages[intOf(node, 'qk_matmul_output_mode', 0)]], {}, shown);
  if (flat) outOfHeads(c.add('MatMul', [weights, values]), c, y);
  else c.add('MatMul', [weights, values], {}, y);
  return true;
}

/** More heads than this no network has: a file that says so is wrong. */
const MOST_HEADS = 4096;

function isCount(heads: unknown): heads is number {
  return typeof heads === 'number' && heads >= 1 && heads <= MOST_HEADS;
}

/** cap * tanh(x / cap) */
function bounded(x: string, cap: string, c: Conversion): string {
  return c.add('Mul', [c.add('Tanh', [c.add('Div', [x, cap])]), cap]);
}

/**
 * What hides the keys behind the end of each sequence (`nonpad_kv_seqlen`, opset 24); of a causal one those behind each word, the last
 * of which stands at the end.
 */
function beyond(
  scores: string,
  lengths: string,
  isCausal: boolean,
  dtype: Parameters<Conversion['scalar']>[1],
  c: Conversion,
): string {
  const count = (axis: number) => {
    const part = { start: attribute.int(axis), end: attribute.int(axis + 1) };
    const [size] = c.addNode('Shape', [scores], part);
    const length = c.add('Squeeze', [size]);
    return { size, places: c.add('Range', [c.ints(0), length, c.ints(1)]) };
  };
  const ends = c.add('Reshape', [lengths, c.ints([-1, 1, 1, 1])]);
  const seen = () => {
    if (!isCausal) return ends;
    const { size, places } = count(2);
    const before = c.add('Sub', [c.add('Add', [c.add('Unsqueeze', [places, c.ints([1])]), c.ints(1)]), size]);
    return c.add('Add', [ends, before]);
  };
  const inside = c.add('Less', [count(3).places, seen()]);
  return c.add('Where', [inside, c.scalar(0, dtype), c.scalar(MASKED, dtype)]);
}

/** What hides the words to come: a large negative number above the diagonal of every matrix of scores. */
function future(scores: string, dtype: Parameters<Conversion['scalar']>[1], c: Conversion): string {
  const zeros = c.add('Mul', [scores, c.scalar(0, dtype)]);
  return c.add('Trilu', [c.add('Add', [zeros, c.scalar(MASKED, dtype)]), c.ints(1)], { upper: attribute.int(1) });
}
