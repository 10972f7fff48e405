import type { AxisLetter } from '../protocol/facts';

/** Which axis of an activation is the channel: second (ONNX, PyTorch), last (TensorFlow), or a sequence of feature vectors. */
export type Layout = 'channels-first' | 'channels-last' | 'sequence';

const spatial: Readonly<Record<number, readonly AxisLetter[]>> = { 1: ['L'], 2: ['H', 'W'], 3: ['D', 'H', 'W'] };

/** The letter of each axis of a tensor of this rank; undefined for ranks that have no usual names. */
function axisLetters(rank: number, layout: Layout): readonly AxisLetter[] | undefined {
  if (rank === 1) return ['F'];
  if (rank === 2) return ['N', 'F'];
  if (layout === 'sequence') {
    if (rank === 3) return ['N', 'L', 'F'];
    // attention: batch, heads, sequence, features of a head
    return rank === 4 ? ['N', 'C', 'L', 'F'] : undefined;
  }
  const space = spatial[rank - 2];
  if (space === undefined) return undefined;
  return layout === 'channels-first' ? ['N', 'C', ...space] : ['N', ...space, 'C'];
}

/** Axes counted from the front, ascending, each once; undefined when one of them lies outside the rank. */
export function positiveAxes(axes: readonly number[], rank: number): readonly number[] | undefined {
  const positive = axes.map((a) => (a < 0 ? a + rank : a));
  if (positive.some((a) => !Number.isInteger(a) || a < 0 || a >= rank)) return undefined;
  return [...new Set(positive)].sort((a, b) => a - b);
}

/** The axes of this rank that are not among the given ones. */
export function otherAxes(axes: readonly number[], rank: number): readonly number[] {
  return range(0, rank).filter((a) => !axes.includes(a));
}

export function range(from: number, to: number): number[] {
  const numbers: number[] = [];
  for (let n = from; n < to; n++) numbers.push(n);
  return numbers;
}

/** The statistics' axes with their letters, as far as the rank is known. */
export function namedAxes(
  axes: readonly number[] | undefined,
  rank: number | undefined,
  layout: Layout,
): { readonly axes?: readonly number[]; readonly axesMeaning?: readonly AxisLetter[] } {
  if (axes === undefined || rank === undefined) return {};
  const positive = positiveAxes(axes, rank);
  if (positive === undefined) return {};
  const letters = axisLetters(rank, layout);
  return { axes: positive, axesMeaning: letters && positive.map((a) => letters[a]) };
}
