/** Static shapes, as lists of sizes. */
export type Shape = readonly number[];

export function product(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** Multidirectional broadcasting (ONNX Broadcasting.md); sizes are taken to be compatible. */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const lead = long.length - short.length;
  return long.map((d, i) => (i < lead || short[i - lead] === 1 ? d : short[i - lead]));
}

export function normalizeAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** 0, 1, ... count - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** The permutation that undoes a permutation. */
export function inversePermutation(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length);
  permutation.forEach((p, i) => (inverse[p] = i));
  return inverse;
}

/** The permutation of `rank` axes that exchanges two of them. */
export function exchange(rank: number, a: number, b: number): number[] {
  return range(rank).map((i) => (i === a ? b : i === b ? a : i));
}
