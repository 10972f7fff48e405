import type { Figure } from '../../src/protocol/profile';

/**
 * A chart as plain data: what is drawn, what is said beside it and the table behind it. Made by pure functions from a profile,
 * drawn by chart.ts; variants and experiments lay further series over the same pictures.
 */

/** Names of the theme's colours (theme.ts). */
export type Colour = 'blue' | 'orange' | 'green' | 'purple' | 'red' | 'yellow' | 'foreground' | 'muted';

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'logarithmic';
  readonly min?: number;
  readonly max?: number;
  /** Ticks at whole numbers only. */
  readonly whole?: boolean;
  /** Ticks as percentages of 1. */
  readonly percent?: boolean;
  /** The axis counts bins: the numbers at their edges, from 0 on. */
  readonly edges?: readonly number[];
}

export interface Point {
  readonly x: number;
  /** null where there is nothing to draw: not measured, not finite, or not positive on a logarithmic axis. */
  readonly y: number | null;
  /** What the point is, for the tooltip. */
  readonly name?: string;
  /** A second line about it. */
  readonly detail?: string;
  /** Id of the layer that a click shows. */
  readonly layer?: string;
}

export interface Series {
  /** '' keeps it out of the legend: the edges of a band. */
  readonly label: string;
  readonly colour: Colour;
  readonly stroke?: 'solid' | 'dashed' | 'dotted';
  readonly width?: number;
  readonly faint?: boolean;
  /** A mark at each point, for few points. */
  readonly marks?: boolean;
  /** Fills the area to the series of this index. */
  readonly fillTo?: number;
  readonly points: readonly Point[];
}

/** Bars that stand between edges; `edges` has one number more than `heights`. */
export interface Bars {
  readonly label: string;
  readonly colour: Colour;
  readonly edges: readonly number[];
  readonly heights: readonly number[];
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Figure | string | null)[])[];
}

/** What is said beside a picture, and the figures behind it. */
export interface Described {
  /** Short and without spaces: names the picture's elements and its exports. */
  readonly id: string;
  readonly title: string;
  /** One sentence of what is seen, for people who hear it. */
  readonly summary: string;
  /** What is not drawn and why. */
  readonly notes: readonly string[];
  readonly table: Table;
}

/** A picture of lines or bars between two axes. */
export interface Picture extends Described {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly bars?: Bars;
}

/** Ends of an axis around what it shows: from a place to the same one it would show nothing. */
export function spanning(low: number, high: number): { readonly min: number; readonly max: number } {
  return low < high ? { min: low, max: high } : { min: low - 0.5, max: high + 0.5 };
}

/** RFC 4180, with the settings line as a comment before it. */
export function toCsv(table: Table, comment: string): string {
  const cell = (value: Figure | string | null): string => {
    const text = value === null ? '' : String(value);
    const safe =
      typeof value === 'string' && !isNumeral(text) ? disarmed(text, /(^|[;\t\r\n])(\s*)(?=[=+\-@])/g) : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [table.columns, ...table.rows].map((row) => row.map(cell).join(','));
  return [`# ${disarmed(comment.replace(/\s+/g, ' '), /([,;])(\s*)(?=[=+\-@])/g)}`, ...lines].join('\r\n') + '\r\n';
}

/**
 * Spreadsheets run what begins with =, +, - or @ as a formula, and begin a cell behind a semicolon where the comma is for decimals;
 * the comment has no quotes that would hold it together.
 */
function disarmed(text: string, starts: RegExp): string {
  return text.replace(starts, "$1$2'");
}

function isNumeral(text: string): boolean {
  return text === '-Infinity' || Number.isFinite(Number(text));
}
