import { attribute } from '../ir/attribute';
import type { Dim, ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { floatOf, intOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';

/** Rotary embedding in parts (Su et al. 2021): pairs of features turned by an angle that grows with the position. */
type Types = ReadonlyMap<string, ValueType>;

/** Words of the longest sequence whose positions are written out. */
const LONGEST = 2 ** 24;

/** RotaryEmbedding of com.microsoft: positions [1] (of the first word) or [batch, length], then the tables. */
export function rotaryEmbedding(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, positions, cosines, sines] = node.inputs;
  const places = sizesOf(positions, types);
  const length = wordsOf(sizesOf(x, types));
  if (!places || length === undefined || length > LONGEST || floatOf(node, 'scale', 1) !== 1) return false;
  const half = sizesOf(cosines, types)?.[1];
  if (half === undefined) return false;
  const place = places.length === 1 ? r.add('Add', [positions, counted(length, r)]) : positions;
  const angles = [cosines, sines].map((table) =>
    r.add('Unsqueeze', [r.add('Gather', [table, place]), r.ints([places.length - 1])]),
  );
  return embedded(node, angles, half, r, types);
}

/** RotaryEmbedding of opset 23: the tables, then positions [batch, length]; without them tables [batch, length, size / 2]. */
export function standardRotaryEmbedding(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [, cosines, sines, positions] = node.inputs;
  const half = sizesOf(cosines, types)?.at(-1);
  if (half === undefined) return false;
  const angles = [cosines, sines].map((table) =>
    r.add('Unsqueeze', [positions ? r.add('Gather', [table, positions]) : table, r.ints([1])]),
  );
  return embedded(node, angles, half, r, types);
}

/** The node's input [batch, length, width] or [batch, heads, length, size], turned. */
function embedded(node: MutableNode, angles: readonly string[], half: number, r: Rewriter, types: Types): boolean {
  const [x] = node.inputs;
  const shape = sizesOf(x, types);
  if (shape?.length !== 3 && shape?.length !== 4) return false;
  const flat = shape.length === 3;
  const turned = intOf(node, 'rotary_embedding_dim', 0) || 2 * half;
  const heads = flat ? intOf(node, 'num_heads', 0) || shape[2] / turned : shape[1];
  const size = flat ? shape[2] / heads : shape[3];
  if (!Number.isInteger(size) || turned !== 2 * half || turned > size) return false;
  const whole = rotated(flat ? intoHeads(x, heads, r) : x, angles, {
    ...{ half, size, interleaved: intOf(node, 'interleaved', 0) !== 0 },
    r,
  });
  if (flat) outOfHeads(whole, r, node.outputs[0]);
  else r.add('Identity', [whole], {}, node.outputs[0]);
  return true;
}

/**
 * The first 2 * half features of each head turned, the others as they are.
 * @param x [batch, heads, length, size]
 * @param angles cosines and sines, which broadcast to [batch, heads, length, half]
 */
export function rotated(
  x: string,
  [cos, sin]: readonly string[],
  { half, size, interleaved, r }: { half: number; size: number; interleaved: boolean; r: Rewriter },
): string {
  const last = { axis: attribute.int(-1) };
  const halves = { ...last, num_outputs: attribute.int(2) };
  const [moved, rest] =
    2 * half === size
      ? [x, undefined]
      : r.addNode('Split', [x, r.ints([2 * half, size - 2 * half])], last, { outputs: 2 });
  const [a, b] = interleaved
    ? r
        .addNode('Split', [r.add('Reshape', [moved, r.ints([0, 0, 0, half, 2])])], halves, { outputs: 2 })
        .map((part) => r.add('Squeeze', [part, r.ints([-1])]))
    : r.addNode('Split', [moved], halves, { outputs: 2 });
  const turn = [
    r.add('Sub', [r.add('Mul', [a, cos]), r.add('Mul', [b, sin])]),
    r.add('Add', [r.add('Mul', [b, cos]), r.add('Mul', [a, sin])]),
  ];
  const paired = () => turn.map((part) => r.add('Unsqueeze', [part, r.ints([-1])]));
  const joined = interleaved
    ? r.add('Reshape', [r.add('Concat', paired(), last), r.ints([0, 0, 0, 2 * half])])
    : r.add('Concat', turn, last);
  return rest ? r.add('Concat', [joined, rest], last) : joined;
}

/** 0, 1, 2 ... */
export function counted(length: number, r: Rewriter): string {
  return r.ints(Array.from({ length }, (_, i) => i));
}

/** [batch, length, heads * size] to [batch, heads, length, size]. */
export function intoHeads(x: string, heads: number, r: Rewriter): string {
  const apart = r.add('Reshape', [x, r.ints([0, 0, heads, -1])]);
  return r.add('Transpose', [apart], { perm: attribute.ints([0, 2, 1, 3]) });
}

/** [batch, heads, length, size] to [batch, length, heads * size], as `output`. */
export function outOfHeads(x: string, r: Rewriter, output: string): void {
  const back = r.add('Transpose', [x], { perm: attribute.ints([0, 2, 1, 3]) });
  r.add('Reshape', [back, r.ints([0, 0, -1])], {}, output);
}

/** The sizes of a value when all of them are known. */
export function sizesOf(value: string | undefined, types: Types): number[] | undefined {
  const shape: readonly Dim[] | undefined = value ? types.get(value)?.shape : undefined;
  return shape?.every((d): d is number => typeof d === 'number') ? [...shape] : undefined;
}

function wordsOf(shape: readonly number[] | undefined): number | undefined {
  return shape?.length === 3 ? shape[1] : shape?.length === 4 ? shape[2] : undefined;
}
