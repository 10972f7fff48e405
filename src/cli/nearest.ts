/** Of the names the one that was probably meant: at most a third of it has to be typed otherwise. Undefined if none is near. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, changes: changesBetween(typed, name) }))
    .filter(({ name, changes }) => changes * 3 <= name.length)
    .sort((a, b) => a.changes - b.changes);
  return ranked[0]?.name;
}

/** Letters to replace, add or leave out (Levenshtein's distance). */
function changesBetween(a: string, b: string): number {
  if (a.length > 64) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
