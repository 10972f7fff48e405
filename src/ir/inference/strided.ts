import type { Dims } from './dims';
import { trackedCount } from './inferenceNode';

/** Distances of neighbours along each axis of a tensor in row-major order. */
export function rowMajor(sizes: readonly number[]): number[] {
  const strides = sizes.map(() => 1);
  for (let i = sizes.length - 2; i >= 0; i--) strides[i] = strides[i + 1] * sizes[i + 1];
  return strides;
}

/** The elements of a view: `counts[i]` along axis i, `strides[i]` apart, from `start` on; undefined for more than are followed. */
export function strided(
  data: Dims,
  counts: readonly number[],
  strides: readonly number[],
  start = 0,
): Dims | undefined {
  const count = trackedCount(counts);
  if (count === undefined || count === 0) return count === 0 ? [] : undefined;
  let places = [start];
  counts.forEach((length, axis) => {
    places = places.flatMap((place) => Array.from({ length }, (_, i) => place + i * strides[axis]));
  });
  return places.map((place) => data[place] ?? null);
}
