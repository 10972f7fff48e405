import { formatFigure, formatShare } from '../format';
import { shown } from '../shown';
import { t } from '../texts/texts';
import type { Picture, Point } from './picture';

/** What a chart says about the point below the mouse. */

export function tooltipTitle(picture: Picture, item: { raw: unknown; dataIndex: number } | undefined): string {
  if (!item) return '';
  if (picture.bars) {
    const { edges } = picture.bars;
    const [from, to] = [edges[item.dataIndex], edges[item.dataIndex + 1]];
    return t('{0} to {1}', formatFigure(from), formatFigure(to));
  }
  const point = item.raw as Point;
  if (point.name === undefined) return `${picture.x.label} ${point.x}`;
  return shown(point.name.length > 60 ? `${point.name.slice(0, 59)}…` : point.name);
}

export function tooltipDetail(item: { raw: unknown } | undefined): string[] {
  const detail = (item?.raw as Point | undefined)?.detail;
  return detail === undefined ? [] : [shown(detail)];
}

/** Of a layer what every line says there; of other points what their own does. */
export function tooltipLines(picture: Picture, item: { raw: unknown; datasetIndex: number }): string[] {
  const { layer, x, y } = item.raw as Point;
  const written = (label: string, value: number | null) => {
    const text = picture.y.percent ? formatShare(value ?? undefined) : formatFigure(value);
    return label === '' ? text : `${label}: ${text}`;
  };
  if (picture.bars) return [written(picture.y.label, y)];
  if (layer === undefined) return [written(picture.series[item.datasetIndex].label, y)];
  return picture.series.flatMap(({ label, points }) => {
    const same = label === '' ? undefined : points.find((point) => point.layer === layer && point.x === x);
    return same === undefined || same.y === null ? [] : [written(label, same.y)];
  });
}
