/**
 * Places boxes in ranks from top to bottom so that every link goes down: longest-path ranks, barycentres for the order in a rank,
 * and places that are as straight as the widths allow. Time grows with boxes and links; there is no recursion.
 */

export interface Box {
  readonly width: number;
  readonly height: number;
  /** Where links come in above and go out below, from the left; the middle by default. */
  readonly ports?: { readonly top: number; readonly bottom: number };
}

/** A piece of a link, between neighbouring ranks. Where a link passes a rank, the pieces meet. */
export interface Piece {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Index of the link's first box; all links of a box share the pieces they can. */
  readonly from: number;
  /** Index of the box that the piece ends at; -1 where it goes on. */
  readonly to: number;
}

export interface Layered {
  readonly width: number;
  readonly height: number;
  /** Upper left corners. */
  readonly places: readonly { readonly x: number; readonly y: number }[];
  readonly pieces: readonly Piece[];
  /** For each rank: its top, its bottom and its boxes. */
  readonly ranks: readonly { readonly top: number; readonly bottom: number; readonly boxes: readonly number[] }[];
}

/** A box, or a place where a link passes a rank. */
interface Slot {
  readonly box: number;
  readonly source: number;
  readonly width: number;
  /** Places of the ports from the middle. */
  readonly top: number;
  readonly bottom: number;
  readonly before: Slot[];
  readonly after: Slot[];
  rank: number;
  x: number;
  order: number;
}

const gaps = { box: 28, lane: 16, rank: 26 };
const sweeps = 4;

/** @param links from a box to one of a greater index */
export function layered(boxes: readonly Box[], links: readonly (readonly [from: number, to: number])[]): Layered {
  const after: number[][] = boxes.map(() => []);
  const before: number[][] = boxes.map(() => []);
  for (const [from, to] of links) {
    after[from].push(to);
    before[to].push(from);
  }
  const rankOf = ranksOf(before, after);
  const ranks = slotsOf(boxes, after, rankOf);
  for (let i = 0; i < sweeps; i++) orderBy(ranks, i % 2 === 0);
  // the last sweep goes down: what comes from one box stands straight below it
  for (let i = 0; i <= sweeps; i++) placeBy(ranks, i % 2 === 0);
  return drawn(boxes, ranks);
}

function ranksOf(before: readonly number[][], after: readonly number[][]): number[] {
  const ranks = before.map(() => 0);
  before.forEach((inputs, box) => {
    for (const input of inputs) ranks[box] = Math.max(ranks[box], ranks[input] + 1);
  });
  // what has no input stands right above what reads it
  before.forEach((inputs, box) => {
    if (!inputs.length && after[box].length)
      ranks[box] = Math.max(0, Math.min(...after[box].map((to) => ranks[to])) - 1);
  });
  return ranks;
}

function slotsOf(boxes: readonly Box[], after: readonly number[][], rankOf: readonly number[]): Slot[][] {
  const ranks: Slot[][] = [];
  const add = (rank: number, box: number, source: number): Slot => {
    const { width = 0, ports } = boxes[box] ?? {};
    const [top, bottom] = ports ? [ports.top - width / 2, ports.bottom - width / 2] : [0, 0];
    const slot: Slot = { box, source, width, top, bottom, rank, before: [], after: [], x: 0, order: 0 };
    (ranks[rank] ??= []).push(slot);
    return slot;
  };
  const slots = boxes.map((_, box) => add(rankOf[box], box, box));
  const join = (from: Slot, to: Slot) => {
    from.after.push(to);
    to.before.push(from);
  };
  after.forEach((targets, box) => {
    const sorted = [...new Set(targets)].sort((a, b) => rankOf[a] - rankOf[b]);
    let lane = slots[box];
    for (const target of sorted) {
      while (lane.rank < rankOf[target] - 1) {
        const next = add(lane.rank + 1, -1, box);
        join(lane, next);
        lane = next;
      }
      join(lane, slots[target]);
    }
  });
  for (const rank of ranks) rank.forEach((slot, i) => (slot.order = i));
  return ranks;
}

function orderBy(ranks: readonly Slot[][], down: boolean): void {
  const of = (slot: Slot) => (down ? slot.before : slot.after);
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[down ? i : ranks.length - 1 - i];
    if (rank.length < 2) continue;
    const keys = new Map(
      rank.map((slot) => {
        const near = of(slot);
        return [slot, near.length ? near.reduce((sum, { order }) => sum + order, 0) / near.length : slot.order];
      }),
    );
    rank.sort((a, b) => keys.get(a)! - keys.get(b)! || a.order - b.order);
    rank.forEach((slot, place) => (slot.order = place));
  }
}

