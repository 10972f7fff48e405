import { h, name, pathName } from '../dom';
import { formatFigure, isFinite } from '../format';
import { severityIcon } from '../icons';
import { markClasses, type placementsOf } from '../placements';
import { roleWords } from '../words';
import { measuredFigure, type Column, type FigureScale, type Row } from './layerColumns';
import { t } from '../texts/texts';

/** What stands in the cell of a row; most columns show their text alone. */
export function cellContent(
  column: Column,
  row: Row,
  scale: FigureScale | undefined,
  placements: ReturnType<typeof placementsOf>,
): readonly (Node | string)[] {
  const { layer, findings } = row;
  switch (column.id) {
    case 'found':
      return findings.length ? [severityIcon(findings[0].severity)] : [];
    case 'name':
      return [h('span', { class: markClasses(layer, placements), title: roleWords[layer.role] }), pathName(layer.name)];
    case 'kind':
      return [name(layer.kind)];
    case 'placement':
      return [column.text(row).replace(t('activation'), t('act.'))];
    default:
      return column.measured && scale ? figureWithBar(column.id, row, scale) : [column.text(row)];
  }
}

/** The figure, and before it a bar of its place among the figures of all layers (logarithmic). */
function figureWithBar(id: string, row: Row, { low, high }: FigureScale): HTMLElement[] {
  const value = measuredFigure(id, row);
  const text = h('span', { class: 'figure-text' }, formatFigure(value));
  if (!isFinite(value) || value <= 0 || high <= low) return [text];
  const bar = h('span', { class: `cell-bar cell-bar-${id}`, attributes: { 'aria-hidden': 'true' } });
  bar.style.width = `${(2 + (38 * (Math.log10(value) - low)) / (high - low)).toFixed(1)}%`;
  return [bar, text];
}
