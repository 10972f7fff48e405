import type { ProfiledLayer, ProfileResult } from '../../src/protocol/profile';
import { counted, formatFigure, formatShare } from '../format';
import { figures, heat, scaleOf, type FigureName } from '../graph/measured';
import { shown } from '../shown';
import type { Theme } from '../theme';
import type { PaintedPicture, Target } from './paintedPicture';
import { powerOfTen } from './ticks';
import { t } from '../texts/texts';

interface Row {
  readonly layer: ProfiledLayer;
  /** By column; undefined where that step was not measured. */
  readonly values: readonly (number | null | undefined)[];
}

const margins = { left: 46, right: 92, top: 8, bottom: 30 };

/** A figure of every layer at every step as colours: layers from the input downwards, steps to the right. */
export function heatPicture(profile: ProfileResult, name: FigureName): PaintedPicture {
  const figure = figures[name];
  const measured = profile.layers
    .map((layer) => ({ layer, steps: figure.steps(layer) }))
    .filter(({ steps }) => steps.length);
  const steps = [...new Set(measured.flatMap((row) => row.steps.map(([step]) => step)))].sort((a, b) => a - b);
  const column = new Map(steps.map((step, i) => [step, i]));
  const rows = measured.map(({ layer, steps: entries }): Row => {
    const values = new Array<number | null | undefined>(steps.length).fill(undefined);
    for (const [step, value] of entries) values[column.get(step)!] = value;
    return { layer, values };
  });
  const all = rows.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const scale = scaleOf(all, figure.logarithmic);
  const text = (value: number | null | undefined) =>
    figure.logarithmic ? formatFigure(value) : formatShare(value ?? undefined);
  const broken = all.filter((value) => scale.place(value) === null).length;
  const off = profile.layers.length - rows.length;
  return {
    id: 'heat',
    title: t('{0} by layer and step', figure.label),
    height: Math.min(420, Math.max(150, 12 * rows.length + margins.top + margins.bottom)),
    summary: rows.length
      ? t(
          '{0}, {1}: from {2} (dark) to {3} (light).',
          counted(rows.length, 'layer'),
          counted(steps.length, 'step'),
          text(scale.low),
          text(scale.high),
        )
      : '',
    notes: [
      off ? t('{0} no such figure.', counted(off, 'layer has', 'layers have')) : '',
      broken ? t('{0} 0 or not finite and left empty.', counted(broken, 'figure is', 'figures are')) : '',
    ].filter(Boolean),
    table: {
      columns: ['layer', 'kind', ...steps.map((step) => `step ${step}`)],
      rows: rows.map(({ layer, values }) => [layer.name, layer.kind, ...values.map((value) => value ?? null)]),
    },
    paint: (pen, width, height, theme) => paint(pen, width, height, theme),
  };

  function paint(pen: CanvasRenderingContext2D, width: number, height: number, theme: Theme): Target[] {
    const box = {
      x: margins.left,
      y: margins.top,
      w: width - margins.left - margins.right,
      h: height - margins.top - margins.bottom,
    };
    pen.clearRect(0, 0, width, height);
    if (!rows.length || box.w <= 0 || box.h <= 0) return [];
    // several layers share a line of pixels where there are more of them: the mean of their places is drawn
    const lines = Math.min(rows.length, Math.floor(box.h));
    const [lineHeight, cellWidth] = [box.h / lines, box.w / steps.length];
    const gap = lineHeight > 5 && cellWidth > 5 ? 1 : 0;
    const first = (line: number) => Math.floor((line * rows.length) / lines);
    for (let line = 0; line < lines; line++)
      for (let step = 0; step < steps.length; step++) {
        let [sum, count] = [0, 0];
        for (let row = first(line); row < first(line + 1); row++) {
          const place = scale.place(rows[row].values[step] ?? null);
          if (place === null) continue;
          sum += place;
          count++;
        }
        if (!count) continue;
        pen.fillStyle = heat(sum / count);
        pen.fillRect(
          box.x + step * cellWidth,
          box.y + line * lineHeight,
          cellWidth - gap + 0.3,
          lineHeight - gap + 0.3,
        );
      }
    axes(pen, box, theme);
    scaleBar(pen, width, box, theme);
    return Array.from({ length: lines }, (_, line) => line).flatMap((line) =>
      steps.map((step, i): Target => {
        const { layer, values } = rows[first(line)];
        return {
          x: box.x + i * cellWidth,
          y: box.y + line * lineHeight,
          width: cellWidth,
          height: lineHeight,
          // only read below the pointer, of thousands
          get text() {
            return `${shown(layer.name).slice(0, 80)}\n${t('step {0}', step)}: ${text(values[i])}`;
          },
          layer: layer.id,
        };
      }),
    );
  }

  function axes(pen: CanvasRenderingContext2D, box: Box, theme: Theme): void {
    pen.font = `${theme.fontSize}px ${theme.fontFamily}`;
    pen.fillStyle = theme.mutedText;
    pen.textBaseline = 'middle';
    pen.textAlign = 'right';
    for (const row of evenly(
      rows.map((_, i) => i + 1),
      box.h / 36,
    ))
      pen.fillText(String(row + 1), box.x - 6, box.y + ((row + 0.5) / rows.length) * box.h);
    pen.textBaseline = 'top';
    pen.textAlign = 'center';
    for (const at of evenly(steps, box.w / 56))
      pen.fillText(String(steps[at]), box.x + ((at + 0.5) / steps.length) * box.w, box.y + box.h + 4);
    pen.fillText(t('step'), box.x + box.w / 2, box.y + box.h + 17);
    pen.save();
    pen.translate(9, box.y + box.h / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = 'middle';
    pen.fillText(t('layer'), 0, 0);
    pen.restore();
  }

  function scaleBar(pen: CanvasRenderingContext2D, width: number, box: Box, theme: Theme): void {
    const [x, w] = [width - margins.right + 14, 12];
    const parts = 48;
    for (let i = 0; i < parts; i++) {
      pen.fillStyle = heat(1 - (i + 0.5) / parts);
      pen.fillRect(x, box.y + (i * box.h) / parts, w, box.h / parts + 0.5);
    }
    pen.fillStyle = theme.mutedText;
    pen.textAlign = 'left';
    // one way of writing for all three
    const powers = [scale.low, scale.high].some((value) => text(value).includes('e'));
    const label = (value: number) => (powers ? powerOfTen(value, true) : text(value));
    const middle = figure.logarithmic ? Math.sqrt(scale.low * scale.high) : (scale.low + scale.high) / 2;
    for (const [value, y, baseline] of [
      [scale.high, box.y, 'top'],
      [middle, box.y + box.h / 2, 'middle'],
      [scale.low, box.y + box.h, 'bottom'],
    ] as const) {
      pen.textBaseline = baseline;
      pen.fillText(label(value), x + w + 6, y);
    }
  }
}

/** Places of the numbers that are labelled: multiples of a round one, about `most` of them. */
function evenly(numbers: readonly number[], most: number): number[] {
  const rough = numbers.length / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const distance = Math.max(
    1,
    [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough * 0.999)!,
  );
  const places = numbers.flatMap((number, at) => (number % distance === 0 ? [at] : []));
  return places.length ? places : [0];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
