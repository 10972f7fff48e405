import type { Picture } from './picture';

/** About as many ticks as a chart of this height can hold. */
const wanted = 6;

/**
 * Ticks of a logarithmic axis from `min` to `max` (both positive): powers of ten, or every second, third ... of them over many decades;
 * with 2 and 5 of each over few; evenly spaced round numbers over less than one.
 */
export function logarithmicTicks(min: number, max: number): number[] {
  if (!(min > 0) || !(max > min) || !Number.isFinite(max)) return [];
  const decades = Math.log10(max / min);
  if (decades < 0.9) return roundTicks(min, max, wanted);
  const every = Math.max(1, Math.ceil(decades / wanted));
  const digits = decades < 1.2 ? [1, 2, 3, 5, 7] : decades < 2.2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(min)); exponent <= Math.ceil(Math.log10(max)); exponent++)
    if (exponent % every === 0) for (const digit of digits) ticks.push(Number(`${digit}e${exponent}`));
  return ticks.filter((tick) => tick >= min && tick <= max);
}

/** From the least to the largest number that is drawn along a logarithmic axis, and a little room at both ends. */
export function logarithmicRange(
  { series, bars }: Pick<Picture, 'series' | 'bars'>,
  direction: 'x' | 'y',
): { min?: number; max?: number } {
  const points = series.flatMap((s) => s.points.filter(({ y }) => y !== null));
  const drawn = [...points.map((point) => point[direction]!), ...(direction === 'y' ? (bars?.heights ?? []) : [])];
  const positive = drawn.filter((value) => value > 0);
  if (!positive.length) return {};
  const [low, high] = positive.reduce(([l, u], value) => [Math.min(l, value), Math.max(u, value)], [Infinity, 0]);
  const room = direction === 'x' ? 1.12 : Math.max((high / low) ** 0.06, 1.12);
  // bars stand on the axis: the lowest needs some height
  return { min: bars ? low / 2 : low / room, max: high * room };
}

/** At most `most` + 1 evenly spaced round numbers from `min` to `max`. */
export function roundTicks(min: number, max: number, most: number): number[] {
  const rough = (max - min) / most;
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((size) => size >= rough * 0.999)!;
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step); i * step <= max; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Places of ticks on an axis that counts bins: its ends, its middle and evenly between, `most` + 1 at most. */
export function edgeTicks(bins: number, most: number): number[] {
  const halves = Math.max(1, Math.floor(most / 2));
  return Array.from({ length: 2 * halves + 1 }, (_, i) => (bins * i) / (2 * halves));
}

/** What lies at a place of an axis that counts bins: an edge's number, or between two what lies between them. */
export function numberAt(edges: readonly number[], place: number): number {
  const below = Math.max(0, Math.min(edges.length - 2, Math.floor(place)));
  const part = place - below;
  return edges[below] * (1 - part) + edges[below + 1] * part;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 10⁻³ and 2×10⁻⁴ as on the axes of a logarithmic plot; 2.5e-4 otherwise, as figures are written in text. */
export function powerOfTen(value: number, raised: boolean): string {
  const [digits, power] = value.toExponential(2).split('e').map(Number);
  if (!raised) return `${digits}e${power}`;
  const exponent = `${power < 0 ? '⁻' : ''}${[...String(Math.abs(power))].map((digit) => superscripts[Number(digit)]).join('')}`;
  return digits === 1 ? `10${exponent}` : `${digits}×10${exponent}`;
}
