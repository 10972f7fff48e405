import { fitZoom, type Item, type Scene } from './scene';

/** The scene's point in the window's upper left corner, and the pixels of a scene's pixel. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Zoom by one key or one turn of the wheel, its ends, the most that fills a window, the least that can be read, and with ease. */
export const zooms = { step: 1.25, least: 0.02, most: 3, wheel: 0.0022, fit: 1.4, readable: 0.5, comfortable: 0.75 };

/** Shows the whole scene, or where that would take a zoom below `least`, its beginning. */
export function fitted(scene: Scene, { width, height }: Extent, least = zooms.least): Camera {
  const zoom = Math.max(fitZoom(scene, width, height, zooms.fit), least);
  const room = (side: number, needed: number) => (needed * zoom < side ? -(side / zoom - needed) / 2 : -16 / zoom);
  return { zoom, x: room(width, scene.width), y: Math.max(room(height, scene.height), -16 / zoom) };
}

/** Zooms around a place of the window: what is there stays there. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const zoom = Math.min(zooms.most, Math.max(zooms.least, camera.zoom * factor));
  return { zoom, x: camera.x + x / camera.zoom - x / zoom, y: camera.y + y / camera.zoom - y / zoom };
}

/** Moves no further than needed for an item to be seen and read; of one that is larger than the window, the beginning. */
export function revealing(camera: Camera, item: Item, { width, height }: Extent): Camera {
  const zoom = Math.max(camera.zoom, zooms.readable);
  const margin = 40 / zoom;
  const into = (from: number, seen: number, start: number, size: number): number => {
    const end = start + Math.min(size, seen - 2 * margin) + margin;
    if (start - margin < from) return start - margin;
    return end > from + seen ? end - seen : from;
  };
  return {
    zoom,
    x: into(camera.x, width / zoom, item.x, item.width),
    y: into(camera.y, height / zoom, item.y, item.height),
  };
}
