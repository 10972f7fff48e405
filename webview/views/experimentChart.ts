import type { ExperimentChart, HeatMap, LineChart } from '../../src/protocol/experiment';
import { drawOn } from '../charts/chart';
import { experimentPicture } from '../charts/experimentPicture';
import { h } from '../dom';
import { formatFigure, isFinite } from '../format';
import type { Theme } from '../theme';

/** A chart of an experiment on the page. */
export interface ChartElement {
  readonly element: HTMLElement;
  restyle(theme: Theme): void;
}

export function chartElement(id: string, chart: ExperimentChart, theme: Theme): ChartElement {
  return chart.kind === 'lines' ? lines(id, chart, theme) : heatMap(id, chart);
}

function lines(id: string, chart: LineChart, theme: Theme): ChartElement {
  const picture = experimentPicture(id, chart);
  const canvas = h('canvas', { attributes: { role: 'img', 'aria-label': `${picture.title}. ${picture.summary}` } });
  const drawing = drawOn(canvas);
  const { columns, rows } = picture.table;
  const table = h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...columns.map((c) => h('th', { attributes: { scope: 'col' } }, c)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell) => h('td', {}, shownCell(cell)))))),
  );
  const details = h('details', { class: 'chart-table' }, h('summary', {}, 'Table'), h('div', {}, table));
  const element = h(
    'figure',
    { class: 'figure', testId: id },
    h('h4', { class: 'figure-title' }, picture.title),
    h('div', { class: 'plot' }, canvas),
    ...picture.notes.map((note) => h('p', { class: 'figure-notes' }, note)),
    details,
  );
  let current = theme;
  // a canvas has no size, and costs nothing, before it is in the window
  new IntersectionObserver((entries, observer) => {
    if (!entries.at(-1)!.isIntersecting) return;
    observer.disconnect();
    drawn = true;
    drawing.draw(picture, current);
  }).observe(element);
  let drawn = false;
  return {
    element,
    restyle(next) {
      current = next;
      if (drawn) drawing.draw(picture, next);
    },
  };
}

/** A table whose cells are the bluer the larger their figures are; the figures themselves stand in it. */
function heatMap(id: string, chart: HeatMap): ChartElement {
  const finite = chart.cells.flat().filter(isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const logarithmic = low > 0 && high / low > 100;
  const place = (v: number) =>
    high === low ? 0 : logarithmic ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
  const head = h(
    'tr',
    {},
    h('th', { attributes: { scope: 'col' } }, `${chart.rows.label} \\ ${chart.columns.label}`),
    ...chart.columns.values.map((v) => h('th', { attributes: { scope: 'col' } }, v)),
  );
  const body = chart.cells.map((row, r) => {
    const cells = row.map((value) => {
      const cell = h('td', {}, formatFigure(value));
      if (isFinite(value)) cell.style.setProperty('--heat', `${Math.round(60 * place(value))}%`);
      return cell;
    });
    return h('tr', {}, h('th', { attributes: { scope: 'row' } }, chart.rows.values[r]), ...cells);
  });
  const element = h(
    'figure',
    { class: 'figure', testId: id },
    h('h4', { class: 'figure-title' }, chart.title),
    h(
      'div',
      { class: 'heat-scroll', attributes: { tabindex: 0, role: 'region', 'aria-label': chart.title } },
      h('table', { class: 'heat-map' }, h('thead', {}, head), h('tbody', {}, ...body)),
    ),
    h('p', { class: 'figure-summary' }, `${chart.value}: the larger, the bluer.`),
  );
  return { element, restyle: () => undefined };
}

function shownCell(cell: number | string | null): string {
  return typeof cell === 'number' ? formatFigure(cell) : (cell ?? '');
}
