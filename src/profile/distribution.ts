import type { Histogram, Quantiles } from '../protocol/profile';
import { toFigure } from './figure';

/** Bins of the histogram of an activation. */
export const BINS = 40;

/**
 * Quantiles of a sample, linear between the order statistics (type 7 of Hyndman and Fan 1996, numpy's default).
 *
 * @param sorted by `sortFloats`; a sample with NaNs shows them in its upper quantiles
 */
export function quantilesOf(sorted: Float32Array): Quantiles {
  const at = (p: number) => {
    if (sorted.length === 0) return toFigure(NaN);
    const position = p * (sorted.length - 1);
    const below = Math.floor(position);
    const fraction = position - below;
    if (fraction === 0) return toFigure(sorted[below]);
    return toFigure(sorted[below] * (1 - fraction) + sorted[below + 1] * fraction);
  };
  return {
    p1: at(0.01),
    p5: at(0.05),
    p15: at(0.15),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p85: at(0.85),
    p95: at(0.95),
    p99: at(0.99),
  };
}

/**
 * Edges of the bins of one tensor for a whole profile, chosen from its first sample: the sample's range, cut at five
 * standard deviations from the mean so that an outlier does not empty all bins but one, and a quarter wider on both
 * sides, since distributions spread while a network trains. A constant sample gets bins around its value; one without
 * finite values, -1 to 1.
 *
 * @returns BINS + 1 ascending numbers
 */
export function histogramEdges(sample: Float32Array): number[] {
  let count = 0;
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const v of sample) {
    if (!Number.isFinite(v)) continue;
    count++;
    sum += v;
    squares += v * v;
    min = Math.min(min, v);
    max = Math.max(max, v);
  }
  if (count === 0) return spread(-1, 1);
  const mean = sum / count;
  const reach = 5 * Math.sqrt(Math.max(0, squares / count - mean * mean));
  const low = Math.max(min, mean - reach);
  const high = Math.min(max, mean + reach);
  const margin = (high - low) / 4;
  // a range that eight digits, or float32, cannot divide into bins counts as constant
  if (margin > 1e-5 * Math.max(Math.abs(low), Math.abs(high))) return spread(low - margin, high + margin);
  const half = Math.abs(mean) > 0 ? Math.abs(mean) / 2 : 1;
  return spread(mean - half, mean + half);
}

/**
 * Edges of the bins of a gradient for a whole profile, chosen from its first sample. Gradients shrink a hundredfold while a
 * network learns, which even bins would show as one: these are spaced by asinh, evenly near zero and by ratios outside, with
 * zero in the middle of a bin. They reach to twice the sample's largest value, cut at five times its RMS.
 *
 * @returns BINS ascending numbers, symmetric about zero
 */
export function gradientEdges(sample: Float32Array): number[] {
  const finite = sample.filter((v) => Number.isFinite(v));
  const largest = finite.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const rms = Math.sqrt(finite.reduce((sum, v) => sum + v * v, 0) / Math.max(1, finite.length));
  const reach = 2 * Math.min(largest, 5 * rms) || 1;
  const bins = BINS - 1;
  return Array.from(
    { length: BINS },
    (_, i) => (reach / STEEP) * Math.sinh((Math.asinh(STEEP) * (2 * i - bins)) / bins),
  );
}

/** How far the bins of a gradient reach in units of the size below which they are even. */
const STEEP = 1000;

/** Evenly spaced edges, of eight digits: they are written out with every histogram. */
function spread(low: number, high: number): number[] {
  return Array.from({ length: BINS + 1 }, (_, i) => Number(((low * (BINS - i) + high * i) / BINS).toPrecision(8)));
}

/**
 * Counts a sample into bins. A bin holds its lower edge; the outer bins also take what lies beyond the edges.
 * NaNs are in no bin, so the counts of a sample with NaNs sum to less than its length.
 *
 * @param sorted by `sortFloats`
 * @param edges ascending
 */
export function histogramOf(sorted: Float32Array, edges: readonly number[]): Histogram {
  let numbers = sorted.length;
  while (numbers > 0 && Number.isNaN(sorted[numbers - 1])) numbers--;
  const starts = edges.map((edge) => firstNotBelow(edge, sorted, numbers));
  starts[0] = 0;
  starts[edges.length - 1] = numbers;
  return { edges, counts: starts.slice(1).map((end, bin) => end - starts[bin]) };
}

/** The index of the first of `length` ascending numbers that is not below `value`; `length` where all are. */
function firstNotBelow(value: number, sorted: Float32Array, length: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
