/** The smallest normal float32: a gradient below it was flushed to zero. */
const UNDERFLOW = 2 ** -126;

/** RMS of dLoss/dOutput of one weighted layer. */
export interface GradientAtDepth {
  /** Number of weighted layers from the input up to and including this one. */
  readonly depth: number;
  readonly rms: number;
}

/** Pairs that are compared at most: of a thousand layers every one with every other. */
const MOST_PAIRS = 500_000;

/**
 * Median slope of log10(RMS of the gradient) per weighted layer over all pairs of layers at different depths (Theil 1950, Sen 1968),
 * going from the output towards the input: negative when gradients vanish on their way, positive when they explode. A loss, a pool or
 * a head that changes the RMS once is no slope, while a fit by least squares would spread its jump over all layers. A gradient of
 * exactly zero counts as the smallest float32, where it underflowed.
 *
 * @returns null when fewer than two depths are there; NaN when a gradient is not finite
 */
export function gradientDepthSlope(points: readonly GradientAtDepth[]): number | null {
  if (new Set(points.map((p) => p.depth)).size < 2) return null;
  if (points.some((p) => !Number.isFinite(p.rms))) return NaN;
  const ordered = [...points].sort((a, b) => a.depth - b.depth);
  const logs = ordered.map((p) => Math.log10(Math.max(p.rms, UNDERFLOW)));
  const slopes: number[] = [];
  // of more layers those pairs that are at least half of the network apart, as many as may be (Theil's incomplete method)
  const count = ordered.length;
  const all = (count * (count - 1)) / 2 <= MOST_PAIRS;
  const distances = all ? count - 1 : Math.floor(MOST_PAIRS / count);
  for (let k = 0; k < distances; k++) {
    const apart = all ? k + 1 : Math.floor(count / 2) + k;
    for (let i = 0; i + apart < count; i++) {
      const depths = ordered[i + apart].depth - ordered[i].depth;
      if (depths > 0) slopes.push((logs[i] - logs[i + apart]) / depths);
    }
  }
  const sorted = Float64Array.from(slopes).sort();
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
