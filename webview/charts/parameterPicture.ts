import type { NormFacts, NormParameterFacts } from '../../src/protocol/facts';
import { capital, counted, formatCount, formatFigure } from '../format';
import { withAlpha, type Theme } from '../theme';
import type { PaintedPicture, Target } from './paintedPicture';
import { roundTicks } from './ticks';
import { t } from '../texts/texts';

const margins = { left: 42, right: 6, top: 26, bottom: 20 };
/** Pixels between two histograms. */
const gap = 18;
/** Pixels of a bar that stands for one number which all channels share. */
const loneBar = 14;

const parts = {
  scale: { title: t('γ scale'), word: t('scale'), neutral: 1 },
  shift: { title: t('β shift'), word: t('shift'), neutral: 0 },
  mean: { title: t('running mean'), word: t('running mean'), neutral: 0 },
  variance: { title: t('running variance'), word: t('running variance'), neutral: 1 },
} as const;

/**
 * How what the file holds of a norm is distributed over its channels: a histogram each of scale, shift, running mean and running
 * variance, side by side on one axis of channels; a dotted line stands where the parameter changes nothing (1 or 0). Null where the
 * file holds none of them.
 */
export function parameterPicture(norm: NormFacts | undefined): PaintedPicture | null {
  const parameters = norm?.parameters ?? [];
  if (!parameters.length) return null;
  return {
    id: 'norm-parameters',
    title: t('In the file, over {0}', counted(parameters[0].count, 'channel')),
    height: 150,
    summary: [
      `${capital(parameters.map(sentence).join('; '))}.`,
      parameters.some((parameter) => straddlesNeutral(parameter)) &&
        t('Dotted: where a parameter changes nothing (1 or 0).'),
    ]
      .filter(Boolean)
      .join(' '),
    notes: parameters
      .filter(({ notFinite }) => notFinite > 0)
      .map(({ name, notFinite, count }) =>
        t('{0}: {1} of {2} are not finite.', capital(parts[name].word), notFinite, count),
      ),
    table: {
      columns: ['parameter', 'from', 'to', 'channels'],
      rows: parameters.flatMap(({ name, bins, ...range }) =>
        bins.map((count, bin) => [parts[name].word, ...edgesOf(range, bins.length, bin), count]),
      ),
    },
    paint: (pen, width, height, theme) => paint(parameters, pen, width, height, theme),
  };
}

function sentence({ name, min, mean, max }: NormParameterFacts): string {
  const range = isShared({ min, max })
    ? t('{0} everywhere', formatFigure(min))
    : t('{0} to {1} (mean {2})', formatFigure(min), formatFigure(max), formatFigure(mean));
  return `${parts[name].word} ${range}`;
}

function paint(
  parameters: readonly NormParameterFacts[],
  pen: CanvasRenderingContext2D,
  width: number,
  height: number,
  theme: Theme,
): Target[] {
  pen.clearRect(0, 0, width, height);
  const [top, bottom] = [margins.top, height - margins.bottom];
  const room = width - margins.left - margins.right - gap * (parameters.length - 1);
  const cell = room / parameters.length;
  if (cell <= 0 || bottom <= top) return [];
  // a number that all channels share would flatten the others
  const varied = parameters.filter((parameter) => !isShared(parameter));
  const most = Math.max(1, ...(varied.length ? varied : parameters).flatMap(({ bins }) => bins));
  const y = (count: number) => bottom - (Math.min(count, most) / most) * (bottom - top);
  pen.font = `${theme.fontSize}px ${theme.fontFamily}`;
  const ticks = roundTicks(0, most, 3).filter(Number.isInteger);
  pen.fillStyle = theme.mutedText;
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  for (const tick of ticks) pen.fillText(String(tick), margins.left - 6, y(tick));
  pen.save();
  pen.translate(9, (top + bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = 'center';
  pen.fillText(t('channels'), 0, 0);
  pen.restore();
  return parameters.flatMap((parameter, i) => {
    const x = margins.left + i * (cell + gap);
    pen.strokeStyle = theme.grid;
    pen.lineWidth = 1;
    for (const tick of ticks) line(pen, x, y(tick), x + cell, y(tick));
    return histogram(parameter, pen, { x, top, bottom, width: cell }, y, theme);
  });
}

interface Box {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
}

function histogram(
  parameter: NormParameterFacts,
  pen: CanvasRenderingContext2D,
  { x, top, bottom, width }: Box,
  y: (count: number) => number,
  theme: Theme,
): Target[] {
  const { name, bins, min, max, count, notFinite } = parameter;
  const { title, neutral } = parts[name];
  const targets: Target[] = [];
  pen.textBaseline = 'top';
  pen.textAlign = 'left';
  pen.fillStyle = theme.text;
  pen.fillText(title, x, 4, width);
  pen.textAlign = 'center';
  if (notFinite === count) {
    pen.fillStyle = theme.mutedText;
    pen.fillText(t('no finite number'), x + width / 2, bottom + 5, width);
    return targets;
  }
  const colour = theme.colours.green;
  const shared = isShared(parameter);
  const barWidth = shared ? loneBar : width / bins.length;
  bins.forEach((channels, bin) => {
    if (channels === 0) return;
    const left = shared ? x + (width - loneBar) / 2 : x + bin * barWidth;
    pen.fillStyle = withAlpha(colour, 0.85);
    const barTop = Math.min(y(channels), bottom - 1);
    pen.fillRect(left, barTop, Math.max(barWidth - (barWidth > 4 ? 1 : 0), 0.5), bottom - barTop);
    const [from, to] = edgesOf(parameter, bins.length, bin).map(formatFigure);
    const range = shared ? from : t('{0} to {1}', from, to);
    targets.push({
      ...{ x: left, y: top, width: barWidth, height: bottom - top },
      text: `${title} ${range}: ${counted(channels, 'channel')}`,
    });
  });
  if (straddlesNeutral(parameter)) {
    const at = x + ((neutral - min) / (max - min)) * width;
    pen.strokeStyle = theme.text;
    pen.setLineDash([2, 3]);
    line(pen, at, top - 3, at, bottom);
    pen.setLineDash([]);
  }
  pen.fillStyle = theme.mutedText;
  if (shared) {
    pen.fillText(formatFigure(min), x + width / 2, bottom + 5);
    pen.textAlign = 'left';
    pen.textBaseline = 'middle';
    pen.fillText(t('all {0}', formatCount(count - notFinite)), x + (width + loneBar) / 2 + 6, (top + bottom) / 2);
  } else {
    pen.textAlign = 'left';
    pen.fillText(formatFigure(min), x, bottom + 5);
    pen.textAlign = 'right';
    pen.fillText(formatFigure(max), x + width, bottom + 5);
  }
  return targets;
}

function straddlesNeutral({ name, min, max }: NormParameterFacts): boolean {
  return min < parts[name].neutral && parts[name].neutral < max;
}

function isShared({ min, max }: Pick<NormParameterFacts, 'min' | 'max'>): boolean {
  return min === max;
}

function line(pen: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  pen.beginPath();
  pen.moveTo(fromX, fromY);
  pen.lineTo(toX, toY);
  pen.stroke();
}

function edgesOf({ min, max }: { min: number; max: number }, bins: number, bin: number): [number, number] {
  const at = (edge: number) => min + ((max - min) * edge) / bins;
  return [at(bin), at(bin + 1)];
}
