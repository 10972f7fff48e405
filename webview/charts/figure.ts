import { button } from '../components';
import { h, replaceChildren, setAttribute } from '../dom';
import { shown } from '../shown';
import type { Theme } from '../theme';
import { chartSvg, drawOn, withChartImage } from './chart';
import { savePng, saveSvg, sharpness, type Saving } from './export';
import { paintedSvg, paintOn } from './paint';
import type { PaintedPicture } from './paintedPicture';
import { toCsv, type Picture, type Table } from './picture';
import { t } from '../texts/texts';

/** A picture with its title, its controls and the table behind it. */
export interface Figure {
  readonly element: HTMLElement;
  /** @param comment what the figures are (settingsLine), for the CSV */
  show(picture: Picture | PaintedPicture, comment: string, live: boolean): void;
  /** Shows the table if its figure is one of these, and hides it otherwise; what it shows stays as it is. */
  showTables(ids: readonly string[]): void;
  /** Shows a sentence in the place of the picture. */
  empty(title: string, sentence: string): void;
  restyle(): void;
}

/** What a figure needs of the page that it stands in. */
export interface FigureHost extends Saving {
  /** Shows or hides the table of a figure: calls its `showTables`, now or later. */
  showTable(id: string, on: boolean): void;
}

export interface FigureOptions {
  readonly id: string;
  readonly theme: () => Theme;
  readonly host: FigureHost;
  readonly onPick?: (layer: string) => void;
  /** Further controls, left of the figure's own. */
  readonly controls?: readonly HTMLElement[];
}

/** Rows of the hidden table, at rest and while a run goes on; a longer one is filled when it is shown. CSV always has all. */
const hiddenRows = { still: 2000, live: 200 };
/** Milliseconds between two updates of the table while a run goes on: nobody reads faster, and a thousand rows cost. */
const tableInterval = 1000;

/** What waits to be drawn while a run goes on: one figure a frame, so that none is late. */
const waiting = new Set<() => void>();

function drawSoon(draw: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(drawNext);
  waiting.add(draw);
}

function drawNext(): void {
  const [draw] = waiting;
  waiting.delete(draw);
  if (waiting.size > 0) requestAnimationFrame(drawNext);
  draw();
}

