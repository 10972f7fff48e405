import type { HeatMap } from '../../src/protocol/experiment';
import { counted, formatMeasured, isFinite } from '../format';
import { heat, inkOn } from '../graph/measured';
import type { Theme } from '../theme';
import type { PaintedPicture, Target } from './paintedPicture';
import { t } from '../texts/texts';

const margins = { top: 6, right: 6, bottom: 36 };
const cellHeight = 30;
const lineHeight = 14;
/** Figures further apart than this are coloured on a logarithmic scale. */
const wideRange = 100;

/** What an experiment measured over two settings: a matrix of coloured cells with the figures in them. */
export function matrixPicture(id: string, chart: HeatMap): PaintedPicture {
  const { title, rows, columns, cells, value } = chart;
  const finite = cells.flat().filter(isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const logarithmic = low > 0 && high / low > wideRange;
  const place = (figure: number) =>
    high === low ? 0.5 : logarithmic ? Math.log(figure / low) / Math.log(high / low) : (figure - low) / (high - low);
  const broken = cells.flat().length - finite.length;
  // words over two lines where few columns have them; of many numbers every second, third ...
  const headings = columns.values.map(twoLines);
  const bottom = margins.bottom + (headings.some((lines) => lines.length > 1) ? lineHeight : 0);
  return {
    id,
    title,
    height: margins.top + cellHeight * rows.values.length + bottom,
    summary: finite.length
      ? t('{0}, from {1} (dark) to {2} (light).', value, formatMeasured(low), formatMeasured(high))
      : `${value}.`,
    notes: broken ? [t('{0} not finite and left without a colour.', counted(broken, 'cell is', 'cells are'))] : [],
    table: {
      columns: [`${rows.label} \\ ${columns.label}`, ...columns.values],
      rows: cells.map((row, r) => [rows.values[r], ...row]),
    },
    paint,
  };

  function paint(pen: CanvasRenderingContext2D, width: number, height: number, theme: Theme): Target[] {
    pen.clearRect(0, 0, width, height);
    pen.font = `${theme.fontSize}px ${theme.fontFamily}`;
    const left = 30 + Math.max(...rows.values.map((text) => pen.measureText(text).width), 0);
    const box = { w: width - left - margins.right, h: height - margins.top - bottom };
    const [w, h] = [box.w / columns.values.length, box.h / rows.values.length];
    if (!(w > 0 && h > 0)) return [];
    pen.textBaseline = 'middle';
    const targets = cells.flatMap((row, r) =>
      row.map((figure, c): Target => {
        const [x, y] = [left + c * w, margins.top + r * h];
        const coloured = isFinite(figure);
        if (coloured) {
          pen.fillStyle = heat(place(figure));
          pen.fillRect(x, y, w - 1, h - 1);
        }
        pen.fillStyle = coloured ? inkOn(place(figure)) : theme.text;
        pen.textAlign = 'center';
        if (pen.measureText(formatMeasured(figure)).width < w - 2)
          pen.fillText(formatMeasured(figure), x + w / 2, y + h / 2);
        const where = `${rows.label} ${rows.values[r]}, ${columns.label} ${columns.values[c]}`;
        return { ...{ x, y, width: w, height: h }, text: `${where}: ${formatMeasured(figure)}` };
      }),
    );
    pen.fillStyle = theme.mutedText;
    pen.textAlign = 'right';
    rows.values.forEach((text, r) => pen.fillText(text, left - 7, margins.top + (r + 0.5) * h));
    pen.textAlign = 'center';
    pen.textBaseline = 'top';
    const widest = Math.max(...headings.flat().map((line) => pen.measureText(line).width));
    const every = columns.values.length > 6 ? Math.ceil((widest + 4) / w) : 1;
    headings.forEach((lines, c) => {
      if (c % every === 0)
        lines.forEach((line, i) =>
          pen.fillText(line, left + (c + 0.5) * w, margins.top + box.h + 5 + i * lineHeight, every * w),
        );
    });
    pen.fillText(columns.label, left + box.w / 2, height - 16);
    pen.save();
    pen.translate(8, margins.top + box.h / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = 'middle';
    pen.fillText(rows.label, 0, 0);
    pen.restore();
    return targets;
  }
}

/** A long heading broken at the space nearest to its middle. */
function twoLines(text: string): string[] {
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  if (text.length <= 14 || !spaces.length) return [text];
  const off = (at: number) => Math.abs(at - text.length / 2);
  const at = spaces.reduce((best, space) => (off(space) < off(best) ? space : best));
  return [text.slice(0, at), text.slice(at + 1)];
}
