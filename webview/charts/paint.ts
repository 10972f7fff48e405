import { h } from '../dom';
import type { Theme } from '../theme';
import type { Drawing } from './chart';
import type { PaintedPicture, Target } from './paintedPicture';
import { SvgPen } from './svgPen';

/**
 * Draws pictures that draw themselves: sharp at any pixel ratio, again when the canvas changes its size, with a line of words below the
 * pointer.
 */
export function paintOn(canvas: HTMLCanvasElement, onPick?: (layer: string) => void): Drawing<PaintedPicture> {
  const pen = canvas.getContext('2d')!;
  const tip = h('div', { class: 'plot-tip', attributes: { hidden: true, 'aria-hidden': 'true' } });
  canvas.after(tip);
  let shown: { picture: PaintedPicture; theme: Theme } | null = null;
  let targets: readonly Target[] = [];
  const observer = new ResizeObserver(() => paint());
  observer.observe(canvas.parentElement!);
  canvas.addEventListener('pointermove', (event) => point(event));
  canvas.addEventListener('pointerleave', () => (tip.hidden = true));
  canvas.addEventListener('click', (event) => {
    const layer = targetAt(event)?.layer;
    if (layer !== undefined) onPick?.(layer);
  });

  function paint(): void {
    const { clientWidth: width, clientHeight: height } = canvas.parentElement!;
    if (!shown || width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    targets = shown.picture.paint(pen, width, height, shown.theme);
  }

  function targetAt({ offsetX: x, offsetY: y }: MouseEvent): Target | undefined {
    return targets.findLast((at) => x >= at.x && x <= at.x + at.width && y >= at.y && y <= at.y + at.height);
  }

  function point(event: PointerEvent): void {
    const target = targetAt(event);
    tip.hidden = !target;
    canvas.style.cursor = target?.layer !== undefined && onPick ? 'pointer' : '';
    if (!target) return;
    if (tip.textContent !== target.text) tip.textContent = target.text;
    const { clientWidth, clientHeight } = canvas.parentElement!;
    const left = Math.min(event.offsetX + 12, clientWidth - tip.offsetWidth - 4);
    const below = event.offsetY + 16 + tip.offsetHeight <= clientHeight;
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${below ? event.offsetY + 16 : Math.max(0, event.offsetY - tip.offsetHeight - 6)}px`;
  }

  return {
    draw(picture, theme) {
      shown = { picture, theme };
      paint();
    },
    destroy: () => observer.disconnect(),
  };
}

/** The picture as SVG, as large as it is on the screen. */
export function paintedSvg(picture: PaintedPicture, theme: Theme, width: number, height: number): string {
  const pen = new SvgPen(width, height);
  picture.paint(pen as unknown as CanvasRenderingContext2D, width, height, theme);
  return pen.toSvg(theme.background, picture.title);
}