export function figure({ id, theme, host, onPick, controls = [] }: FigureOptions): Figure {
  let picture: Picture | PaintedPicture | null = null;
  let comment = '';
  let tableShown = false;
  let running = false;
  let visible = false;
  let drawn = false;
  /** A figure shows pictures of one sort. */
  let onCanvas: ((next: Picture | PaintedPicture) => void) | undefined;
  let tableTime = -Infinity;
  let tableTimer: ReturnType<typeof setTimeout> | undefined;

  const title = h('h3', { class: 'figure-title', id: `${id}-title` });
  const toggle = button(t('Table'), {
    description: t('Show table'),
    appearance: 'quiet',
    testId: `${id}-toggle-table`,
    onClick: () => host.showTable(id, !tableShown),
  });
  const copy = button('CSV', {
    description: t('Copy CSV'),
    appearance: 'quiet',
    testId: `${id}-copy`,
    onClick: () => void copyCsv(),
  });
  const picturePng = button('PNG', {
    description: t('Save as PNG'),
    appearance: 'quiet',
    testId: `${id}-png`,
    onClick: () => exportPng(),
  });
  const pictureSvg = button('SVG', {
    description: t('Save as SVG'),
    appearance: 'quiet',
    testId: `${id}-svg`,
    onClick: () => exportSvg(),
  });
  const tools = [toggle, copy, picturePng, pictureSvg];
  const canvas = h('canvas', { testId: `${id}-canvas`, attributes: { role: 'img' } });
  const plot = h('div', { class: 'plot' }, canvas);
  const placeholder = h('p', { class: 'placeholder', attributes: { hidden: true } });
  const summary = h('p', { class: 'figure-summary', testId: `${id}-summary` });
  const notes = h('p', { class: 'figure-notes', testId: `${id}-notes`, attributes: { hidden: true } });
  const tableBox = h('div', { class: 'figure-table visually-hidden', testId: `${id}-table` });
  const announcement = h('span', { class: 'visually-hidden', attributes: { role: 'status' } });
  const element = h(
    'figure',
    { class: 'figure', testId: id, attributes: { 'aria-labelledby': `${id}-title` } },
    h(
      'div',
      { class: 'figure-head' },
      title,
      h('div', { class: 'figure-controls' }, ...controls, ...tools.map(({ element: tool }) => tool)),
    ),
    plot,
    placeholder,
    summary,
    notes,
    tableBox,
    announcement,
  );

  // charts outside of the window cost nothing until they come into it
  new IntersectionObserver((entries) => {
    visible = entries.at(-1)!.isIntersecting;
    if (visible && !drawn) draw();
  }).observe(plot);
  // paper shows those too that nobody has scrolled to
  window.addEventListener('beforeprint', () => {
    if (drawn || plot.clientHeight === 0) return;
    visible = true;
    draw();
  });

  function draw(): void {
    if (!picture || !visible) return;
    onCanvas ??= 'paint' in picture ? painter() : charter();
    onCanvas(picture);
    drawn = true;
  }

  function painter() {
    const drawing = paintOn(canvas, onPick);
    return (next: Picture | PaintedPicture) => drawing.draw(next as PaintedPicture, theme());
  }

  function charter() {
    const drawing = drawOn(canvas, onPick);
    return (next: Picture | PaintedPicture) => drawing.draw(next as Picture, theme());
  }

  function exportSvg(): void {
    if (!picture) return;
    const { clientWidth: width, clientHeight: height } = plot;
    const svg =
      'paint' in picture ? paintedSvg(picture, theme(), width, height) : chartSvg(picture, theme(), width, height);
    saveSvg(host, picture.title, svg);
  }

  function exportPng(): void {
    if (!picture) return;
    const shownPicture = picture;
    const { clientWidth: width, clientHeight: height } = plot;
    const { background } = theme();
    savePng(host, picture.title, width, height, background, (pen) => {
      if ('paint' in shownPicture) shownPicture.paint(pen, width, height, theme());
      else
        withChartImage(shownPicture, theme(), width, height, sharpness, (image) =>
          pen.drawImage(image, 0, 0, width, height),
        );
    });
  }

  function fillTable(): void {
    tableTimer = undefined;
    tableTime = performance.now();
    if (!picture) return;
    const { rows } = picture.table;
    const hiddenAndLong = !tableShown && rows.length > (running ? hiddenRows.live : hiddenRows.still);
    replaceChildren(
      tableBox,
      tableElement(picture.title, hiddenAndLong ? { ...picture.table, rows: [] } : picture.table),
      hiddenAndLong && h('p', {}, t('{0} rows: show the table to read them.', rows.length)),
    );
  }

  function styleTable(): void {
    toggle.setPressed(tableShown);
    tableBox.classList.toggle('visually-hidden', !tableShown);
    setAttribute(tableBox, 'tabindex', tableShown ? 0 : undefined);
    setAttribute(tableBox, 'role', tableShown ? 'region' : undefined);
    setAttribute(tableBox, 'aria-label', tableShown && picture ? t('Table: {0}', picture.title) : undefined);
  }

  async function copyCsv(): Promise<void> {
    if (!picture) return;
    await navigator.clipboard.writeText(toCsv(picture.table, `${picture.title}. ${comment}`)).then(
      () => (announcement.textContent = t('Copied.')),
      () => (announcement.textContent = t('The clipboard refused the copy.')),
    );
    copy.setLabel(announcement.textContent === t('Copied.') ? t('Copied') : t('Refused'));
    setTimeout(() => copy.setLabel('CSV'), 1500);
  }

  return {
    element,
    show(next, nextComment, live) {
      [picture, comment, running] = [next, nextComment, live];
      setText(title, next.title);
      setText(summary, next.summary);
      setText(notes, next.notes.join(' '));
      notes.hidden = next.notes.length === 0;
      plot.hidden = false;
      if ('height' in next) plot.style.height = `${next.height}px`;
      placeholder.hidden = true;
      setAttribute(canvas, 'aria-label', `${next.title}. ${next.summary} ${next.notes.join(' ')}`.trim());
      for (const control of tools) control.setDisabled(false);
      styleTable();
      const wait = live ? tableTime + tableInterval - performance.now() : 0;
      if (wait > 0) tableTimer ??= setTimeout(fillTable, wait);
      else {
        clearTimeout(tableTimer);
        fillTable();
      }
      drawn = false;
      if (live) drawSoon(draw);
      else draw();
    },
    showTables(ids) {
      if (ids.includes(id) === tableShown) return;
      tableShown = !tableShown;
      styleTable();
      clearTimeout(tableTimer);
      fillTable();
    },
    empty(nextTitle, sentence) {
      picture = null;
      setText(title, nextTitle);
      setText(placeholder, sentence);
      for (const control of tools) control.setDisabled(true);
      plot.hidden = true;
      placeholder.hidden = false;
      notes.hidden = true;
      setText(summary, '');
      replaceChildren(tableBox);
    },
    restyle() {
      drawn = false;
      draw();
    },
  };
}

function tableElement(caption: string, { columns, rows }: Table): HTMLTableElement {
  const heading = h('tr', {}, ...columns.map((column) => h('th', { attributes: { scope: 'col' } }, column)));
  const body = rows.map((row) =>
    h(
      'tr',
      {},
      ...row.map((cell) =>
        typeof cell === 'string' ? h('td', {}, h('bdi', {}, shown(cell))) : h('td', {}, numeral(cell)),
      ),
    ),
  );
  return h('table', {}, h('caption', {}, caption), h('thead', {}, heading), h('tbody', {}, ...body));
}

/** Six digits: what a person compares, and what a test can read back as a number. */
function numeral(value: number | null): string {
  if (value === null) return '';
  const rounded = Number(value.toPrecision(6));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded);
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
