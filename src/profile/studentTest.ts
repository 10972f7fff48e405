/** What a set of measurements comes to. */
export interface Sample {
  readonly mean: number;
  /** Sample standard deviation. */
  readonly std: number;
  readonly count: number;
}

export function sampleOf(values: readonly number[]): Sample {
  const count = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const squares = values.reduce((a, v) => a + (v - mean) ** 2, 0);
  return { mean, std: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count };
}

/** The standard deviation of two samples together, each about its own mean. */
export function pooledDeviation(a: Sample, b: Sample): number {
  const freedom = a.count + b.count - 2;
  if (freedom < 1) return 0;
  return Math.sqrt(((a.count - 1) * a.std ** 2 + (b.count - 1) * b.std ** 2) / freedom);
}

/**
 * The chance that two samples of normal values with one mean and deviation differ as much or more (Student's t-test for two
 * independent samples, two-sided).
 * @param deviation of one value (see pooledDeviation)
 */
export function chanceOfDifference(a: Sample, b: Sample, deviation: number): number {
  const difference = Math.abs(a.mean - b.mean);
  if (difference === 0) return 1;
  if (deviation === 0) return 0;
  return twoSidedTail(difference / (deviation * Math.sqrt(1 / a.count + 1 / b.count)), a.count + b.count - 2);
}

/**
 * P(|T| >= t) of Student's distribution with a whole number of degrees of freedom: the finite sums 26.7.3 and 26.7.4 of
 * Abramowitz and Stegun, Handbook of Mathematical Functions (1964).
 */
export function twoSidedTail(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const odd = freedom % 2 === 1;
  // 1 + (2/3) cos^2 + ... for odd degrees of freedom, 1 + (1/2) cos^2 + ... for even ones
  let sum = 0;
  let term = odd ? cos : 1;
  for (let k = odd ? 3 : 2; k <= freedom; k += 2) {
    sum += term;
    term *= ((k - 1) / k) * cos * cos;
  }
  const inside = odd ? (2 / Math.PI) * (angle + sin * sum) : sin * sum;
  return Math.min(1, Math.max(0, 1 - inside));
}
