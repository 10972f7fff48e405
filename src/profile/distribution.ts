import type { Histogram, Quantiles } from '../protocol/profile';
import { toFigure } from './figure';

/** Bins of every histogram. */
export const BINS = 40;

/**
 * Quantiles of a sample, linear between the order statistics (type 7 of Hyndman and Fan 1996, numpy's default).
 * NaNs sort last, as numpy has it: a sample with NaNs shows them in its upper quantiles.
 */
export function quantilesOf(sample: Float32Array): Quantiles {
  const sorted = sample.slice().sort();
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

/** Evenly spaced edges, of eight digits: they are written out with every histogram. */
function spread(low: number, high: number): number[] {
  return Array.from({ length: BINS + 1 }, (_, i) => Number(((low * (BINS - i) + high * i) / BINS).toPrecision(8)));
}

/**
 * Counts the sample into bins. A bin holds its lower edge; the outer bins also take what lies beyond the edges.
 * NaNs are in no bin, so the counts of a sample with NaNs sum to less than its length.
 */
export function histogramOf(sample: Float32Array, edges: readonly number[]): Histogram {
  const bins = edges.length - 1;
  const counts = new Array<number>(bins).fill(0);
  const low = edges[0];
  const scale = bins / (edges[bins] - low);
  for (const v of sample) {
    if (Number.isNaN(v)) continue;
    counts[Math.max(0, Math.min(bins - 1, Math.floor((v - low) * scale)))]++;
  }
  return { edges, counts };
}
