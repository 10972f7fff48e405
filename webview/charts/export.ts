/** Who offers a file to be saved: the page's host. */
export interface Saving {
  save(file: { readonly name: string; readonly content: string; readonly encoding: 'text' | 'base64' }): void;
}

/** Pixels of an exported PNG for each one on the screen: enough for print and slides. */
export const sharpness = 2;

/** Offers a picture as an SVG file to be saved. */
export function saveSvg(host: Saving, name: string, svg: string): void {
  host.save({ name: `${fileName(name)}.svg`, content: svg, encoding: 'text' });
}

/** Offers what a canvas pen draws as a PNG file to be saved. */
export function savePng(
  host: Saving,
  name: string,
  width: number,
  height: number,
  background: string,
  paint: (pen: CanvasRenderingContext2D) => void,
): void {
  const canvas = document.createElement('canvas');
  // browsers refuse canvases beyond some size
  const scale = Math.min(sharpness, 16_000 / Math.max(width, height), Math.sqrt(1e8 / (width * height)));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = background;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  paint(pen);
  const content = canvas.toDataURL('image/png').replace(/^[^,]*,/, '');
  host.save({ name: `${fileName(name)}.png`, content, encoding: 'base64' });
}

/** Letters, digits and dashes: safe on every system. */
function fileName(text: string): string {
  return (
    text
      .replace(/[^\w-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80) || 'picture'
  );
}
