/** The smallest normal float32: a gradient below it was flushed to zero. */
const UNDERFLOW = 2 ** -126;

/** RMS of dLoss/dOutput of one weighted layer. */
export interface GradientAtDepth {
  /** Number of weighted layers from the input up to and including this one. */
  readonly depth: number;
  readonly rms: number;
}

/**
 * Least-squares slope of log10(RMS of the gradient) per weighted layer, going from the output towards the input:
 * negative when gradients vanish on their way, positive when they explode. A gradient of exactly zero counts as the
 * smallest float32, where it underflowed.
 *
 * @returns null when fewer than two depths are there; NaN when a gradient is not finite
 */
export function gradientDepthSlope(points: readonly GradientAtDepth[]): number | null {
  if (new Set(points.map((p) => p.depth)).size < 2) return null;
  const xs = points.map((p) => -p.depth);
  const ys = points.map((p) => (Number.isFinite(p.rms) ? Math.log10(Math.max(p.rms, UNDERFLOW)) : NaN));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const mx = mean(xs);
  const my = mean(ys);
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < xs.length; i++) {
    covariance += (xs[i] - mx) * (ys[i] - my);
    variance += (xs[i] - mx) ** 2;
  }
  return covariance / variance;
}
