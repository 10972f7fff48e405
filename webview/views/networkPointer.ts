import { zooms, type Camera } from '../graph/camera';
import type { Here } from '../graph/navigate';

/** Pixels that the pointer moves before a press is a drag. */
const dragStart = 4;

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly camera: Camera;
  moved: boolean;
}

/** What the pointer finds and does; places are pixels of the stage. */
export interface PointerActions {
  camera(): Camera | null;
  hereAt(x: number, y: number): Here | null;
  lines(at: Here): readonly string[];
  setCamera(camera: Camera): void;
  panBy(dx: number, dy: number): void;
  zoomBy(factor: number, x: number, y: number): void;
  click(at: Here): void;
}

/** Drags, clicks, zooms with the wheel and shows in `tip` what the pointer is at. */
export function networkPointer(stage: HTMLElement, tip: HTMLElement, does: PointerActions): void {
  let drag: Drag | null = null;

  const placeOf = (event: MouseEvent): [x: number, y: number] => {
    const { left, top } = stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };

  stage.addEventListener('pointerdown', (event) => {
    const camera = does.camera();
    if (event.button !== 0 || !camera) return;
    drag = { x: event.clientX, y: event.clientY, camera, moved: false };
    stage.setPointerCapture(event.pointerId);
  });

  stage.addEventListener('pointermove', (event) => {
    if (drag) return dragTo(drag, event);
    const place = placeOf(event);
    const at = does.hereAt(...place);
    stage.classList.toggle('over', at !== null);
    tip.hidden = at === null;
    if (at) showTip(does.lines(at).join('\n'), ...place);
  });

  stage.addEventListener('pointerup', (event) => {
    const { moved } = drag ?? { moved: true };
    drag = null;
    stage.classList.remove('dragging');
    const at = moved ? null : does.hereAt(...placeOf(event));
    if (at) does.click(at);
  });

  stage.addEventListener('pointerleave', () => (tip.hidden = true));

  stage.addEventListener('wheel', (event) => {
    event.preventDefault();
    if (!event.ctrlKey && !event.metaKey) return does.panBy(event.deltaX, event.deltaY);
    does.zoomBy(Math.exp(-event.deltaY * zooms.wheel * (event.deltaMode ? 30 : 1)), ...placeOf(event));
  });

  function dragTo(from: Drag, event: PointerEvent): void {
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.moved && Math.hypot(dx, dy) < dragStart) return;
    from.moved = true;
    tip.hidden = true;
    stage.classList.add('dragging');
    const { x, y, zoom } = from.camera;
    does.setCamera({ zoom, x: x - dx / zoom, y: y - dy / zoom });
  }

  function showTip(text: string, x: number, y: number): void {
    if (tip.textContent !== text) tip.textContent = text;
    tip.style.left = `${Math.max(4, Math.min(x + 14, stage.clientWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > stage.clientHeight ? y - tip.offsetHeight - 8 : y + 18}px`;
  }
}
