/** mulberry32: the same cases on every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Replaces, removes or repeats one value somewhere in the JSON. */
export function mutate(value: unknown, next: () => number, strange: readonly unknown[]): void {
  const holders: (unknown[] | Record<string, unknown>)[] = [];
  const collect = (v: unknown) => {
    if (typeof v !== 'object' || v === null) return;
    holders.push(v as unknown[]);
    Object.values(v).forEach(collect);
  };
  collect(value);
  const holder = holders[Math.floor(next() * holders.length)];
  const keys = Object.keys(holder);
  if (keys.length === 0) return;
  const key = keys[Math.floor(next() * keys.length)] as never;
  const kind = next();
  if (kind < 0.15) delete holder[key];
  else if (kind < 0.25 && Array.isArray(holder)) holder.push(holder[key]);
  else (holder as Record<string, unknown>)[key] = structuredClone(strange[Math.floor(next() * strange.length)]);
}
