import type { Finding, LayerFacts } from '../../src/protocol/facts';
import type { Figure, ProfiledLayer } from '../../src/protocol/profile';
import { shown } from '../shown';
import { formatFigure, formatShape, isFinite } from '../format';
import { axesInWords, normalizationWords, placementWords, roleWords } from '../words';
import { t } from '../texts/texts';

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
  /** Least width in pixels, and the share of what is left over. */
  readonly width: number;
  readonly grow: number;
  /** The higher, the sooner the column is left out where there is no room. */
  readonly expendable: number;
  readonly numeric?: boolean;
  /** Only there once the model has been profiled. */
  readonly measured?: boolean;
  readonly text: (row: Row) => string;
  /** By default the text. */
  readonly sortKey?: (row: Row) => number | string | null;
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
    title: t('Position in the model'),
    width: 34,
    grow: 0,
    expendable: 1,
    numeric: true,
    text: ({ index }) => String(index + 1),
    sortKey: ({ index }) => index,
  },
  {
    id: 'found',
    label: '!',
    title: t('Findings'),
    width: 28,
    grow: 0,
    expendable: 0,
    text: ({ findings }) => findings.map(({ severity, ruleId }) => `${severity}: ${ruleId}`).join(', '),
    sortKey: ({ findings }) =>
      findings.length ? { error: 0, warning: 1, information: 2, hint: 3 }[findings[0].severity] : null,
  },
  {
    id: 'name',
    label: t('Layer'),
    title: t('Name of the layer in the file'),
    width: 126,
    grow: 2,
    expendable: 0,
    text: ({ layer }) => layer.name,
  },
  {
    id: 'kind',
    label: t('Kind'),
    title: t('Operator or class in the file'),
    width: 136,
    grow: 1,
    expendable: 2,
    text: ({ layer }) =>
      layer.activation && layer.activation !== layer.kind ? `${layer.kind} (${layer.activation})` : layer.kind,
  },
  {
    id: 'role',
    label: t('Role'),
    title: t('What the layer does'),
    width: 84,
    grow: 0.1,
    expendable: 6,
    text: ({ layer }) => roleWords[layer.role],
  },
  {
    id: 'placement',
    label: t('Placement'),
    title: t('Where a norm sits, or how a linear layer is normalized'),
    width: 156,
    grow: 0.6,
    expendable: 1,
    text: ({ layer }) => placementOf(layer),
  },
  {
    id: 'axes',
    label: t('Statistics over'),
    title: t("Axes that share a norm's statistics"),
    width: 160,
    grow: 0.5,
    expendable: 5,
    text: ({ layer }) => (layer.norm ? axesInWords(layer.norm) : ''),
  },
  {
    id: 'shape',
    label: t('Output'),
    title: t("Shape of the output in the file's layout"),
    width: 118,
    grow: 0.3,
    expendable: 4,
    text: ({ layer }) => shown(formatShape(layer.outputShape)),
    sortKey: ({ layer }) => elements(layer.outputShape),
  },
  measuredColumn(
    'gradient',
    t('Gradient RMS'),
    t('RMS of the gradient of the loss with respect to the output, last step'),
  ),
  measuredColumn('activation', t('Activation std'), t('Standard deviation of the output, last step')),
];

/** The figure of a measured column. */
export function measuredFigure(id: string, { profiled }: Row): Figure | undefined {
  return id === 'gradient' ? profiled?.gradient.at(-1)?.rms : profiled?.activation.at(-1)?.std;
}

function measuredColumn(id: 'gradient' | 'activation', label: string, title: string): Column {
  const figure = (row: Row) => measuredFigure(id, row);
  return {
    ...{ id, label, title },
    width: 98,
    grow: 0,
    expendable: id === 'gradient' ? 0 : 3,
    numeric: true,
    measured: true,
    text: (row) => formatFigure(figure(row)),
    sortKey: (row) => {
      const value = figure(row);
      return isFinite(value) ? value : value === undefined ? null : Infinity;
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

/** The columns that fit into a width, the most expendable left out first, and the width of each. */
export function fitting(width: number, measured: boolean): { columns: readonly Column[]; widths: readonly number[] } {
  let chosen = columns.filter((column) => measured || !column.measured);
  const needed = () => chosen.reduce((sum, column) => sum + column.width, 0);
  while (needed() > width) {
    const most = Math.max(...chosen.map(({ expendable }) => expendable));
    if (most === 0) break;
    chosen = chosen.filter(({ expendable }) => expendable !== most);
  }
  const left = Math.max(0, width - needed());
  const shares = chosen.reduce((sum, { grow }) => sum + grow, 0);
  return { columns: chosen, widths: chosen.map((column) => Math.floor(column.width + (left * column.grow) / shares)) };
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
