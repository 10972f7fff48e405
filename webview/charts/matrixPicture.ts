import type { HeatMap } from '../../src/protocol/experiment';
import { counted, formatFigure, isFinite } from '../format';
import { heat, inkOn } from '../graph/measured';
import type { Theme } from '../theme';
import type { PaintedPicture, Target } from './paintedPicture';
import { t } from '../texts/texts';

const margins = { top: 6, right: 6, bottom: 36 };
const cellHeight = 30;
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
  return {
    id,
    title,
    height: margins.top + cellHeight * rows.values.length + margins.bottom,
    summary: finite.length
      ? t('{0}, from {1} (dark) to {2} (light).', value, formatFigure(low), formatFigure(high))
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
    const box = { w: width - left - margins.right, h: height - margins.top - margins.bottom };
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
        if (pen.measureText(formatFigure(figure)).width < w - 2)
          pen.fillText(formatFigure(figure), x + w / 2, y + h / 2);
        const where = `${rows.label} ${rows.values[r]}, ${columns.label} ${columns.values[c]}`;
        return { ...{ x, y, width: w, height: h }, text: `${where}: ${formatFigure(figure)}` };
      }),
    );
    pen.fillStyle = theme.mutedText;
    pen.textAlign = 'right';
    rows.values.forEach((text, r) => pen.fillText(text, left - 7, margins.top + (r + 0.5) * h));
    pen.textAlign = 'center';
    pen.textBaseline = 'top';
    columns.values.forEach((text, c) => pen.fillText(text, left + (c + 0.5) * w, margins.top + box.h + 5));
    pen.fillText(columns.label, left + box.w / 2, margins.top + box.h + 20);
    pen.save();
    pen.translate(8, margins.top + box.h / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = 'middle';
    pen.fillText(rows.label, 0, 0);
    pen.restore();
    return targets;
  }
}
