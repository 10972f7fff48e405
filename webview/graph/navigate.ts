import type { BlockTree } from './blocks';
import { forItemsIn, itemAt, sizes, type Item, type Scene } from './scene';

/** Where the keyboard is: at a layer, or at a block (folded, or open and around what it holds). */
export interface Here {
  readonly item: Item;
  /** Position of the layer; null at a block. */
  readonly layer: number | null;
}

export type Direction = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/** @returns the next place in a direction: up and down along the lines, left and right in a run and between branches */
export function step(scene: Scene, here: Here, direction: Direction): Here {
  switch (direction) {
    case 'first':
      return entered(scene.items[0], 'first');
    case 'last':
      return entered(scene.items.at(-1)!, 'last');
    case 'left':
    case 'right':
      return sideways(scene, here, direction);
    default:
      return along(scene, here, direction);
  }
}

/** At an item: at its first or last layer where it shows layers. */
export function entered(item: Item, end: 'first' | 'last'): Here {
  const { kind, from, to } = item.block;
  return { item, layer: kind === 'run' ? (end === 'first' ? from : to - 1) : null };
}

function along(scene: Scene, here: Here, direction: 'up' | 'down'): Here {
  const { item, layer } = here;
  const { from, to } = item.block;
  if (item.open && direction === 'down') return entered(item.children[0], 'first');
  const { inputs, outputs } = scene.tree.network;
  const links = direction === 'down' ? outputs : inputs;
  const positions = layer === null ? Array.from({ length: to - from }, (_, i) => from + i) : [layer];
  const targets = positions.flatMap((at) => links[at]).filter((at) => layer !== null || at < from || at >= to);
  if (!targets.length) return here;
  const nearest = targets.reduce((best, at) => {
    const [there, least] = [itemAt(scene, at)!, itemAt(scene, best)!];
    return distance(there, item) < distance(least, item) ? at : best;
  });
  const target = itemAt(scene, nearest)!;
  return { item: target, layer: target.block.kind === 'run' ? nearest : null };
}

/** Lines go down: what is straight below or above comes first. */
function distance(a: Item, b: Item): number {
  const middle = ({ x, width }: Item) => x + width / 2;
  return Math.abs(middle(a) - middle(b)) + Math.abs(a.y - b.y);
}

function sideways(scene: Scene, here: Here, direction: 'left' | 'right'): Here {
  const { item, layer } = here;
  const by = direction === 'left' ? -1 : 1;
  const { from, to } = item.block;
  if (layer !== null && layer + by >= from && layer + by < to) return { item, layer: layer + by };
  const siblings = (item.parent?.children ?? scene.items).filter(
    (other) => other.y < item.y + item.height && other.y + other.height > item.y && (other.x - item.x) * by > 0,
  );
  if (!siblings.length) return here;
  const nearest = siblings.reduce((best, other) => ((other.x - best.x) * by < 0 ? other : best));
  return entered(nearest, by > 0 ? 'first' : 'last');
}

/** The blocks that are open at first: parts, as long as what is seen is little; equal parts, which folding is for, with much room only. */
export function openedAtFirst({ blocks }: BlockTree): string[] {
  const opened: string[] = [];
  const enough = { part: 30, repeat: 14 };
  let visible = blocks.length;
  const queue = [...blocks];
  for (const block of queue) {
    if (block.kind === 'run' || visible + block.children.length - 1 > enough[block.kind]) continue;
    visible += block.children.length - 1;
    opened.push(block.id);
    queue.push(...block.children);
  }
  return opened;
}

/** Ids of all blocks that can be opened. */
export function allBlocks({ blocks }: BlockTree): string[] {
  const queue = [...blocks];
  for (const block of queue) queue.push(...block.children);
  return queue.filter(({ kind }) => kind !== 'run').map(({ id }) => id);
}

/** The layer, the folded block or the head of the open one at a point of the scene. */
export function hereAt(scene: Scene, x: number, y: number): Here | null {
  let hit: Here | null = null;
  forItemsIn(scene.items, { left: x, top: y, right: x, bottom: y }, (item) => {
    if (item.open) hit = y <= item.y + sizes.head ? { item, layer: null } : null;
    else if (item.block.kind !== 'run') hit = { item, layer: null };
    else {
      const chip = item.chips.findLast((each) => x >= item.x + each.x - 2) ?? item.chips[0];
      hit = { item, layer: chip.position };
    }
  });
  return hit;
}
