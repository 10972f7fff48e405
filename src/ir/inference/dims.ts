import type { Dim } from '../graph';

/** A shape, or the tracked elements of a small integer tensor: sizes, symbolic sizes and nulls for what is unknown. */
export type Dims = readonly Dim[];

/** The size if it can be one, else null: hostile files state negative, fractional and astronomic sizes. */
export function saneDim(dim: Dim | undefined): Dim {
  if (typeof dim !== 'number') return dim ?? null;
  return Number.isSafeInteger(dim) && dim >= 0 ? dim : null;
}

/** All sizes as numbers, or undefined when one is not known. */
export function staticDims(dims: Dims | undefined): number[] | undefined {
  if (dims === undefined) return undefined;
  for (const d of dims) if (typeof d !== 'number') return undefined;
  return dims as number[];
}

/** A list of unknown sizes. Callers give the rank of a shape that a file really lists, so it is small. */
export function unknownDims(rank: number): Dims {
  return new Array<null>(rank).fill(null);
}

/** An axis counted from the front, undefined when it lies outside the rank. */
export function normalizeAxis(axis: number, rank: number): number | undefined {
  const positive = axis < 0 ? axis + rank : axis;
  return Number.isInteger(positive) && positive >= 0 && positive < rank ? positive : undefined;
}

/** Axes counted from the front; undefined when one lies outside the rank. */
export function normalizeAxes(axes: readonly number[], rank: number): Set<number> | undefined {
  const result = new Set<number>();
  for (const axis of axes) {
    const positive = normalizeAxis(axis, rank);
    if (positive === undefined) return undefined;
    result.add(positive);
  }
  return result;
}

export function addDims(a: Dim, b: Dim): Dim {
  if (a === 0) return b;
  if (b === 0) return a;
  return typeof a === 'number' && typeof b === 'number' ? a + b : null;
}

export function multiplyDims(a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1) return a;
  if (a === 0 || b === 0) return 0;
  return typeof a === 'number' && typeof b === 'number' ? saneDim(a * b) : null;
}

/** Product of sizes: the number of elements of a shape. */
export function productOf(dims: Dims): Dim {
  return dims.reduce<Dim>(multiplyDims, 1);
}

/** One axis of two shapes that are broadcast against each other (ONNX Broadcasting.md, as in numpy). */
export function broadcastDim(a: Dim, b: Dim): Dim {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === 'number') return typeof b === 'number' ? null : a;
  return typeof b === 'number' ? b : null;
}

/** Multidirectional broadcasting. Undefined when one of the shapes is. */
export function broadcastShapes(shapes: readonly (Dims | undefined)[]): Dims | undefined {
  let result: Dims = [];
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    result = broadcastPair(result, shape);
  }
  return result;
}

function broadcastPair(a: Dims, b: Dims): Dims {
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  const lead = long.length - short.length;
  return long.map((d, i) => (i < lead ? d : broadcastDim(d, short[i - lead])));
}

/**
 * Product of `whole` divided by the product of `parts`, equal symbols cancelled: the size that stands for -1 in Reshape.
 * Null when symbols are left over or the division leaves a remainder.
 */
export function quotientOf(whole: Dims, parts: Dims): Dim {
  const symbols = new Map<string, number>();
  let numerator = 1;
  let denominator = 1;
  for (const d of whole) {
    if (d === null) return null;
    if (typeof d === 'string') symbols.set(d, (symbols.get(d) ?? 0) + 1);
    else numerator *= d;
  }
  for (const d of parts) {
    if (d === null) return null;
    if (typeof d === 'string') symbols.set(d, (symbols.get(d) ?? 0) - 1);
    else denominator *= d;
  }
  const left = [...symbols].filter(([, power]) => power !== 0);
  if (denominator === 0 || numerator % denominator !== 0) return null;
  const factor = saneDim(numerator / denominator);
  if (left.length === 0) return factor;
  return left.length === 1 && left[0][1] === 1 && factor === 1 ? left[0][0] : null;
}
