import type { LayerFacts, Severity } from '../../src/protocol/facts';
import { counted, formatCount } from '../format';
import { shown } from '../shown';
import { withAlpha } from '../theme';
import type { Camera } from './camera';
import { fitted, widthOf } from './fittedText';
import { shapeLabel, shortKind } from './labels';
import type { Look } from './look';
import { heat, inkOn } from './measured';
import { forItemsIn, sizes, type Chip, type Item, type PlacedPiece, type Scene } from './scene';
import { curvePath, elbowPath, outline, rounded, severityMark, triangle } from './shapes';

/** Below these zooms, names, then letters cannot be read and are not drawn. */
const readable = { names: 0.42, letters: 0.3, chips: 0.12 };

const severityOrder: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** Draws what of a scene is seen in a window of the given size. */
export function paintScene(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  look: Look,
  { x, y, zoom }: Camera,
  width: number,
  height: number,
): void {
  pen.save();
  pen.scale(zoom, zoom);
  pen.translate(-x, -y);
  const box = { left: x - 20, top: y - 20, right: x + width / zoom + 20, bottom: y + height / zoom + 20 };
  const painter = new Painter(pen, scene, look, zoom);
  painter.lines(scene.pieces, 0, 0, box);
  forItemsIn(scene.items, box, (item) => painter.item(item, box));
  pen.restore();
}

interface Window {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

class Painter {
  readonly #font: (size: number, weight?: string) => string;
  readonly #layers: readonly LayerFacts[];

  constructor(
    readonly pen: CanvasRenderingContext2D,
    scene: Scene,
    readonly look: Look,
    readonly zoom: number,
  ) {
    this.#font = (size, weight = '') => `${weight} ${size}px ${look.theme.fontFamily}`.trim();
    this.#layers = scene.tree.network.layers;
  }

  /** All lines of one block at once: a stroke for each would cost more than its points. */
  lines(pieces: readonly PlacedPiece[], dx: number, dy: number, box: Window): void {
    const { pen, look, zoom } = this;
    const seen = pieces.filter(({ points }) => {
      const [top, bottom] = [points[1] + dy, points.at(-1)! + dy];
      return Math.max(top, bottom) >= box.top && Math.min(top, bottom) <= box.bottom;
    });
    if (!seen.length) return;
    pen.strokeStyle = withAlpha(look.theme.text, look.theme.kind === 'high-contrast' ? 0.9 : 0.42);
    pen.fillStyle = pen.strokeStyle;
    pen.lineWidth = Math.max(1.25, 0.6 / zoom);
    pen.beginPath();
    for (const { points, elbow } of seen) (elbow ? elbowPath : curvePath)(pen, points, dx, dy);
    pen.stroke();
    if (zoom < readable.letters) return;
    pen.beginPath();
    for (const { points, arrow } of seen) {
      if (!arrow) continue;
      const [x, y] = [points.at(-2)! + dx, points.at(-1)! + dy];
      pen.moveTo(x, y);
      pen.lineTo(x - 3.5, y - 6);
      pen.lineTo(x + 3.5, y - 6);
      pen.closePath();
    }
    pen.fill();
  }

  item(item: Item, box: Window): void {
    if (item.open) this.#frame(item, box);
    else if (item.block.kind === 'run') this.#run(item);
    else this.#folded(item);
  }

