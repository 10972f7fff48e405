import {
  BarElement,
  BasicPlatform,
  Chart,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type ChartDataset,
  type LegendItem,
  type ScaleOptionsByType,
} from 'chart.js';
import { withAlpha, type Theme } from '../theme';
import { BarsBetweenEdges } from './barsBetweenEdges';
import type { Axis, Picture, Point, Series } from './picture';
import { SvgPen } from './svgPen';
import { tooltipDetail, tooltipLines, tooltipTitle } from './tooltip';
import { edgeTicks, logarithmicRange, logarithmicTicks, numberAt, powerOfTen, roundTicks } from './ticks';

Chart.register(
  BarsBetweenEdges,
  BarElement,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
);

/** A picture on a canvas. */
export interface Drawing<P> {
  draw(picture: P, theme: Theme): void;
  destroy(): void;
}

/** @param onPick called with the id of the layer whose point was clicked */
export function drawOn(canvas: HTMLCanvasElement, onPick?: (layer: string) => void): Drawing<Picture> {
  let chart: Chart | undefined;
  let picture: Picture;
  const pick = (_event: unknown, hits: readonly { datasetIndex: number; index: number }[]) => {
    const layer = hits[0] && picture.series[hits[0].datasetIndex]?.points[hits[0].index]?.layer;
    if (layer !== undefined) onPick?.(layer);
  };
  return {
    draw(next, theme) {
      picture = next;
      const { data, options } = configuration(next, theme);
      if (chart) {
        chart.data = data;
        chart.options = { ...options, onClick: pick };
        chart.update('none');
      } else {
        const type = next.bars ? BarsBetweenEdges.id : 'line';
        chart = new Chart(canvas, { type, data, options: { ...options, onClick: pick } } as ChartConfiguration);
      }
    },
    destroy: () => chart?.destroy(),
  };
}

/** The picture as SVG, as large as it is on the screen. */
export function chartSvg(picture: Picture, theme: Theme, width: number, height: number): string {
  const pen = new SvgPen(width, height);
  drawOnce(pen.canvas as unknown as HTMLCanvasElement, picture, theme, 1);
  return pen.toSvg(theme.background, picture.title);
}

/** Hands out the picture on a canvas of its own, with `ratio` pixels for each one on the screen. */
export function withChartImage(
  picture: Picture,
  theme: Theme,
  width: number,
  height: number,
  ratio: number,
  use: (image: HTMLCanvasElement) => void,
): void {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  drawOnce(canvas, picture, theme, ratio, () => use(canvas));
}

function drawOnce(
  canvas: HTMLCanvasElement,
  picture: Picture,
  theme: Theme,
  devicePixelRatio: number,
  use = () => {},
): void {
  const { data, options } = configuration(picture, theme);
  const type = picture.bars ? BarsBetweenEdges.id : 'line';
  // with segments, lines are drawn point by point instead of through the browser's path objects, which SVG cannot read
  const datasets = picture.bars ? data.datasets : data.datasets.map((dataset) => ({ ...dataset, segment: {} }));
  const chart = new Chart(canvas, {
    type,
    data: { datasets },
    options: { ...options, responsive: false, devicePixelRatio },
    platform: BasicPlatform,
  } as ChartConfiguration);
  use();
  chart.destroy();
}

const dashes = { solid: [], dashed: [7, 4], dotted: [1.5, 3.5] };

