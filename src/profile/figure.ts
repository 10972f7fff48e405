import type { Figure } from '../protocol/profile';

/** A number as a report holds it: the words that JSON lacks where it is not finite. */
export function toFigure(value: number): Figure {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** The number that a figure stands for. */
export function fromFigure(figure: Figure): number {
  return Number(figure);
}

/** Three significant digits, scientific where a plain number would be hard to read; the words NaN and Infinity as they are. */
export function formatFigure(figure: Figure | null | undefined): string {
  if (figure === null || figure === undefined) return '-';
  if (typeof figure === 'string') return figure;
  if (figure === 0) return '0';
  const size = Math.abs(figure);
  if (size >= 0.001 && size < 10_000) return String(Number(figure.toPrecision(3)));
  return figure.toExponential(2).replace('e+', 'e');
}
