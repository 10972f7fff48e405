import { h, replaceChildren, setAttribute } from '../dom';
import { placementsOf } from '../placements';
import type { Snapshot, Store } from '../store';
import { fitting, columns, filtered, scaleOf, sorted, type Column, type FigureScale, type Row } from './layerColumns';
import { cellContent } from './layerCells';
import { changes, type View } from './view';
import { t } from '../texts/texts';

const rowHeight = 26;
/** Pixels left and right of the columns, as layers.css has them. */
const tablePadding = 10;
/** Rows drawn beyond the window, so that scrolling finds them ready. */
const margin = 8;

export interface LayerTable extends View {
  /** Rows that pass the filter, and all. */
  counts(): { readonly shown: number; readonly all: number };
}

/**
 * The layers as a grid of which only the rows in sight exist: ten thousand cost as much as fifty. The grid itself has the keyboard;
 * the active row is the selected layer.
 *
 * @param onEnter called when the user wants to go on to the selected layer
 */
export function layerTable(store: Store, onEnter: () => void): LayerTable {
  const headings = h('div', { class: 'table-head', attributes: { role: 'row', 'aria-rowindex': 1 } });
  const rowsBox = h('div', { class: 'table-rows', attributes: { role: 'rowgroup' } });
  const headBox = h('div', { class: 'table-head-box', attributes: { role: 'rowgroup' } }, headings);
  const element = h(
    'div',
    {
      class: 'table',
      testId: 'layer-table',
      attributes: { role: 'grid', tabindex: 0, 'aria-label': t('Layers') },
      on: { keydown: onKey, scroll: onScroll },
    },
    headBox,
    rowsBox,
  );
  let all: Row[] = [];
  let rows: Row[] = [];
  let selected = -1;
  let shownColumns: readonly Column[] = [];
  let scales: Readonly<Record<string, FigureScale>> = {};
  let placements: ReturnType<typeof placementsOf> = [];
  let profiled = false;
  let [drawnFirst, drawnLast] = [-1, -1];
  let scrollTo: 'selected' | number | null = store.ui.scroll.table ?? null;
  const chosen = changes();
  const ordered = changes();
  const laidOut = changes();
  new ResizeObserver(() => {
    layOut();
    drawRows(true);
  }).observe(element);

  return {
    element,
    counts: () => ({ shown: rows.length, all: all.length }),
    update(snapshot) {
      const { ui, model, revision, findings } = snapshot;
      if (!model) return;
      profiled = snapshot.profile !== null;
      const refreshed = chosen(model, snapshot.profiled, findings);
      if (refreshed) {
        all = rowsOf(snapshot);
        placements = placementsOf(model.summary);
      }
      const bySize = columns.find(({ id }) => id === ui.sort?.column)?.measured;
      if (ordered(refreshed && all, ui.filter, ui.role, ui.sort, bySize && revision) || refreshed) order(ui);
      scales = { gradient: scaleOf(all, 'gradient'), activation: scaleOf(all, 'activation') };
      const before = selected;
      selected = ui.layer === null ? -1 : rows.findIndex(({ layer }) => layer.id === ui.layer);
      if (selected !== before && selected >= 0 && typeof scrollTo !== 'number') scrollTo = 'selected';
      layOut();
      drawRows(true);
    },
  };

  function order(ui: Snapshot['ui']): void {
    const matching = filtered(all, ui.filter, ui.role);
    const column = columns.find(({ id }) => id === ui.sort?.column);
    rows = column ? sorted(matching, column, ui.sort!.descending) : [...matching];
  }

  function layOut(): void {
    const width = element.clientWidth;
    if (width === 0) return;
    const sort = store.ui.sort;
    const { columns: fit, widths } = fitting(width - 2 * tablePadding, profiled);
    shownColumns = fit;
    element.style.setProperty('--tracks', widths.map((track) => `${track}px`).join(' '));
    if (!laidOut(sort, ...shownColumns)) return;
    setAttribute(element, 'aria-colcount', shownColumns.length);
    const focused = headings.querySelector<HTMLElement>(':focus')?.dataset.testid;
    replaceChildren(headings, ...shownColumns.map((column) => heading(column, sort)));
    const buttons = [...headings.querySelectorAll<HTMLElement>('button')];
    const again = buttons.find((button) => button.dataset.testid === focused);
    rove(again ?? buttons[0]);
    if (focused) again?.focus();
  }

  function heading(column: Column, sort: Snapshot['ui']['sort']): HTMLElement {
    const by = sort?.column === column.id;
    const direction = by ? (sort.descending ? 'descending' : 'ascending') : 'none';
    const mark = by ? (sort.descending ? ' ▾' : ' ▴') : '';
    const label = h(
      'button',
      {
        class: 'heading-button',
        title: t('{0}: sort', column.title),
        testId: `sort-${column.id}`,
        attributes: { tabindex: -1, 'aria-label': t('{0}, sort: {1}', column.label, column.title) },
        on: { click: () => sortBy(column) },
      },
      column.label,
      h('span', { attributes: { 'aria-hidden': 'true' } }, mark),
    );
    const attributes = { role: 'columnheader', 'aria-sort': direction };
    return h('div', { class: `cell ${column.numeric ? 'numeric' : ''}`, attributes }, label);
  }

  /** The headings are one stop of the Tab key; the arrows go on from there. */
  function rove(to: HTMLElement | undefined): void {
    for (const button of headings.querySelectorAll('button')) setAttribute(button, 'tabindex', button === to ? 0 : -1);
  }

  /** Down, up (measured columns the other way round), then the model's order again. */
  function sortBy(column: Column): void {
    const { sort } = store.ui;
    const first = column.measured === true;
    if (sort?.column !== column.id) store.set({ sort: { column: column.id, descending: first } });
    else store.set({ sort: sort.descending === first ? { column: column.id, descending: !first } : null });
  }

  function drawRows(force: boolean): void {
    const height = element.clientHeight - headBox.offsetHeight;
    if (height <= 0) return;
    rowsBox.style.height = `${rows.length * rowHeight}px`;
    applyScroll(height);
    const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - margin);
    const last = Math.min(rows.length, Math.ceil((element.scrollTop + height) / rowHeight) + margin);
    if (!force && first === drawnFirst && last === drawnLast) return;
    [drawnFirst, drawnLast] = [first, last];
    setAttribute(element, 'aria-rowcount', rows.length + 1);
    replaceChildren(rowsBox, ...rows.slice(first, last).map((row, i) => drawRow(row, first + i)));
    setAttribute(
      element,
      'aria-activedescendant',
      selected >= first && selected < last ? `row-${rows[selected].index}` : undefined,
    );
  }

  function applyScroll(height: number): void {
    if (scrollTo === null) return;
    if (scrollTo === 'selected') {
      const top = selected * rowHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + height) element.scrollTop = top + rowHeight - height;
    } else element.scrollTop = scrollTo;
    scrollTo = null;
  }

  function drawRow(row: Row, at: number): HTMLElement {
    const cells = shownColumns.map((column) => {
      const text = column.text(row);
      const attributes = { role: 'gridcell', 'data-column': column.id };
      return h(
        'div',
        { class: `cell ${column.numeric ? 'numeric' : ''}`, title: text, attributes },
        ...cellContent(column, row, scales[column.id], placements),
      );
    });
    const element = h(
      'div',
      {
        class: `row ${at === selected ? 'selected' : ''}`,
        id: `row-${row.index}`,
        testId: 'layer-row',
        attributes: {
          role: 'row',
          'aria-rowindex': at + 2,
          'aria-selected': String(at === selected),
          'data-layer': row.layer.id,
        },
        on: { click: () => store.set({ layer: row.layer.id }), dblclick: onEnter },
      },
      ...cells,
    );
    element.style.top = `${at * rowHeight}px`;
    return element;
  }

  function onScroll(): void {
    // the table reports 0 while its tab is hidden
    if (element.clientHeight === 0) return;
    store.setScroll('table', element.scrollTop);
    drawRows(false);
  }

  function onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target !== element) return onHeadingKey(event);
    const page = Math.max(1, Math.floor(element.clientHeight / rowHeight) - 2);
    // a held key comes faster than frames: what is selected is asked of the store, not of what was drawn
    const at = rows.findIndex(({ layer }) => layer.id === store.ui.layer);
    const target = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (event.key === 'Enter' && at >= 0) onEnter();
    else if (target !== undefined && rows.length)
      store.set({ layer: rows[Math.max(0, Math.min(rows.length - 1, target))].layer.id });
    else return;
    event.preventDefault();
  }

  function onHeadingKey(event: KeyboardEvent): void {
    const buttons = [...headings.querySelectorAll<HTMLElement>('button')];
    const at = buttons.indexOf(event.target as HTMLElement);
    const target = { ArrowLeft: buttons[at - 1], ArrowRight: buttons[at + 1], ArrowDown: element, Escape: element }[
      event.key
    ];
    if (!target) return;
    event.preventDefault();
    if (target !== element) rove(target);
    target.focus();
  }
}

function rowsOf({ model, profiled, findingsOf }: Snapshot): Row[] {
  return model!.layers.map((layer, index) => ({
    index,
    layer,
    profiled: profiled.get(layer.id),
    findings: findingsOf.get(layer.id) ?? [],
  }));
}
