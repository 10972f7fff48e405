import type { Figure } from '../protocol/profile';

export { formatFigure } from '../profile/figure';

/** 25 557 032 -> "25.6 M". */
export function formatCount(count: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (count >= size) return `${Number((count / size).toPrecision(3))} ${unit}`;
  }
  return String(count);
}

/** "1 warning", "2 warnings". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * A line of block characters, one per value; values that are not finite leave a gap.
 * @param range smallest and largest value of the scale; default those of the values
 */
export function sparkline(
  values: readonly (Figure | undefined)[],
  width = 40,
  range?: readonly [low: number, high: number],
): string {
  const blocks = '▁▂▃▄▅▆▇█';
  const numbers = bucketMeans(values, width);
  const finite = numbers.filter((v): v is number => v !== undefined);
  if (finite.length === 0) return '';
  const [low, high] = range ?? [Math.min(...finite), Math.max(...finite)];
  const span = high - low || 1;
  return numbers
    .map((v) => (v === undefined ? ' ' : blocks[Math.round(((v - low) / span) * (blocks.length - 1))]))
    .join('');
}

/** At most `width` means over neighbouring values; undefined where none of a bucket is finite. */
function bucketMeans(values: readonly (Figure | undefined)[], width: number): (number | undefined)[] {
  const count = Math.min(width, values.length);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * values.length) / count);
    const to = Math.floor(((i + 1) * values.length) / count);
    const finite = values.slice(from, to).filter((v): v is number => typeof v === 'number');
    return finite.length > 0 ? finite.reduce((a, b) => a + b) / finite.length : undefined;
  });
}
