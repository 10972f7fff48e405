import type { Finding, LayerFacts } from '../../src/protocol/facts';
import type { Figure, ProfiledLayer } from '../../src/protocol/profile';
import { h, name, pathName, shown } from '../dom';
import { formatFigure, formatShape, isFinite } from '../format';
import { severityIcon } from '../icons';
import { axesInWords, normalizationWords, placementWords, roleWords } from '../words';

/** One row of the layer table. */
export interface Row {
  /** Position in the model, from 0. */
  readonly index: number;
  readonly layer: LayerFacts;
  readonly profiled: ProfiledLayer | undefined;
  readonly findings: readonly Finding[];
}

export interface Column {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  /** Grid track: minimum width in pixels and share of what is left. */
  readonly width: number;
  readonly grow: number;
  /** The higher, the sooner the column is left out where there is no room. */
  readonly expendable: number;
  readonly numeric?: boolean;
  /** Only there once the model has been profiled. */
  readonly measured?: boolean;
  text(row: Row): string;
  /** By default the text. */
  sortKey?(row: Row): number | string | null;
  draw?(row: Row, scale: FigureScale): (Node | string)[];
}

/** The range of a measured column over all rows, as powers of ten, for the bars behind its figures. */
export interface FigureScale {
  readonly low: number;
  readonly high: number;
}

export const columns: readonly Column[] = [
  {
    id: 'index',
    label: '#',
    title: 'Position in the model',
    width: 40,
    grow: 0,
    expendable: 1,
    numeric: true,
    text: ({ index }) => String(index + 1),
    sortKey: ({ index }) => index,
  },
  {
    id: 'found',
    label: '!',
    title: 'Findings',
    width: 28,
    grow: 0,
    expendable: 0,
    text: ({ findings }) => findings.map(({ severity, ruleId }) => `${severity}: ${ruleId}`).join(', '),
    sortKey: ({ findings }) =>
      findings.length ? { error: 0, warning: 1, information: 2, hint: 3 }[findings[0].severity] : null,
    draw: ({ findings }) => (findings.length ? [severityIcon(findings[0].severity)] : []),
  },
  {
    id: 'name',
    label: 'Layer',
    title: 'Name of the layer in the file',
    width: 132,
    grow: 2,
    expendable: 0,
    text: ({ layer }) => layer.name,
    draw: ({ layer }) => [
      h('span', { class: `role-mark role-${layer.role}`, title: roleWords[layer.role] }),
      pathName(layer.name),
    ],
  },
  {
    id: 'kind',
    label: 'Kind',
    title: 'Operator or class in the file',
    width: 146,
    grow: 0.6,
    expendable: 3,
    text: ({ layer }) => layer.kind,
    draw: ({ layer }) => [name(layer.kind)],
  },
  {
    id: 'role',
    label: 'Role',
    title: 'What the layer does',
    width: 84,
    grow: 0.3,
    expendable: 6,
    text: ({ layer }) => roleWords[layer.role],
  },
  {
    id: 'placement',
    label: 'Placement',
    title: 'Where a norm sits, or how a linear layer is normalized',
    width: 152,
    grow: 0.7,
    expendable: 2,
    text: ({ layer }) => placementOf(layer),
    draw: ({ layer }) => [placementOf(layer).replace('activation', 'act.')],
  },
  {
    id: 'axes',
    label: 'Statistics over',
    title: "Axes that share a norm's statistics",
    width: 140,
    grow: 1,
    expendable: 5,
    text: ({ layer }) => (layer.norm ? axesInWords(layer.norm) : ''),
  },
  {
    id: 'shape',
    label: 'Output',
    title: "Shape of the output in the file's layout",
    width: 118,
    grow: 0.6,
    expendable: 4,
    text: ({ layer }) => shown(formatShape(layer.outputShape)),
    sortKey: ({ layer }) => elements(layer.outputShape),
  },
  measuredColumn('gradient', 'Gradient RMS', 'RMS of the gradient of the loss with respect to the output, last step'),
  measuredColumn('activation', 'Activation std', 'Standard deviation of the output, last step'),
];

/** The figure of a measured column. */
export function measuredFigure(id: string, { profiled }: Row): Figure | undefined {
  return id === 'gradient' ? profiled?.gradient.at(-1)?.rms : profiled?.activation.at(-1)?.std;
}

function measuredColumn(id: 'gradient' | 'activation', label: string, title: string): Column {
  const figure = (row: Row) => measuredFigure(id, row);
  return {
    ...{ id, label, title },
    width: 106,
    grow: 0.3,
    expendable: 0,
    numeric: true,
    measured: true,
    text: (row) => formatFigure(figure(row)),
    sortKey: (row) => {
      const value = figure(row);
      return isFinite(value) ? value : value === undefined ? null : Infinity;
    },
    draw: (row, { low, high }) => {
      const value = figure(row);
      const text = h('span', { class: 'figure-text' }, formatFigure(value));
      if (!isFinite(value) || value <= 0 || high <= low) return [text];
      const bar = h('span', { class: `cell-bar cell-bar-${id}`, attributes: { 'aria-hidden': 'true' } });
      bar.style.width = `${(2 + (38 * (Math.log10(value) - low)) / (high - low)).toFixed(1)}%`;
      return [bar, text];
    },
  };
}

function placementOf({ norm, linear }: LayerFacts): string {
  return norm ? placementWords[norm.placement] : linear ? normalizationWords[linear.normalization] : '';
}

/** Elements per example as far as the sizes are known; null without a shape. */
function elements(shape: LayerFacts['outputShape']): number | null {
  return shape && shape.reduce<number>((product, size) => (typeof size === 'number' ? product * size : product), 1);
}

/** Rows in the order of a column; what has no figure stands last in both directions, and ties stay in the model's order. */
export function sorted(rows: readonly Row[], column: Column, descending: boolean): Row[] {
  const keyOf = column.sortKey ?? ((row: Row) => column.text(row).toLowerCase() || null);
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null)
      return Number(a.key === null) - Number(b.key === null) || a.row.index - b.row.index;
    const order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    return sign * order || a.row.index - b.row.index;
  });
  return keyed.map(({ row }) => row);
}

/** Rows whose name, kind, placement or axes contain every word of the filter. */
export function filtered(rows: readonly Row[], filter: string, role: string): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length && role === 'all') return rows;
  return rows.filter((row) => {
    if (role === 'found' ? !row.findings.length : role !== 'all' && row.layer.role !== role) return false;
    if (!words.length) return true;
    const { layer } = row;
    const text = `${layer.name} ${layer.kind} ${roleWords[layer.role]} ${placementOf(layer)} ${row.findings.map(({ ruleId }) => ruleId).join(' ')}`;
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** The columns that fit into a width: the most expendable go first. */
export function fitting(width: number, measured: boolean): readonly Column[] {
  let chosen = columns.filter((column) => measured || !column.measured);
  const needed = () => chosen.reduce((sum, column) => sum + column.width, 0);
  while (needed() > width) {
    const most = Math.max(...chosen.map(({ expendable }) => expendable));
    if (most === 0) break;
    chosen = chosen.filter(({ expendable }) => expendable !== most);
  }
  return chosen;
}

/** Powers of ten that hold every positive figure of a column. */
export function scaleOf(rows: readonly Row[], column: string): FigureScale {
  let [low, high] = [Infinity, -Infinity];
  for (const row of rows) {
    const value = measuredFigure(column, row);
    if (!isFinite(value) || value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low: Math.log10(low), high: Math.log10(high) };
}
