import type { MutableNode } from '../../ir/mutableGraph';

/** For each node the index that it had; -1 for those that there were not, and for as few as possible that come in another order. */
export function keptNodes(before: readonly MutableNode[], after: readonly MutableNode[]): Int32Array {
  const places = new Map(before.map((node, i) => [node, i]));
  const found = Int32Array.from(after, (node) => places.get(node) ?? -1);
  // the longest rising sequence: where those of each length end at the earliest, and what comes before each in its own
  const ends: number[] = [];
  const previous = new Int32Array(after.length).fill(-1);
  for (let i = 0; i < found.length; i++) {
    if (found[i] < 0) continue;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (found[ends[middle]] < found[i]) low = middle + 1;
      else high = middle;
    }
    if (low > 0) previous[i] = ends[low - 1];
    ends[low] = i;
  }
  const kept = new Int32Array(after.length).fill(-1);
  for (let i = ends[ends.length - 1] ?? -1; i >= 0; i = previous[i]) kept[i] = found[i];
  return kept;
}