function placeBy(ranks: readonly Slot[][], down: boolean): void {
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[down ? i : ranks.length - 1 - i];
    const wanted = rank.map((slot) => wish(slot, down) ?? slot.x);
    const weights = rank.map(({ box }) => (box >= 0 ? 8 : 1));
    const apart = rank.slice(1).map((slot, k) => {
      const left = rank[k];
      return (left.width + slot.width) / 2 + (left.box >= 0 && slot.box >= 0 ? gaps.box : gaps.lane);
    });
    nearest(wanted, weights, apart).forEach((x, k) => (rank[k].x = x));
  }
}

/** Where a slot would stand for straight links from above, or to below; undefined without any. */
function wish(slot: Slot, above: boolean): number | undefined {
  const near = above ? slot.before : slot.after;
  const boxes = near.filter(({ box }) => box >= 0);
  const guides = boxes.length ? boxes : near;
  if (!guides.length) return undefined;
  const ports = guides.reduce((sum, { x, top, bottom }) => sum + x + (above ? bottom : top), 0);
  return ports / guides.length - (above ? slot.top : slot.bottom);
}

/**
 * Places in order, each at least `apart` from the one before, with the least weighted sum of squared distances from the wanted
 * ones: pool adjacent violators (Barlow et al., Statistical Inference under Order Restrictions, 1972).
 */
export function nearest(wanted: readonly number[], weights: readonly number[], apart: readonly number[]): number[] {
  const shifts = [0];
  for (const distance of apart) shifts.push(shifts.at(-1)! + distance);
  const pools: { sum: number; weight: number; count: number }[] = [];
  wanted.forEach((want, i) => {
    pools.push({ sum: weights[i] * (want - shifts[i]), weight: weights[i], count: 1 });
    while (pools.length > 1) {
      const [a, b] = pools.slice(-2);
      if (a.sum / a.weight <= b.sum / b.weight) break;
      pools.splice(-2, 2, { sum: a.sum + b.sum, weight: a.weight + b.weight, count: a.count + b.count });
    }
  });
  const placed = pools.flatMap(({ sum, weight, count }) => Array.from({ length: count }, () => sum / weight));
  return placed.map((x, i) => x + shifts[i]);
}

function drawn(boxes: readonly Box[], ranks: readonly Slot[][]): Layered {
  const places: { x: number; y: number }[] = new Array<{ x: number; y: number }>(boxes.length);
  let left = Infinity;
  let right = -Infinity;
  for (const rank of ranks)
    for (const { x, width } of rank) {
      left = Math.min(left, x - width / 2);
      right = Math.max(right, x + width / 2);
    }
  const rows: { top: number; bottom: number; boxes: number[] }[] = [];
  let y = 0;
  for (const rank of ranks) {
    const height = rank.reduce((most, { box }) => Math.max(most, box < 0 ? 0 : boxes[box].height), 0);
    rows.push({ top: y, bottom: y + height, boxes: rank.flatMap(({ box }) => (box < 0 ? [] : [box])) });
    for (const { box, x, width } of rank)
      if (box >= 0) places[box] = { x: x - width / 2 - left, y: y + (height - boxes[box].height) / 2 };
    y += height + gaps.rank;
  }
  const pieces = ranks.flatMap((rank) =>
    rank.flatMap((slot) =>
      slot.after.map((next): Piece => {
        const start = slot.box < 0 ? rows[slot.rank].top : places[slot.box].y + boxes[slot.box].height;
        const end = next.box < 0 ? rows[next.rank].top : places[next.box].y;
        const [fromX, toX] = [slot.x + slot.bottom - left, next.x + next.top - left];
        const points: [number, number][] = [[fromX, start]];
        // past a rank straight down, then over to the next place
        if (start < rows[slot.rank].bottom) points.push([fromX, rows[slot.rank].bottom]);
        if (next.box >= 0 && end > rows[next.rank].top) points.push([toX, rows[next.rank].top]);
        points.push([toX, end]);
        return { points, from: slot.source, to: next.box };
      }),
    ),
  );
  return { width: Math.max(0, right - left), height: Math.max(0, y - gaps.rank), places, pieces, ranks: rows };
}
