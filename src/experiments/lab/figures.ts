/** Statistics of lists of numbers. */

type Numbers = ArrayLike<number>;

export function mean(values: Numbers): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Mean square deviation from the mean (divided by n). */
export function variance(values: Numbers): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return sum / values.length;
}

export function meanSquare(values: Numbers): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum / values.length;
}

/** Standard deviation of a sample (divided by n - 1); 0 for one value. */
export function deviation(values: Numbers): number {
  return values.length < 2 ? 0 : Math.sqrt((variance(values) * values.length) / (values.length - 1));
}

/** Standard error of the mean of a sample. */
export function standardError(values: Numbers): number {
  return deviation(values) / Math.sqrt(values.length);
}

/** Euclidean norm. */
export function norm(values: Numbers): number {
  return Math.sqrt(meanSquare(values) * values.length);
}

/** Quantile p of 0 .. 1, interpolated between neighbours. */
export function quantile(values: Numbers, p: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}

export const median = (values: Numbers) => quantile(values, 0.5);

export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Share of the variance of y that the line explains; 1 when y does not vary. */
  readonly r2: number;
}

/** Least-squares line through points. */
export function line(x: Numbers, y: Numbers): Line {
  const [mx, my] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - mx) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
    yy += (y[i] - my) ** 2;
  }
  const slope = xy / xx;
  return { slope, intercept: my - slope * mx, r2: yy === 0 ? 1 : xy ** 2 / (xx * yy) };
}

/** Largest absolute difference of two lists of one length. */
export function largestDifference(a: Numbers, b: Numbers): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

/** Largest magnitude. */
export function largest(values: Numbers): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** The columns of a matrix in row-major order: what each unit does over the samples. */
export function columns(matrix: Numbers, count: number): Float32Array[] {
  const rows = matrix.length / count;
  return Array.from({ length: count }, (_, c) => Float32Array.from({ length: rows }, (_, r) => matrix[r * count + c]));
}

/** The grid from, 2 from, 4 from ... up to `to` (times 1.0001, for rounding). */
export function doublings(from: number, to: number): number[] {
  const grid: number[] = [];
  for (let v = from; v <= 1.0001 * to; v *= 2) grid.push(v);
  return grid;
}