function configuration(picture: Picture, theme: Theme): Required<Pick<ChartConfiguration, 'data' | 'options'>> {
  const { bars } = picture;
  const datasets = bars ? [barDataset(picture, theme)] : picture.series.map((series) => lineDataset(series, theme));
  const labelled = !bars && picture.series.length > 1;
  return {
    data: { datasets },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      font: { family: theme.fontFamily, size: theme.fontSize },
      layout: { padding: { top: labelled ? 0 : 8, right: 8 } },
      interaction: { mode: 'nearest', axis: bars ? 'x' : 'xy', intersect: false },
      scales: { x: scale(picture.x, picture, theme, 'x'), y: scale(picture.y, picture, theme, 'y') },
      plugins: {
        legend: {
          display: labelled,
          position: 'top',
          align: 'end',
          labels: {
            color: theme.text,
            font: { family: theme.fontFamily, size: theme.fontSize },
            usePointStyle: true,
            pointStyle: 'line',
            pointStyleWidth: 26,
            boxHeight: 6,
            padding: 8,
            // the default takes the style of the points, which know no dashes
            generateLabels: () =>
              picture.series.flatMap((series, datasetIndex) =>
                series.label === '' ? [] : [legendItem(series, datasetIndex, theme)],
              ),
          },
        },
        tooltip: {
          backgroundColor: theme.tooltip.background,
          titleColor: theme.tooltip.text,
          bodyColor: theme.tooltip.text,
          borderColor: theme.tooltip.border,
          borderWidth: 1,
          cornerRadius: 3,
          titleFont: { family: theme.fontFamily, size: theme.fontSize, weight: 'bold' },
          bodyFont: { family: theme.fontFamily, size: theme.fontSize },
          displayColors: false,
          callbacks: {
            title: (items) => tooltipTitle(picture, items[0]),
            beforeBody: (items) => tooltipDetail(items[0]),
            label: (item) => tooltipLines(picture, item),
          },
        },
      },
    },
  };
}

function legendItem(series: Series, datasetIndex: number, theme: Theme): LegendItem {
  const colour = theme.colours[series.colour];
  return {
    text: series.label,
    datasetIndex,
    fontColor: theme.text,
    strokeStyle: series.faint ? faint(colour, theme) : colour,
    lineWidth: series.width ?? 1.5,
    lineDash: dashes[series.stroke ?? 'solid'],
    pointStyle: 'line',
  };
}

/** Of a line that stands behind another. */
function faint(colour: string, { kind }: Theme): string {
  return withAlpha(colour, kind === 'high-contrast' ? 0.75 : 0.45);
}

function lineDataset(series: Series, theme: Theme): ChartDataset {
  const colour = theme.colours[series.colour];
  const line = series.faint ? faint(colour, theme) : colour;
  const wider = theme.kind === 'high-contrast' ? 0.5 : 0;
  const dataset: ChartDataset<'line'> = {
    type: 'line',
    label: series.label,
    data: series.points as { x: number; y: number }[],
    borderColor: line,
    backgroundColor: series.fillTo === undefined ? line : withAlpha(colour, 0.16),
    hoverBackgroundColor: line,
    borderWidth: (series.width ?? 1.5) + wider,
    borderDash: dashes[series.stroke ?? 'solid'],
    borderCapStyle: series.stroke === 'dotted' ? 'round' : 'butt',
    borderJoinStyle: 'round',
    fill: series.fillTo === undefined ? false : series.fillTo,
    pointRadius: series.marks ? 2.5 : loneRadius(series.points),
    pointBackgroundColor: line,
    pointBorderColor: line,
    pointHoverRadius: 5,
    pointHitRadius: 8,
    clip: 6,
  };
  return dataset;
}

/** A point without neighbours has no line: without a mark it would not be seen. */
function loneRadius(points: readonly Point[]): number | number[] {
  const lone = points.map(
    ({ y }, i) => y !== null && (points[i - 1]?.y ?? null) === null && (points[i + 1]?.y ?? null) === null,
  );
  return lone.includes(true) ? lone.map((is) => (is ? 2 : 0)) : 0;
}

