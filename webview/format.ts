import type { Figure } from '../src/protocol/profile';
import { t } from './texts/texts';

/** How the view writes figures: three significant digits everywhere, powers of ten where the digits alone would mislead. */

/** For what was not measured. */
export const missing = '–';

export function isFinite(value: Figure | string | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** 0.0123, 1.23, 1230, 1.23e-5, ∞, NaN; a dash where there is no figure. */
export function formatFigure(value: Figure | string | null | undefined): string {
  if (value === null || value === undefined) return missing;
  if (!isFinite(value)) return formatNonFinite(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 9.995e-4 || size >= 9999.5) {
    const [digits, exponent] = value.toExponential(2).split('e');
    return `${digits}e${Number(exponent)}`;
  }
  return size >= 999.5 ? value.toFixed(0) : value.toPrecision(3);
}

/** As `formatFigure`, but whole numbers as they are: what was measured may have been counted. */
export function formatMeasured(value: Figure | string | null | undefined): string {
  return Number.isInteger(value) && Math.abs(value as number) < 1e5 ? String(value) : formatFigure(value);
}

/** A number as it was set rather than measured: 0.9 and 1e-5, also where a file holds the nearest float32. */
export function formatSetting(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded);
}

function formatNonFinite(value: Figure | string): string {
  const text = String(value);
  return text === 'Infinity' ? '∞' : text === '-Infinity' ? '-∞' : text;
}

/** 9,610 and 25.6 M: of things that are counted. */
export function formatCount(count: number): string {
  for (const [unit, word] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
  ] as const)
    if (count >= unit * 0.9995) return `${(count / unit).toPrecision(3)} ${word}`;
  // beside a decimal point: in Italian a comma would be read as one
  return count.toLocaleString('en-US').replaceAll(',', t(','));
}

/** 48.2 %, of a fraction between 0 and 1; it does not break over a line's end. */
export function formatShare(fraction: Figure | undefined): string {
  if (!isFinite(fraction)) return formatFigure(fraction);
  if (fraction === 0) return '0\u00a0%';
  const percent = fraction * 100;
  if (percent < 0.1) return '<\u00a00.1\u00a0%';
  return `${percent < 99.95 ? percent.toFixed(1) : percent.toFixed(percent === 100 ? 0 : 2)}\u00a0%`;
}

/** N × 64 × 32 × 32, with ? for a size that is not known. */
export function formatShape(shape: readonly (number | string | null)[] | null): string {
  if (!shape) return missing;
  return shape.length === 0 ? 'scalar' : shape.map((size) => size ?? '?').join(' × ');
}

/** 0.4 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "1 layer", "2 layers". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? t(singular) : t(plural)}`;
}

/** A sentence that begins with a capital; one that begins with a name (`conv_1`, `Conv`) stays as it is. */
export function capital(text: string): string {
  return /^[a-z]+([ ,]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** The last part of a path, of either kind of separator; with its folder where all models of a kind have that name. */
export function modelName(path: string): string {
  const parts = path.split(/[\\/]/).filter(Boolean);
  const last = parts.at(-1) ?? path;
  return /^(model|config)\.json$/i.test(last) && parts.length > 1 ? `${parts.at(-2)}/${last}` : last;
}
