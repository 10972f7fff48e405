import type { AxisLetter } from '../protocol/facts';

/** Cells along each edge of the cube: samples, channels, positions. */
const CELLS = 4;
const SIDE = 11;
/** How far a step in depth goes right and up. */
const SLANT = 5;

/**
 * The cube of the textbooks (Wu & He 2018, Fig. 2) as SVG: batch into the depth, channels across, positions (H, W or steps)
 * downwards. The shaded cells share one mean and one variance. Mid tones, because an image in a hover does not follow the theme.
 * @param axes that the statistics run over
 * @param groups of channels, for a group norm
 */
export function normCube(axes: readonly AxisLetter[], groups: number | null = null): string {
  const over = (...letters: AxisLetter[]) => letters.some((l) => axes.includes(l));
  const samples = over('N') ? CELLS : 1;
  const channels = over('C', 'F') ? (groups !== null && groups > 1 ? CELLS / 2 : CELLS) : 1;
  const positions = over('D', 'H', 'W', 'L') ? CELLS : 1;
  const depth = CELLS * SLANT;
  const size = CELLS * SIDE + depth + 2;
  const point = (channel: number, sample: number, position: number) =>
    `${1 + channel * SIDE + sample * SLANT},${1 + depth + position * SIDE - sample * SLANT}`;
  const face = (shaded: boolean, ...corners: string[]) =>
    `<polygon points="${corners.join(' ')}" fill="${shaded ? '#3794ff' : '#808080'}" fill-opacity="${shaded ? 0.85 : 0.15}" stroke="#808080"/>`;
  const faces: string[] = [];
  for (let a = 0; a < CELLS; a++) {
    for (let b = 0; b < CELLS; b++) {
      const shaded = (channel: number, sample: number, position: number) =>
        channel < channels && sample < samples && position < positions;
      // front: channel a, position b of the first sample
      faces.push(face(shaded(a, 0, b), point(a, 0, b), point(a + 1, 0, b), point(a + 1, 0, b + 1), point(a, 0, b + 1)));
      // top: channel a, sample b at the first position
      faces.push(face(shaded(a, b, 0), point(a, b, 0), point(a + 1, b, 0), point(a + 1, b + 1, 0), point(a, b + 1, 0)));
      // right: sample a, position b of the last channel
      const last = shaded(CELLS - 1, a, b);
      faces.push(
        face(last, point(CELLS, a, b), point(CELLS, a + 1, b), point(CELLS, a + 1, b + 1), point(CELLS, a, b + 1)),
      );
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">${faces.join('')}</svg>`;
}
