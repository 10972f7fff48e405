/** Axes of a row-major payload in another order: result[i0, i1, ...] = source with index i_k on axis order[k]. */
export function permuted(
  bytes: Uint8Array,
  elementSize: number,
  dims: readonly number[],
  order: readonly number[],
): Uint8Array {
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, elementSize));
  const sizes = order.map((axis) => dims[axis]);
  const steps = order.map((axis) => strides[axis]);
  const result = new Uint8Array(bytes.length);
  const index = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to += elementSize) {
    for (let b = 0; b < elementSize; b++) result[to + b] = bytes[from + b];
    for (let k = sizes.length - 1; k >= 0; k--) {
      from += steps[k];
      if (++index[k] < sizes[k]) break;
      from -= steps[k] * sizes[k];
      index[k] = 0;
    }
  }
  return result;
}
