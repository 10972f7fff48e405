import { say } from '../texts/say';
import { NoGradient } from './noGradient';

/** Elements of the largest map that is written out. */
const LARGEST_MATRIX = 2 ** 24;

/** A linear map of one axis, row-major: `rows` output positions by `columns` input positions. */
export interface AxisMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: number[];
}

/** The map in which each output position is a copy of one input position. */
export function copyMatrix(rows: number, columns: number, source: (row: number) => number): AxisMatrix {
  return weightMatrix(rows, columns, (row) => [[source(row), 1]]);
}

/** The map in which each output position is a weighted sum of input positions; a position may occur more than once. */
export function weightMatrix(
  rows: number,
  columns: number,
  weights: (row: number) => readonly (readonly [column: number, weight: number])[],
): AxisMatrix {
  if (rows * columns > LARGEST_MATRIX)
    throw new NoGradient(say`its axes are too long: ${columns} to ${rows} positions`);
  const values = new Array<number>(rows * columns).fill(0);
  for (let row = 0; row < rows; row++) {
    for (const [column, weight] of weights(row)) values[row * columns + column] += weight;
  }
  return { rows, columns, values };
}
