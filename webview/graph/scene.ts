import type { Block, BlockTree } from './blocks';
import { blockTitle, shortKind } from './labels';
import { layered, type Layered } from './layered';

/** The blocks with their places: what is drawn, hit by the pointer and walked through by the keyboard. Lengths in pixels at zoom 1. */
export interface Item {
  readonly block: Block;
  readonly parent: Item | null;
  readonly open: boolean;
  readonly title: string;
  /** Of a run: its layers. Of a folded block: the first of what it holds, in small. */
  readonly chips: readonly Chip[];
  readonly children: readonly Item[];
  readonly pieces: readonly PlacedPiece[];
  x: number;
  y: number;
  readonly width: number;
  readonly height: number;
  /** Where lines come in above and go out below, from the left; the middle by default. */
  readonly ports?: { readonly top: number; readonly bottom: number };
}

/** A layer inside of a run, relative to its item. */
export interface Chip {
  /** Position of the layer in the network. */
  readonly position: number;
  readonly label: string;
  readonly x: number;
  readonly width: number;
}

export interface PlacedPiece {
  /** Flat: x, y, x, y ... relative to the item that holds it. */
  readonly points: readonly number[];
  readonly arrow: boolean;
  /** Goes round corners from one column to the next. */
  readonly elbow?: boolean;
}

export interface Scene {
  readonly tree: BlockTree;
  readonly items: readonly Item[];
  readonly pieces: readonly PlacedPiece[];
  readonly width: number;
  readonly height: number;
}

export interface SceneOptions {
  readonly opened: ReadonlySet<string>;
  /** Width of a label in pixels. */
  readonly measure: (text: string) => number;
  /** Ids of the blocks that begin a column. */
  readonly columns: ReadonlySet<string>;
}

export const sizes = {
  chip: 22,
  chipGap: 3,
  caption: 15,
  padding: 7,
  /** Of an open block: the line with its name. */
  head: 24,
  frame: 14,
  folded: 66,
  foldedWidth: 232,
  smallChip: 12,
  columnGap: 64,
} as const;

const mostSmallChips = 26;

/** Lays the blocks out, those in `opened` with their insides. */
export function sceneOf(tree: BlockTree, options: SceneOptions): Scene {
  const { items, layout } = layOut(tree.blocks, null, tree, options);
  const { width, height, pieces } = inColumns(items, layout, options.columns);
  move(items, 0, 0);
  return { tree, items, pieces, width, height };
}

function layOut(blocks: readonly Block[], parent: Item | null, tree: BlockTree, options: SceneOptions) {
  const { inputs, outputs } = tree.network;
  const items = blocks.map((block) => itemOf(block, parent, tree, options));
  const end = blocks.at(-1)?.to ?? 0;
  const start = blocks[0]?.from ?? 0;
  // inside of a block two boxes without a size stand for what comes in and what goes out
  const shift = parent ? 1 : 0;
  const at = (position: number) => indexAt(blocks, position) + shift;
  const links = new Map<string, [number, number]>();
  const link = (from: number, to: number) => links.set(`${from} ${to}`, [from, to]);
  for (let position = start; position < end; position++) {
    for (const input of inputs[position])
      if (input >= start && at(input) !== at(position)) link(at(input), at(position));
      else if (input < start && parent) link(0, at(position));
    if (parent && outputs[position].some((reader) => reader >= end)) link(at(position), blocks.length + 1);
  }
  const port = { width: 0, height: 0 };
  const layout = layered(parent ? [port, ...items, port] : items, [...links.values()]);
  items.forEach((item, i) => Object.assign(item, layout.places[i + shift]));
  const ports = parent ? { top: layout.places[0].x, bottom: layout.places.at(-1)!.x } : undefined;
  return { items, layout, ports };
}