  #frame(item: Item, box: Window): void {
    const { pen, look, zoom } = this;
    const { theme } = look;
    this.#card(item, withAlpha(theme.text, 0.03), 6);
    if (zoom >= readable.letters) {
      const left = item.x + 10;
      pen.textBaseline = 'middle';
      pen.textAlign = 'left';
      triangle(pen, left, item.y + 13, true, theme.mutedText);
      const after = this.#badge(item, left + 10, item.y + 13);
      this.#text(
        item.title || this.#count(item),
        after,
        item.y + 13,
        item.x + item.width - after - 10,
        11,
        theme.mutedText,
        '600',
      );
    }
    this.lines(item.pieces, item.x, item.y, box);
  }

  #run(item: Item): void {
    const { pen, look, zoom } = this;
    const { theme } = look;
    if (zoom < readable.chips) {
      this.#plain(item);
      return;
    }
    const here = item.chips.some(({ position }) => position === look.selected);
    const dim = look.found !== null && !item.chips.some(({ position }) => look.found!.has(position));
    pen.globalAlpha = dim ? 0.25 : 1;
    this.#card(item, theme.surface, 4, here && look.current === null);
    const y = item.y + sizes.padding;
    for (const chip of item.chips) this.#chip(chip, item.x + chip.x, y, chip.width, sizes.chip);
    if (zoom >= readable.names) {
      pen.textBaseline = 'alphabetic';
      const last = this.#layers[item.block.to - 1];
      const shape = shapeLabel(last);
      pen.font = this.#font(10);
      const shapeWidth = shape ? Math.min(widthOf(pen, shape), item.width * 0.55) : 0;
      const base = item.y + item.height - 6.5;
      const room = item.width - 2 * sizes.padding - shapeWidth - 8;
      if (room > 24) this.#text(item.title, item.x + sizes.padding, base, room, 10, theme.mutedText, '', true);
      if (shape)
        this.#text(shape, item.x + item.width - sizes.padding - shapeWidth, base, shapeWidth + 1, 10, theme.mutedText);
    }
    for (const chip of item.chips) {
      const severity = look.findings.get(chip.position);
      if (severity) this.#mark(severity, item.x + chip.x + chip.width - 2, y + 1);
    }
    pen.globalAlpha = 1;
  }

  #chip({ position, label }: Chip, x: number, y: number, w: number, h: number): void {
    const { pen, look, zoom } = this;
    const { role, norm } = this.#layers[position];
    const { fill, stroke, ink } = this.#colours(position);
    outline(pen, role, role === 'norm' ? norm?.type : undefined, x, y, w, h);
    pen.fillStyle = fill;
    pen.fill();
    const selected = position === look.selected && look.current === null;
    pen.strokeStyle = selected ? look.theme.focus : stroke;
    pen.lineWidth = selected ? Math.max(2.5, 1.5 / zoom) : 1;
    const dashed = role === 'dropout' || (look.places !== null && look.places[position] === null);
    if (dashed && !selected) pen.setLineDash([3, 2]);
    pen.stroke();
    if (dashed) pen.setLineDash([]);
    if (!label || zoom < readable.letters) return;
    pen.font = this.#font(11, role === 'norm' ? '600' : '');
    pen.fillStyle = ink;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(label, x + w / 2, y + h / 2 + 0.5);
    pen.textAlign = 'left';
  }

  #colours(position: number): { fill: string; stroke: string; ink: string } {
    const { theme, places, placements } = this.look;
    const place = places?.[position] ?? null;
    if (place !== null) return { fill: heat(place), stroke: withAlpha(theme.text, 0.5), ink: inkOn(place) };
    if (places) return { fill: 'rgba(0, 0, 0, 0)', stroke: withAlpha(theme.text, 0.35), ink: theme.mutedText };
    const placement = placements.get(position);
    if (placement !== undefined) return { fill: withAlpha(placement, 0.28), stroke: placement, ink: theme.text };
    const { role } = this.#layers[position];
    const weighted = role === 'linear' || role === 'recurrent';
    return {
      fill: withAlpha(theme.text, weighted ? 0.14 : 0.04),
      stroke: withAlpha(theme.text, weighted ? 0.45 : 0.3),
      ink: theme.text,
    };
  }

  #folded(item: Item): void {
    const { pen, look, zoom } = this;
    const { theme } = look;
    const { from, to, kind } = item.block;
    if (zoom < readable.chips) {
      this.#plain(item);
      return;
    }
    const dim = look.found !== null && !anyIn(look.found, from, to);
    pen.globalAlpha = dim ? 0.25 : 1;
    const current = look.current === item.block.id;
    const holdsSelected = look.selected !== null && look.selected >= from && look.selected < to;
    if (kind === 'repeat')
      for (const behind of [6, 3]) {
        pen.beginPath();
        rounded(pen, item.x + behind, item.y + behind, item.width, item.height, 5);
        pen.fillStyle = theme.surface;
        pen.fill();
        pen.strokeStyle = withAlpha(theme.text, 0.3);
        pen.lineWidth = 1;
        pen.stroke();
      }
    this.#card(item, theme.surface, 5, current || (holdsSelected && look.current === null));
    if (zoom >= readable.letters) {
      pen.textBaseline = 'middle';
      const y = item.y + 14;
      triangle(pen, item.x + 10, y, false, theme.mutedText);
      const left = this.#badge(item, item.x + 20, y);
      const count = this.#count(item);
      const aside = item.title ? count : shapeLabel(this.#layers[to - 1]);
      pen.font = this.#font(10);
      const countWidth = widthOf(pen, aside);
      const right = item.x + item.width - sizes.padding;
      this.#text(item.title || count, left, y, right - left - countWidth - 8, 11.5, theme.text, '600');
      if (countWidth) this.#text(aside, right - countWidth, y, countWidth + 1, 10, theme.mutedText);
    }
    for (const chip of item.chips) {
      const strong = this.#layers[chip.position].role === 'norm' ? 0 : 2;
      this.#chip(chip, item.x + chip.x, item.y + 28 + strong / 2, chip.width, 13 - strong);
    }
    const shownLayers = (kind === 'repeat' ? item.block.children[0].to : to) - from;
    if (shownLayers > item.chips.length && zoom >= readable.letters) {
      const { x, width } = item.chips.at(-1)!;
      this.#text('…', item.x + x + width + 3, item.y + 34, 12, 11, theme.mutedText);
    }
    if (look.places) this.#strip(item, look.places);
    else if (zoom >= readable.names)
      this.#text(
        this.#contents(item),
        item.x + sizes.padding,
        item.y + 54,
        item.width - 2 * sizes.padding,
        10,
        theme.mutedText,
      );
    const severity = gravest(look.findings, from, to);
    if (severity) this.#mark(severity, item.x + item.width - 2, item.y + 2);
    pen.globalAlpha = 1;
  }

  /** One cell for each measured layer of a folded block, or for a few of them where there are many. */
  #strip(item: Item, places: readonly (number | null)[]): void {
    const { pen, look } = this;
    const { from, to } = item.block;
    const room = item.width - 2 * sizes.padding;
    const [x, y] = [item.x + sizes.padding, item.y + 47];
    const measured = places.slice(from, to).filter((place) => place !== null);
    const cells = Math.min(measured.length, Math.floor(room / 2.5));
    const width = room / cells;
    for (let cell = 0; cell < cells; cell++) {
      const first = Math.floor((measured.length * cell) / cells);
      const shared = measured.slice(first, Math.floor((measured.length * (cell + 1)) / cells));
      pen.fillStyle = heat(shared.reduce((sum, place) => sum + place, 0) / shared.length);
      pen.fillRect(x + cell * width, y, Math.max(width - (width > 4 ? 1 : 0), 0.5), 11);
    }
    pen.strokeStyle = withAlpha(look.theme.text, 0.25);
    pen.lineWidth = 0.75;
    if (!cells) pen.setLineDash([3, 2]);
    pen.strokeRect(x, y, room, 11);
    pen.setLineDash([]);
  }

  /** From far away a block is one rectangle. */
  #plain(item: Item): void {
    const { pen, look } = this;
    const { from, to } = item.block;
    let colour = withAlpha(look.theme.text, 0.3);
    if (look.places) {
      const measured = look.places.slice(from, to).filter((place) => place !== null);
      if (measured.length) colour = heat(measured.reduce((sum, place) => sum + place, 0) / measured.length);
    } else for (let at = from; at < Math.min(to, from + 6); at++) colour = look.placements.get(at) ?? colour;
    const selected = look.selected !== null && look.selected >= from && look.selected < to;
    pen.fillStyle = selected ? look.theme.focus : colour;
    pen.fillRect(item.x, item.y, item.width, item.height);
    const severity = gravest(look.findings, from, to);
    if (!severity) return;
    pen.fillStyle = look.theme.severities[severity];
    pen.fillRect(item.x + item.width - 30, item.y, 30, item.height);
  }

  #card(item: Item, fill: string, radius: number, marked = this.look.current === item.block.id): void {
    const { pen, look, zoom } = this;
    pen.beginPath();
    rounded(pen, item.x, item.y, item.width, item.height, radius);
    pen.fillStyle = fill;
    pen.fill();
    pen.strokeStyle = marked
      ? look.theme.focus
      : withAlpha(look.theme.text, look.theme.kind === 'high-contrast' ? 0.8 : 0.22);
    pen.lineWidth = marked ? Math.max(2, 1.5 / zoom) : 1;
    pen.stroke();
  }

  /** "×12" before a repeat's name. @returns where the name begins */
  #badge({ block }: Item, x: number, y: number): number {
    if (block.kind !== 'repeat') return x;
    const { pen, look } = this;
    const text = `×${formatCount(block.children.length)}`;
    pen.font = this.#font(12, '700');
    const width = widthOf(pen, text) + 10;
    pen.beginPath();
    rounded(pen, x, y - 9, width, 18, 9);
    pen.fillStyle = look.theme.badge.background;
    pen.fill();
    pen.fillStyle = look.theme.badge.text;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(text, x + width / 2, y + 0.5);
    pen.textAlign = 'left';
    return x + width + 7;
  }

  #mark(severity: Severity, x: number, y: number): void {
    const { theme } = this.look;
    severityMark(this.pen, severity, x, y, theme.severities[severity], theme.background);
  }

  #count({ block: { from, to } }: Item): string {
    return counted(to - from, 'layer');
  }

  /** "3 Conv · 3 BN · 3 Relu": what one of the equal parts, or the block, is made of. */
  #contents({ block }: Item): string {
    const { from, to } = block.kind === 'repeat' ? block.children[0] : block;
    const counts = new Map<string, number>();
    for (let at = from; at < Math.min(to, from + 400); at++) {
      const kind = shortKind(this.#layers[at]);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const parts = [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([kind, count]) => (count > 1 ? `${count} ${kind}` : kind));
    return parts.join(' · ');
  }

  #text(
    text: string,
    x: number,
    y: number,
    room: number,
    size: number,
    colour: string,
    weight = '',
    path = false,
  ): void {
    const { pen } = this;
    pen.font = this.#font(size, weight);
    pen.fillStyle = colour;
    pen.textAlign = 'left';
    pen.fillText(fitted(pen, shown(text), room, path), x, y);
  }
}

function anyIn(positions: ReadonlySet<number>, from: number, to: number): boolean {
  if (positions.size > to - from) {
    for (let at = from; at < to; at++) if (positions.has(at)) return true;
    return false;
  }
  for (const at of positions) if (at >= from && at < to) return true;
  return false;
}

function gravest(findings: ReadonlyMap<number, Severity>, from: number, to: number): Severity | undefined {
  let worst = severityOrder.length;
  const look = (severity: Severity | undefined) => {
    if (severity) worst = Math.min(worst, severityOrder.indexOf(severity));
  };
  if (findings.size > to - from) for (let at = from; at < to; at++) look(findings.get(at));
  else for (const [at, severity] of findings) if (at >= from && at < to) look(severity);
  return severityOrder[worst];
}