function barDataset({ bars, x, y }: Picture, theme: Theme): ChartDataset {
  const { edges, heights, colour, label } = bars!;
  const fill = theme.colours[colour];
  const places = x.edges ? edges.map((_, i) => i) : edges;
  return {
    type: BarsBetweenEdges.id,
    label,
    data: heights.map((height, i) => ({
      x: (places[i] + places[i + 1]) / 2,
      y: y.scale === 'logarithmic' && height <= 0 ? Number.NaN : height,
      from: places[i],
      to: places[i + 1],
    })),
    backgroundColor: theme.kind === 'high-contrast' ? withAlpha(fill, 0.6) : withAlpha(fill, 0.8),
    hoverBackgroundColor: fill,
    borderColor: fill,
    borderWidth: theme.kind === 'high-contrast' ? 1 : 0,
    barPercentage: 1,
    categoryPercentage: 1,
  } as unknown as ChartDataset;
}

interface BuiltScale {
  readonly min: number;
  readonly max: number;
  readonly maxWidth: number;
  readonly maxHeight: number;
  ticks: { value: number }[];
}

function scale(axis: Axis, picture: Picture, theme: Theme, direction: 'x' | 'y') {
  const font = { family: theme.fontFamily, size: theme.fontSize };
  const logarithmic = axis.scale === 'logarithmic';
  const range = logarithmic ? logarithmicRange(picture, direction) : axis;
  const options = {
    type: axis.scale,
    min: range.min,
    max: range.max,
    title: { display: true, text: axis.label, color: theme.mutedText, font, padding: 2 },
    grid: { color: theme.grid, drawTicks: false, display: direction === 'y' },
    border: { color: theme.kind === 'high-contrast' ? theme.text : theme.grid },
    ticks: {
      color: theme.mutedText,
      font,
      padding: 5,
      maxRotation: 0,
      includeBounds: false,
      autoSkipPadding: direction === 'x' ? 14 : 6,
      maxTicksLimit: direction === 'x' ? 11 : 7,
      ...(axis.whole ? { precision: 0 } : {}),
      callback: (value: number | string, _: number, ticks: readonly { value: number }[]) =>
        tickLabel(Number(value), axis, ticks),
    },
    afterBuildTicks: (built: BuiltScale) => {
      const places = ticksOf(axis, picture, direction, built);
      if (places) built.ticks = places.map((value) => ({ value }));
    },
  };
  return options as unknown as ScaleOptionsByType<'linear'>;
}

/** @returns null: those that the chart library chooses, which knows whole numbers and where labels collide */
function ticksOf(axis: Axis, { bars, series }: Picture, direction: 'x' | 'y', built: BuiltScale): number[] | null {
  const { min, max, maxWidth, maxHeight } = built;
  if (axis.scale === 'logarithmic') return (direction === 'x' && fewPlaces(series)) || logarithmicTicks(min, max);
  if (direction === 'y') return roundTicks(min, max, Math.min(6, Math.max(2, Math.floor(maxHeight / 26))));
  if (!bars) return null;
  const wanted = Math.min(9, Math.max(3, Math.floor(maxWidth / 60)));
  return axis.edges ? edgeTicks(axis.edges.length - 1, wanted) : roundTicks(min, max, wanted);
}

/** The few settings (batches of 8, 16, 32) that everything was measured at are the ticks. */
function fewPlaces(series: readonly Series[]): number[] | null {
  const places = new Set(series.flatMap(({ points }) => points.map(({ x }) => x)));
  return places.size > 0 && places.size <= 8 ? [...places].sort((a, b) => a - b) : null;
}

/** All labels of an axis are written alike: as powers of ten as soon as one of them has to be. */
function tickLabel(place: number, axis: Axis, ticks: readonly { value: number }[]): string {
  const valueAt = (at: number) => (axis.edges ? numberAt(axis.edges, at) : at);
  const value = valueAt(place);
  if (axis.percent) return `${Number((value * 100).toPrecision(3))} %`;
  const sizes = ticks.map((tick) => Math.abs(valueAt(tick.value))).filter((size) => size > 0);
  const logarithmic = axis.scale === 'logarithmic';
  const largest = Math.max(...sizes);
  const plain = (logarithmic ? Math.min(...sizes) : largest) >= 0.00999 && largest < 99_999;
  if (value === 0 || plain) return String(Number(value.toPrecision(4)));
  return powerOfTen(value, logarithmic);
}
