import { attribute } from '../ir/attribute';
import { dataTypeCode } from '../ir/dataType';
import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { integersAtHand } from '../ir/tensorValues';
import { floatOf, intOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';
import { counted, intoHeads, outOfHeads, rotated, sizesOf } from './rotaryForms';

type Types = ReadonlyMap<string, ValueType>;

/** Added to scores that are masked. */
const MASKED = -1e30;

/** A position behind all others. */
const NOWHERE = 2 ** 40;

/** Elements of the largest mask: 4096 words by 4096. */
const LARGEST_MASK = 2 ** 24;

/** More heads than this no network has, and a longer sequence none that is trained here: a file that says so is wrong. */
const MOST_HEADS = 4096;
const LONGEST = 2 ** 20;

/** Sizes of one call; `past` is the length of the buffer of words before. */
interface Sizes {
  readonly batch: number;
  readonly words: number;
  readonly past: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly size: number;
}

/** Where the words of each sequence stand, as int64: how many are before the new ones [batch, 1], and how many in all. */
interface Lengths {
  readonly before: string;
  readonly all: string;
}

/**
 * GroupQueryAttention of com.microsoft (Ainslie et al. 2023; ContribOperators.md of ONNX Runtime) in parts: causal attention in which
 * several heads of the queries read one head of keys and values, with a buffer of words before, rotary embedding, a window,
 * softcap, and a share of the softmax that goes to nothing (`smooth_softmax`, `head_sink`). The keys are those of the buffer and the new
 * ones behind them; their order does not matter to attention, where they stand does. Quantized buffers are not covered.
 */
export function groupQueryAttention(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [query, key, value, pastKey, pastValue, seqlens, total, cosines, sines, positions, bias, sink, ...more] =
    node.inputs;
  const [output, presentKey, presentValue, shown] = node.outputs;
  const sizes = sizesOfCall(node, types);
  if (sizes === undefined || !seqlens || shown || more.some((input) => input)) return false;
  if (!key !== !value || (intOf(node, 'do_rotary', 0) !== 0 && (!cosines || !sines))) return false;
  const { heads, keyHeads, size, words } = sizes;
  const lengths = lengthsOf(seqlens, total, sizes, r);
  const widths = [heads * size, keyHeads * size, keyHeads * size];
  const apart = key
    ? [query, key, value]
    : r.addNode('Split', [query, r.ints(widths)], { axis: attribute.int(-1) }, { outputs: 3 });
  const [plainQueries, plainKeys, v] = apart.map((x, i) => intoHeads(x, i === 0 ? heads : keyHeads, r));
  let [q, k] = [plainQueries, plainKeys];
  if (intOf(node, 'do_rotary', 0) !== 0) {
    const half = sizesOf(cosines, types)?.[1];
    if (half === undefined || 2 * half > size) return false;
    const place = positions || r.add('Add', [lengths.before, counted(words, r)]);
    const angles = [cosines, sines].map((table) => r.add('Unsqueeze', [r.add('Gather', [table, place]), r.ints([1])]));
    const form = { half, size, interleaved: intOf(node, 'rotary_interleaved', 0) !== 0, r };
    [q, k] = [rotated(q, angles, form), rotated(k, angles, form)];
  }
  const joined = (past: string, now: string) =>
    sizes.past > 0 ? r.add('Concat', [past, now], { axis: attribute.int(2) }) : now;
  const [keys, values] = [joined(pastKey, k), joined(pastValue, v)];
  const states = [
    [keys, presentKey],
    [values, presentValue],
  ];
  for (const [state, name] of states) if (name) inOrder(state, name, lengths, sizes, atHand(total, r), r);
  const places = placesOf(lengths, sizes, r);
  const added = bias ? biasAt(bias, places, sizes, r, types) : undefined;
  if (bias && added === undefined) return false;
  const mask = maskOf(node, places, lengths, sizes, r);
  // head h of the queries reads keys of head h / (heads / keyHeads)
  const share = Array.from({ length: heads }, (_, h) => Math.floor((h * keyHeads) / heads));
  const shared = (x: string) =>
    heads === keyHeads ? x : r.add('Gather', [x, r.ints(share)], { axis: attribute.int(1) });
  const products = r.add('MatMul', [q, r.add('Transpose', [shared(keys)], { perm: attribute.ints([0, 1, 3, 2]) })]);
  const scaled = r.add('Mul', [products, r.scalar(floatOf(node, 'scale', 0) || 1 / Math.sqrt(size))]);
  const cap = floatOf(node, 'softcap', 0);
  const capped =
    cap > 0 ? r.add('Mul', [r.add('Tanh', [r.add('Div', [scaled, r.scalar(cap)])]), r.scalar(cap)]) : scaled;
  const shifted = added ? r.add('Add', [capped, added]) : capped;
  const scores = r.add('Add', [shifted, mask]);
  const smooth = sink || intOf(node, 'smooth_softmax', 0) === 1;
  const weights = smooth
    ? besideNothing(scores, sink, sizes, r)
    : r.add('Softmax', [scores], { axis: attribute.int(-1) });
  outOfHeads(r.add('MatMul', [weights, shared(values)]), r, output);
  return true;
}

/** undefined where a size is not known or does not fit. */
function sizesOfCall(node: MutableNode, types: Types): Sizes | undefined {
  const [query, key, , pastKey] = node.inputs;
  const shape = sizesOf(query, types);
  const heads = intOf(node, 'num_heads', 0);
  const keyHeads = intOf(node, 'kv_num_heads', 0);
  if (shape?.length !== 3 || !(heads >= 1) || !(keyHeads >= 1) || heads % keyHeads !== 0) return undefined;
  if (heads > MOST_HEADS) return undefined;
  const [batch, words, width] = shape;
  const size = width / (key ? heads : heads + 2 * keyHeads);
  const keyShape = key ? sizesOf(key, types) : shape;
  const pastShape = pastKey ? sizesOf(pastKey, types) : undefined;
  if (!Number.isInteger(size) || keyShape?.[1] !== words || (pastKey && pastShape?.length !== 4)) return undefined;
  if (key && keyShape[2] !== keyHeads * size) return undefined;
  const past = pastShape?.[2] ?? 0;
  return batch * words * (past + words) > LARGEST_MASK ? undefined : { batch, words, past, heads, keyHeads, size };
}

/** Sequences that are as long as the new words are have none before, whatever the buffer holds. */
function lengthsOf(seqlens: string, total: string, { batch, words, past }: Sizes, r: Rewriter): Lengths {
  const int64 = { to: attribute.int(dataTypeCode('int64')) };
  const last = r.add('Reshape', [r.add('Cast', [seqlens], int64), r.ints([batch, 1])]);
  const all = r.add('Add', [last, r.ints(1)]);
  const none = r.ints([0]);
  if (past === 0) return { before: r.add('Expand', [none, r.ints([batch, 1])]), all };
  const before = r.add('Max', [r.add('Sub', [all, r.ints(words)]), none]);
  if (!total) return { before, all };
  const longest = r.add('Reshape', [r.add('Cast', [total], int64), r.ints([1, 1])]);
  return { before: r.add('Where', [r.add('Equal', [longest, r.ints(words)]), none, before]), all };
}

/** Where the keys stand in their sequences: int64 [batch, past + words]. */
function placesOf({ before }: Lengths, { words, past }: Sizes, r: Rewriter): string {
  const now = r.add('Add', [before, counted(words, r)]);
  if (past === 0) return now;
  const buffer = counted(past, r);
  const then = r.add('Where', [r.add('Less', [buffer, before]), buffer, r.ints(NOWHERE)]);
  return r.add('Concat', [then, now], { axis: attribute.int(1) });
}

/** What is added to the scores: 0 for keys up to the word itself, in its window, MASKED for others. */
function maskOf(node: MutableNode, places: string, lengths: Lengths, sizes: Sizes, r: Rewriter): string {
  const { batch, words, past } = sizes;
  const own = r.add('Add', [r.add('Add', [lengths.before, counted(words, r)]), r.ints(1)]);
  const end = r.add('Reshape', [r.add('Min', [own, lengths.all]), r.ints([batch, 1, words, 1])]);
  const at = r.add('Reshape', [places, r.ints([batch, 1, 1, past + words])]);
  const window = intOf(node, 'local_window_size', -1);
  const inside = r.add('Less', [at, end]);
  const seen =
    window > 0 ? r.add('And', [inside, r.add('GreaterOrEqual', [at, r.add('Sub', [end, r.ints(window)])])]) : inside;
  return r.add('Where', [seen, r.scalar(0), r.scalar(MASKED)]);
}

/** The bias [batch or 1, heads or 1, words, all], whose columns are places, at the keys. */
function biasAt(bias: string, places: string, sizes: Sizes, r: Rewriter, types: Types): string | undefined {
  const shape = sizesOf(bias, types);
  const { batch, words, past } = sizes;
  const columns = shape?.[3];
  if (shape?.length !== 4 || columns === undefined || shape[2] !== words) return undefined;
  if (past === 0) return columns === words ? bias : undefined;
  const at = r.add('Reshape', [
    r.add('Min', [places, r.ints(Math.max(0, columns - 1))]),
    r.ints([batch, 1, 1, past + words]),
  ]);
  const own = r.add('Expand', [bias, r.ints([batch, shape[1], words, columns])]);
  const index = r.add('Expand', [at, r.ints([batch, shape[1], words, past + words])]);
  return r.add('GatherElements', [own, index], { axis: attribute.int(3) });
}

/** Softmax over the scores and one more, 0 or the head's own, whose share is dropped. */
function besideNothing(scores: string, sink: string | undefined, sizes: Sizes, r: Rewriter): string {
  const { batch, heads, words, past } = sizes;
  const one = sink ? r.add('Reshape', [sink, r.ints([1, heads, 1, 1])]) : r.scalar(0);
  const column = r.add('Expand', [one, r.ints([batch, heads, words, 1])]);
  const last = { axis: attribute.int(-1) };
  const shares = r.add('Softmax', [r.add('Concat', [scores, column], last)], last);
  return r.addNode('Split', [shares, r.ints([past + words, 1])], last, { outputs: 2 })[0];
}

/** The buffer and the new words as one sequence [batch, heads, length, size], as the operator hands it on. */
function inOrder(
  state: string,
  output: string,
  { before }: Lengths,
  { batch, words, past, keyHeads, size }: Sizes,
  total: number | undefined,
  r: Rewriter,
): void {
  if (past === 0) {
    r.add('Identity', [state], {}, output);
    return;
  }
  const length = Math.max(past, total ?? past + words);
  const place = counted(length, r);
  const behind = r.add('Sub', [r.add('Add', [place, r.ints(past)]), before]);
  const source = r.add('Where', [r.add('Less', [place, before]), place, behind]);
  // behind the end of a shorter sequence come zeros
  const zeros = r.add('Expand', [r.scalar(0), r.ints([batch, keyHeads, 1, size])]);
  const ended = r.add('Concat', [state, zeros], { axis: attribute.int(2) });
  const within = r.add('Min', [source, r.ints(past + words)]);
  const index = r.add('Expand', [
    r.add('Reshape', [within, r.ints([batch, 1, length, 1])]),
    r.ints([batch, keyHeads, length, size]),
  ]);
  r.add('GatherElements', [ended, index], { axis: attribute.int(2) }, output);
}

/** The longest sequence's length, where it follows from the sizes. */
function atHand(total: string | undefined, r: Rewriter): number | undefined {
  const values = total ? integersAtHand(r.graph.initializers.get(total)) : undefined;
  return values?.length === 1 && values[0] > 0 && values[0] <= LONGEST ? values[0] : undefined;
}