/** The block that covers a position, by bisection. */
function indexAt(blocks: readonly Block[], position: number): number {
  let [low, high] = [0, blocks.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (blocks[middle].from <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

function itemOf(block: Block, parent: Item | null, tree: BlockTree, options: SceneOptions): Item {
  const { network } = tree;
  const title = blockTitle(block, network);
  if (block.kind === 'run') return runItem(block, parent, title, tree, options);
  const base = { block, parent, title, x: 0, y: 0 };
  if (!options.opened.has(block.id)) {
    const inside = block.kind === 'repeat' ? block.children[0] : block;
    const chips = smallChips(inside.from, Math.min(inside.to, inside.from + mostSmallChips));
    const head = 130 + Math.min(220, options.measure(title));
    const width = Math.max(sizes.foldedWidth, head, chips.at(-1)!.x + sizes.smallChip + sizes.padding + 8);
    return { ...base, open: false, chips, children: [], pieces: [], width, height: sizes.folded };
  }
  const children: Item[] = [];
  const pieces: PlacedPiece[] = [];
  const item: Item = { ...base, open: true, chips: [], children, pieces, width: 0, height: 0 };
  const { items, layout, ports } = layOut(block.children, item, tree, options);
  children.push(...items);
  const width = Math.max(layout.width + 2 * sizes.frame, 200);
  const [dx, dy] = [(width - layout.width) / 2, sizes.head];
  for (const child of children) {
    child.x += dx;
    child.y += dy;
  }
  pieces.push(...layout.pieces.map((piece) => placed(piece, dx, dy, piece.to > 0 && piece.to <= items.length)));
  const shifted = { top: ports!.top + dx, bottom: ports!.bottom + dx };
  return Object.assign(item, { width, height: layout.height + sizes.head, ports: shifted });
}

function smallChips(from: number, to: number): Chip[] {
  return Array.from({ length: to - from }, (_, i) => ({
    position: from + i,
    label: '',
    x: sizes.padding + i * (sizes.smallChip + 2),
    width: sizes.smallChip,
  }));
}

function runItem(block: Block, parent: Item | null, title: string, tree: BlockTree, { measure }: SceneOptions): Item {
  let x: number = sizes.padding;
  const chips = tree.network.layers.slice(block.from, block.to).map((layer, i): Chip => {
    const label = shortKind(layer);
    const width = Math.max(34, Math.ceil(measure(label)) + 20);
    const chip = { position: block.from + i, label, x, width };
    x += width + sizes.chipGap;
    return chip;
  });
  const width = Math.max(x - sizes.chipGap + sizes.padding, 150);
  const height = sizes.chip + sizes.caption + 2 * sizes.padding - 2;
  return { block, parent, title, open: false, chips, children: [], pieces: [], x: 0, y: 0, width, height };
}

function placed({ points }: Layered['pieces'][number], dx: number, dy: number, arrow: boolean): PlacedPiece {
  return { points: points.flatMap(([x, y]) => [x + dx, y + dy]), arrow };
}

/** From places inside of the parent to places in the scene. */
function move(items: readonly Item[], dx: number, dy: number): void {
  for (const item of items) {
    item.x += dx;
    item.y += dy;
    move(item.children, item.x, item.y);
  }
}

// Columns

/** Breaks the chain of the outermost blocks into columns, each beginning with one of `starts`. */
function inColumns(items: readonly Item[], layout: Layered, starts: ReadonlySet<string>) {
  const columnOf: number[] = [];
  const columns: { first: number; left: number; right: number; x: number }[] = [];
  layout.ranks.forEach(({ boxes }, rank) => {
    if (!columns.length || (boxes.length === 1 && starts.has(items[boxes[0]].block.id)))
      columns.push({ first: rank, left: Infinity, right: -Infinity, x: 0 });
    const column = columns.at(-1)!;
    for (const box of boxes) {
      columnOf[box] = columns.length - 1;
      column.left = Math.min(column.left, items[box].x);
      column.right = Math.max(column.right, items[box].x + items[box].width);
    }
  });
  // lines that pass beside the blocks belong to the column, too
  for (const { points, from, to } of layout.pieces) {
    const column = columns[columnOf[from]];
    if (to >= 0 && columnOf[to] !== columnOf[from]) continue;
    for (const [x] of points) {
      column.left = Math.min(column.left, x);
      column.right = Math.max(column.right, x);
    }
  }
  let width = 0;
  let height = 0;
  columns.forEach((column, i) => {
    column.x = width - column.left;
    width += column.right - column.left + (i < columns.length - 1 ? sizes.columnGap : 0);
    const last = (columns[i + 1]?.first ?? layout.ranks.length) - 1;
    height = Math.max(height, layout.ranks[last].bottom - layout.ranks[column.first].top);
  });
  const shift = (column: number) => ({ dx: columns[column].x, dy: -layout.ranks[columns[column].first].top });
  items.forEach((item, i) => {
    const { dx, dy } = shift(columnOf[i]);
    item.x += dx;
    item.y += dy;
  });
  const pieces = layout.pieces.map((piece): PlacedPiece => {
    const column = columnOf[piece.from];
    const { dx, dy } = shift(column);
    if (piece.to < 0 || columnOf[piece.to] === column) return placed(piece, dx, dy, piece.to >= 0);
    const [next, [x, y]] = [shift(columnOf[piece.to]), piece.points[0]];
    const [toX, toY] = piece.points.at(-1)!;
    const gutter = columns[columnOf[piece.to]].left + next.dx - sizes.columnGap / 2;
    const [bottom, top] = [y + dy + 13, toY + next.dy - 13];
    return {
      points: [
        x + dx,
        y + dy,
        x + dx,
        bottom,
        gutter,
        bottom,
        gutter,
        top,
        toX + next.dx,
        top,
        toX + next.dx,
        toY + next.dy,
      ],
      arrow: true,
      elbow: true,
    };
  });
  return { width, height, pieces };
}

/**
 * Which blocks begin a column so that the scene fills a window of this size best. A column ends only where one line goes on.
 *
 * @param scene laid out in one column
 */
export function columnStarts(scene: Scene, width: number, height: number): ReadonlySet<string> {
  const { items, tree } = scene;
  const cuts = items.filter((item, i) => {
    const { from } = item.block;
    const alone = items.every(
      (other) => other === item || other.y + other.height <= item.y || other.y >= item.y + item.height,
    );
    const before = tree.network.inputs
      .slice(from, item.block.to)
      .flat()
      .filter((input) => input < from);
    return i > 0 && alone && !passes(scene, item) && before.length > 0;
  });
  let best = { starts: new Set<string>(), zoom: fitZoom(scene, width, height) };
  const widest = Math.max(...items.map((item) => item.width), 1) + sizes.columnGap;
  for (let columns = 2; columns <= 8; columns++) {
    const target = scene.height / columns;
    const starts = new Set<string>();
    let top = 0;
    let tallest = 0;
    for (const item of cuts) {
      if (starts.size + 1 >= columns || item.y - top < target * 0.8) continue;
      tallest = Math.max(tallest, item.y - top);
      top = item.y;
      starts.add(item.block.id);
    }
    tallest = Math.max(tallest, scene.height - top);
    const zoom = fitZoom({ width: widest * (starts.size + 1), height: tallest }, width, height);
    if (zoom > best.zoom * 1.08) best = { starts, zoom };
  }
  return best.starts;
}

/** Whether a line passes beside an item on its way down. */
function passes({ pieces }: Scene, { x, y, width }: Item): boolean {
  return pieces.some(
    ({ points }) => points[1] <= y && points.at(-1)! > y && !(points.at(-2)! > x && points.at(-2)! < x + width),
  );
}

export function fitZoom(scene: { width: number; height: number }, width: number, height: number, most = 1): number {
  return Math.min(most, (width - 32) / Math.max(1, scene.width), (height - 32) / Math.max(1, scene.height));
}

// Finding one's way

/** The item that shows a layer: its run, or the folded block it is hidden in. */
export function itemAt(scene: Scene, position: number): Item | undefined {
  let items = scene.items;
  for (;;) {
    const item =
      items[
        indexAt(
          items.map(({ block }) => block),
          position,
        )
      ];
    if (!item?.open) return item;
    items = item.children;
  }
}

/** Ids of the blocks that must be open for a layer to be seen, outermost first. */
export function blocksAround(tree: BlockTree, position: number): string[] {
  const ids: string[] = [];
  for (let blocks = tree.blocks; blocks.length;) {
    const block = blocks[indexAt(blocks, position)];
    if (block.kind === 'run') break;
    ids.push(block.id);
    blocks = block.children;
  }
  return ids;
}

/** Calls back for each item that can be seen in a part of the scene, outer ones before what is in them. */
export function forItemsIn(
  items: readonly Item[],
  box: { left: number; top: number; right: number; bottom: number },
  visit: (item: Item) => void,
): void {
  for (const item of items) {
    if (item.x > box.right || item.y > box.bottom || item.x + item.width < box.left || item.y + item.height < box.top)
      continue;
    visit(item);
    if (item.open) forItemsIn(item.children, box, visit);
  }
}
