import { BarController, type Element, type UpdateMode } from 'chart.js';

/** A bar chart whose bars reach from edge to edge, whatever their widths: a data point has `x`, `y`, `from` and `to`. */
export class BarsBetweenEdges extends BarController {
  static override id = 'barsBetweenEdges';
  /** Not those of the bar chart, which want categories. */
  static overrides = {};

  override updateElements(bars: Element[], start: number, count: number, mode: UpdateMode): void {
    super.updateElements(bars, start, count, mode);
    const { iScale } = this._cachedMeta;
    if (!iScale) return;
    const data = this.getDataset().data as unknown as Bar[];
    for (let i = start; i < start + count; i++) {
      const from = iScale.getPixelForValue(data[i].from);
      const to = iScale.getPixelForValue(data[i].to);
      const gap = to - from > 4 ? 1 : 0;
      const bar = bars[i] as unknown as { x: number; width: number };
      bar.x = (from + to) / 2;
      bar.width = Math.max(to - from - gap, 0.5);
    }
  }
}

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly from: number;
  readonly to: number;
}
