/** Elements of a large tensor that its extremes and fractions are taken over, and that are returned for quantiles and histograms. */
export const SUBSET_LENGTH = 4096;
/** From so many elements on a tensor is large; of a smaller one all elements are taken, and up to SUBSET_LENGTH returned. */
const LARGE = 16384;
/** Length of the runs that a subset is made of. */
const LONGEST_RUN = 32;

/** What is taken of a tensor: `runs` runs of `run` neighbours, every `stride`-th run; all in one run for stride 1. */
export interface Subset {
  readonly run: number;
  readonly runs: number;
  readonly stride: number;
  /**
   * Where samples are told apart: the first `length` elements of the subset and as many behind them are the same places of samples
   * in the first half of the batch and in the second, which begins at run `second` of the tensor.
   */
  readonly pairs?: { readonly second: number; readonly length: number };
}

/**
 * How the subset of a tensor is cut out. In runs, because element by element the cutting alone costs more than all the rest. The
 * stride shares no factor with the tensor's sizes: one of, say, 32 runs over pictures of 32 runs would always see the same place.
 *
 * @param batch where samples shall be told apart: samples along axis 0; of an odd number the last has no other
 */
export function subsetOf(count: number, shape: readonly number[], batch?: number): Subset {
  const half = batch === undefined ? 0 : Math.floor(batch / 2) * (count / batch);
  const all = { run: count, runs: 1, stride: 1, ...(batch !== undefined && { pairs: { second: half, length: half } }) };
  if (count < LARGE) return all;
  let run = LONGEST_RUN;
  while (count % run !== 0 || half % run !== 0) run--;
  const halves = batch === undefined ? 1 : 2;
  const runs = halves * Math.floor(SUBSET_LENGTH / run / halves);
  let stride = Math.floor(((half || count) / run / runs) * halves);
  while (stride > 1 && shape.some((d) => gcd(d, stride) > 1)) stride--;
  if (stride === 1) return all;
  return { run, runs, stride, ...(batch !== undefined && { pairs: { second: half / run, length: (runs * run) / 2 } }) };
}

/** The smallest stride from `least` on that shares no factor with `length`. */
export function coprimeStride(least: number, length: number): number {
  let stride = least;
  while (gcd(length, stride) > 1) stride++;
  return stride;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
