/**
 * The colour, or its stand-in where it can hardly be told from the background: most themes lend charts the translucent orange of a
 * search's hits. WCAG 1.4.11 asks for a contrast of 3, which themes that say their colours themselves just miss.
 *
 * @param colour as #rrggbb, or as rgba() where it is translucent
 * @param instead on a light and on a dark background
 */
export function legible(colour: string, background: string, [onLight, onDark]: readonly [string, string]): string {
  const behind = luminance(background);
  const contrast = (of: string) => {
    const [low, high] = [behind, luminance(of)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  if (colour.startsWith('#') && contrast(colour) >= 2.5) return colour;
  return contrast(onLight) > contrast(onDark) ? onLight : onDark;
}

/** Relative luminance (WCAG 2) of #rrggbb; of a translucent colour as if it covered all. */
function luminance(colour: string): number {
  const parts = colour.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    : colour.match(/[\d.]+/g)!.map(Number);
  const [r, g, b] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
