import type { Dim } from '../../../ir/graph';
import { elementCount } from '../../../ir/tensor';
import { say } from '../../../texts/say';

/** How the samples of a file become samples of an input. */
export interface Layout {
  /** Sizes that the input gets, without the batch. */
  readonly shape: readonly number[];
  /** Order of the file's axes in the input; undefined where the numbers stay in their order. */
  readonly order?: readonly number[];
  /** What is done, for the report; undefined where nothing is. */
  readonly words?: string;
}

/**
 * A layout in which samples of one shape fit an input: as they are; with axes of size 1 added or left out; channels moved from the
 * last axis to the first or the other way; laid out flat or folded up where the number of elements is the same.
 * @param wanted sizes of the input without its batch axis; what is no number is open and takes any size
 */
export function layoutFor(sample: readonly number[], wanted: readonly Dim[]): Layout | undefined {
  const fits = (shape: readonly number[]) =>
    shape.length === wanted.length &&
    shape.every((d, i) => typeof wanted[i] !== 'number' || !(wanted[i] > 0) || wanted[i] === d);
  if (fits(sample)) return { shape: sample };
  for (const shape of withOnes(sample, wanted.length)) {
    if (fits(shape)) return { shape, words: say`read as ${listed(shape)}` };
  }
  if (sample.length >= 3) {
    const last = sample.length - 1;
    const axes = sample.map((_, i) => i);
    const toFirst = [last, ...axes.slice(0, last)];
    const toLast = [...axes.slice(1), 0];
    for (const [order, words] of [
      [toFirst, say`channels moved from the last axis to the first`],
      [toLast, say`channels moved from the first axis to the last`],
    ] as const) {
      const shape = order.map((i) => sample[i]);
      if (fits(shape)) return { shape, order, words };
    }
  }
  const known = wanted.filter((d): d is number => typeof d === 'number' && d > 0);
  if (known.length === wanted.length && elementCount(known) === elementCount(sample)) {
    return { shape: known, words: say`read as ${listed(known)}` };
  }
  return undefined;
}

/** The shape with its axes of size 1 left out, and with one put in at each place. */
function* withOnes(sample: readonly number[], rank: number): Iterable<number[]> {
  const bare = sample.filter((d) => d !== 1);
  if (bare.length === rank) yield bare;
  for (let at = 0; at <= bare.length; at++) {
    const shape = [...bare.slice(0, at), 1, ...bare.slice(at)];
    if (shape.length === rank) yield shape;
  }
}

/** One sample with its axes in another order. */
export function reordered(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const out = new Float32Array(values.length);
  const strides = shape.map((_, i) => elementCount(shape.slice(i + 1)));
  const sizes = order.map((i) => shape[i]);
  const steps = order.map((i) => strides[i]);
  const position = new Array<number>(sizes.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++position[axis] < sizes[axis]) break;
      from -= sizes[axis] * steps[axis];
      position[axis] = 0;
    }
  }
  return out;
}

export function listed(shape: readonly Dim[]): string {
  return `[${shape.map((d) => (d === null || d === 0 ? '?' : d)).join(',')}]`;
}
