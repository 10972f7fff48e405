/** Computes a value when it is first asked for: nodes that several thunks of a rule share are built once. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
