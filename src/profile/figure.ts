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
