const WIDTH = 120;
const HEIGHT = 18;

/**
 * A figure over the steps as a line in SVG, from its lowest to its highest value. Undefined for fewer than two finite values.
 * Mid tones, because an image in a hover does not follow the theme.
 */
export function sparkline(values: readonly (number | string)[]): string | undefined {
  const finite = values.filter((v): v is number => typeof v === 'number');
  if (finite.length < 2) return undefined;
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const x = (i: number) => ((i / (values.length - 1)) * (WIDTH - 2) + 1).toFixed(1);
  const y = (v: number) => (HEIGHT - 2 - (span === 0 ? 0.5 : (v - low) / span) * (HEIGHT - 4)).toFixed(1);
  const points = values.flatMap((v, i) => (typeof v === 'number' ? [`${x(i)},${y(v)}`] : []));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">` +
    `<polyline points="${points.join(' ')}" fill="none" stroke="#3794ff" stroke-width="1.5"/></svg>`
  );
}
