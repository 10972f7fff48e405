import type { AxisLetter, NormFacts } from '../../src/protocol/facts';
import { h, svg } from '../dom';
import { axesSentence } from '../words';
import { t } from '../texts/texts';

/** Cells along each edge. */
const cells = 4;
const side = 17;
/** How far a step into the depth goes right and up. */
const slant = { x: 8, y: 7 };
const margin = { left: 36, top: 6, right: 30, bottom: 20 };

/**
 * The cube of the textbooks (Wu & He 2018, figure 2): the batch goes into the depth, channels across, positions downwards. The
 * shaded cells share one mean and one variance. Without a known meaning of the axes there is nothing to shade.
 */
export function normCube(norm: NormFacts): HTMLElement | null {
  const axes = norm.axesMeaning;
  if (!axes?.length) return null;
  const over = (...letters: AxisLetter[]) => letters.some((letter) => axes.includes(letter));
  const sequence = over('L', 'F') && !over('C', 'H', 'W', 'D');
  const grouped = norm.groups !== null && norm.groups > 1;
  const shaded = {
    sample: over('N') ? cells : 1,
    channel: over('C', 'F') ? (grouped ? cells / 2 : cells) : 1,
    position: over('D', 'H', 'W', 'L') ? cells : 1,
  };
  const depth = { x: cells * slant.x, y: cells * slant.y };
  const point = (channel: number, sample: number, position: number) => [
    margin.left + channel * side + sample * slant.x,
    margin.top + depth.y + position * side - sample * slant.y,
  ];
  const face = (is: boolean, kind: string, ...corners: number[][]) =>
    svg('polygon', {
      points: corners.map((corner) => corner.join(',')).join(' '),
      class: `cube-${kind}${is ? ' shared' : ''}`,
    });
  const faces: SVGElement[] = [];
  for (let a = 0; a < cells; a++)
    for (let b = 0; b < cells; b++) {
      const is = (channel: number, sample: number, position: number) =>
        channel < shaded.channel && sample < shaded.sample && position < shaded.position;
      faces.push(
        face(is(a, 0, b), 'front', point(a, 0, b), point(a + 1, 0, b), point(a + 1, 0, b + 1), point(a, 0, b + 1)),
        face(is(a, b, 0), 'top', point(a, b, 0), point(a + 1, b, 0), point(a + 1, b + 1, 0), point(a, b + 1, 0)),
        face(
          is(cells - 1, a, b),
          'side',
          point(cells, a, b),
          point(cells, a + 1, b),
          point(cells, a + 1, b + 1),
          point(cells, a, b + 1),
        ),
      );
    }
  const text = (words: string, x: number, y: number, anchor: string) => {
    const element = svg('text', { x, y, 'text-anchor': anchor, class: 'cube-letter' });
    element.textContent = words;
    return element;
  };
  const [width, height] = [
    margin.left + cells * side + depth.x + margin.right,
    margin.top + depth.y + cells * side + margin.bottom,
  ];
  const letters = [
    text(sequence ? 'F' : 'C', margin.left + (cells * side) / 2, height - 5, 'middle'),
    text(
      sequence ? 'L' : over('D') ? 'D,H,W' : 'H,W',
      margin.left - 5,
      margin.top + depth.y + (cells * side) / 2 + 4,
      'end',
    ),
    text(
      'N',
      width - margin.right + 4 - depth.x / 2 + 6,
      margin.top + depth.y + cells * side - depth.y / 2 + 10,
      'start',
    ),
  ];
  const picture = svg(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      class: 'cube',
      role: 'img',
      'aria-label': t('Cube: {0}', axesSentence(norm)),
    },
    ...faces,
    ...letters,
  );
  return h(
    'figure',
    { class: 'norm-cube', testId: 'norm-cube' },
    picture,
    h('figcaption', {}, t('Shaded cells share one mean and variance')),
  );
}
