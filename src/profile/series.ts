import type { Figure, ProfiledLayer } from '../protocol/profile';
import { fromFigure } from './figure';

/** The end of a series: its last quarter, three at least, so that no single step decides. */
export function lastSteps<T>(series: readonly T[]): readonly T[] {
  return series.slice(-Math.max(3, Math.ceil(series.length / 4)));
}

/** Median of the figures that are finite; NaN without any. */
export function medianFigure(figures: readonly (Figure | undefined)[]): number {
  return median(figures.flatMap((f) => (f === undefined ? [] : [fromFigure(f)])).filter(Number.isFinite));
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The layers that read each layer, by id. */
export function readersOf(layers: readonly ProfiledLayer[]): ReadonlyMap<string, readonly ProfiledLayer[]> {
  const readers = new Map<string, ProfiledLayer[]>();
  for (const layer of layers) {
    for (const id of layer.inputs ?? []) {
      const list = readers.get(id);
      if (list) list.push(layer);
      else readers.set(id, [layer]);
    }
  }
  return readers;
}

/** True for a layer whose values only scale others (squeeze-excite, attention), and for one that nothing reads: an output. */
export function isGateOrOutput(layer: ProfiledLayer, readers: ReadonlyMap<string, readonly ProfiledLayer[]>): boolean {
  return (readers.get(layer.id) ?? []).every((r) => r.role === 'join' && /Mul/.test(r.kind));
}
