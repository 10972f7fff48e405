import type { GradientBuilder } from './gradientBuilder';
import { lazy } from './lazy';

/** The input without its mean, divided by its standard deviation over `axes`; built on demand. */
export function normalize(
  input: () => string,
  axes: readonly number[],
  epsilon: number,
  g: GradientBuilder,
): { normalized: () => string; inverse: () => string } {
  const centred = lazy(() => {
    const x = input();
    return g.sub(x, g.reduce('ReduceMean', x, axes));
  });
  const inverse = lazy(() => {
    const variance = g.reduce('ReduceMean', g.mul(centred(), centred()), axes);
    return g.div(1, g.unary('Sqrt', g.add(variance, epsilon)));
  });
  return { inverse, normalized: lazy(() => g.mul(centred(), inverse())) };
}

/**
 * Through xhat = (x - mean) / std with statistics over `axes`:
 * dx = 1/std (d - mean(d) - xhat mean(d xhat)), d the cotangent of xhat.
 * @see Ba, Kiros, Hinton 2016; the same algebra as batch normalization (Ioffe and Szegedy 2015).
 */
export function normInputGradient(
  d: string,
  normalized: string,
  inverse: string,
  axes: readonly number[],
  g: GradientBuilder,
): string {
  const mean = g.reduce('ReduceMean', d, axes);
  const along = g.reduce('ReduceMean', g.mul(d, normalized), axes);
  return g.mul(inverse, g.sub(g.sub(d, mean), g.mul(normalized, along)));
}
