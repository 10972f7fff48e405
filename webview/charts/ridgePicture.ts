import type { Histogram, ProfiledLayer } from '../../src/protocol/profile';
import { counted, formatFigure } from '../format';
import { withAlpha, type Theme } from '../theme';
import type { Tensor } from './layerPictures';
import type { PaintedPicture, Target } from './paintedPicture';
import { edgeTicks, numberAt } from './ticks';
import { t } from '../texts/texts';

const margins = { left: 40, right: 14, top: 10, bottom: 34 };
/** Most ridges that can be told apart. */
const mostRidges = 14;
/** How far a ridge reaches into the one before, in distances between them. */
const overlap = 1.9;

/** How a tensor's distribution moves over the sampled steps: one ridge line for each, the first at the back. */
export function ridgePicture(layer: ProfiledLayer, of: Tensor): PaintedPicture | null {
  const sampled = layer[of].filter(({ histogram }) => histogram);
  if (sampled.length < 2) return null;
  const every = Math.ceil(sampled.length / mostRidges);
  // the last step is always among them
  const ridges = sampled.filter((_, i) => (sampled.length - 1 - i) % every === 0);
  const noun = of === 'activation' ? t('Activation') : t('Gradient');
  const { edges } = ridges[0].histogram!;
  const heights = ridges.map(({ histogram }) => densities(histogram!));
  const highest = Math.max(...heights.flat(), Number.MIN_VALUE);
  const [first, last] = [ridges[0], ridges.at(-1)!];
  return {
    id: `${of}-ridges`,
    title: t('{0} over the steps', noun),
    height: 210,
    summary: t(
      'Distribution at {0}: standard deviation from {1} at step {2} to {3} at step {4}.',
      counted(ridges.length, 'sampled step'),
      formatFigure(first.std),
      first.step,
      formatFigure(last.std),
      last.step,
    ),
    notes: [],
    table: {
      columns: ['from', 'to', ...ridges.map(({ step }) => `share at step ${step}`)],
      rows: heights[0].map((_, bin) => [edges[bin], edges[bin + 1], ...heights.map((shares) => shares[bin])]),
    },
    paint,
  };

  function paint(pen: CanvasRenderingContext2D, width: number, height: number, theme: Theme): Target[] {
    pen.clearRect(0, 0, width, height);
    const box = { x: margins.left, w: width - margins.left - margins.right, bottom: height - margins.bottom };
    const distance = (box.bottom - margins.top) / (ridges.length - 1 + overlap);
    const colour = theme.colours[of === 'activation' ? 'blue' : 'orange'];
    const bins = edges.length - 1;
    const font = `${theme.fontSize}px ${theme.fontFamily}`;
    const targets: Target[] = [];
    heights.forEach((shares, i) => {
      const base = margins.top + distance * (overlap + i);
      const reach = distance * overlap;
      const age = (i + 1) / heights.length;
      pen.beginPath();
      pen.moveTo(box.x, base);
      shares.forEach((share, bin) =>
        pen.lineTo(box.x + ((bin + 0.5) / bins) * box.w, base - (share / highest) * reach),
      );
      pen.lineTo(box.x + box.w, base);
      pen.closePath();
      // opaque: a ridge hides what is behind it
      pen.fillStyle = theme.background;
      pen.fill();
      pen.fillStyle = withAlpha(colour, 0.12 + 0.3 * age);
      pen.fill();
      pen.strokeStyle = withAlpha(colour, 0.45 + 0.55 * age);
      pen.lineWidth = i === heights.length - 1 ? 2 : 1.25;
      pen.lineJoin = 'round';
      pen.stroke();
      pen.font = font;
      pen.fillStyle = theme.mutedText;
      pen.textAlign = 'right';
      pen.textBaseline = 'middle';
      if (distance >= theme.fontSize || i === 0 || i === heights.length - 1)
        pen.fillText(String(ridges[i].step), box.x - 6, base - 4);
      const text = t(
        'step {0}: mean {1}, std {2}',
        ridges[i].step,
        formatFigure(ridges[i].mean),
        formatFigure(ridges[i].std),
      );
      targets.push({ x: box.x, y: base - distance, width: box.w, height: distance, text });
    });
    pen.fillStyle = theme.mutedText;
    pen.textAlign = 'center';
    pen.textBaseline = 'top';
    for (const place of edgeTicks(bins, Math.max(2, Math.min(6, Math.floor(box.w / 70))))) {
      // the labels of the ends stay within the picture
      pen.textAlign = place === 0 ? 'left' : place === bins ? 'right' : 'center';
      pen.fillText(formatFigure(tidy(numberAt(edges, place), edges)), box.x + (place / bins) * box.w, box.bottom + 4);
    }
    pen.textAlign = 'center';
    pen.fillText(
      of === 'activation' ? t('output') : t('{0}, bins wider outwards', t('dLoss/dOutput')),
      box.x + box.w / 2,
      box.bottom + 18,
    );
    pen.save();
    pen.translate(8, (margins.top + box.bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = 'middle';
    pen.fillText(t('step'), 0, 0);
    pen.restore();
    return targets;
  }
}

/** Shares of the elements: bins are drawn equally wide. */
function densities({ counts }: Histogram): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total ? count / total : 0));
}

/** 0 for what rounding has left of it. */
function tidy(value: number, edges: readonly number[]): number {
  return Math.abs(value) < 1e-9 * Math.max(Math.abs(edges[0]), Math.abs(edges.at(-1)!)) ? 0 : value;
}
