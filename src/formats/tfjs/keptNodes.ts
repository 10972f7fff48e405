import type { MutableNode } from '../../ir/mutableGraph';
import type { NodeStretch } from '../../ir/rememberedGraph';

/** The shortest stretch of nodes that has become another, with as few new ones as possible of those that come in another order. */
export function otherNodes(before: readonly MutableNode[], after: readonly MutableNode[]): NodeStretch {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at++;
  let behind = 0;
  while (behind < shorter - at && before[before.length - 1 - behind] === after[after.length - 1 - behind]) behind++;
  const removed = before.length - behind - at;
  const kept = keptNodes(before.slice(at, at + removed), after.slice(at, after.length - behind));
  return { at, removed, kept: kept.map((index) => (index < 0 ? -1 : index + at)) };
}

/** For each node the index that it had; -1 for those that there were not, and for as few as possible that come in another order. */
function keptNodes(before: readonly MutableNode[], after: readonly MutableNode[]): Int32Array {
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
