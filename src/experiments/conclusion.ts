import { formatFigure, toFigure } from '../profile/figure';

/** "0.5 (0.4 .. 0.6)": the median over seeds with the extremes, one number where all agree to three digits. */
export function overSeeds(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [format(sorted[0]), format(sorted[sorted.length - 1])];
  const middle = format(sorted[Math.floor((sorted.length - 1) / 2)]);
  return low === high ? middle : `${middle} (${low} .. ${high})`;
}

export function verdictOf(holds: boolean): 'pass' | 'fail' {
  return holds ? 'pass' : 'fail';
}

function format(value: number): string {
  return formatFigure(toFigure(value));
}
