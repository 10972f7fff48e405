import { ModelError } from '../../ir/errors';
import type { TextDifference } from '../../ir/textDifference';
import { DECODED, type JsonPlace, type JsonStep } from './jsonPlace';
import { scanPlainRows, scanRows, withInnerRows, type JsonRows } from './jsonRows';

/** A stretch of the text, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** In the place of a row: the value lies in the JSON inside a string, which has rows of its own. */
const BEYOND = -1;

type ChildTable = ReadonlyMap<string | number, number>;

/** Where every object, array and member of a JSON text lies. A text nested 10 000 deep is as good as any other. */
export class JsonIndex {
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly keyStarts: Int32Array;
  /** The place that `valueAt` was last asked about something in, and its row. */
  private lastParent: JsonPlace | undefined;
  private lastRow: number | undefined;
  private readonly decodedTexts = new Map<number, { index: JsonIndex; outer: Uint32Array } | undefined>();

  private constructor(
    private readonly text: string,
    private readonly rows: JsonRows,
    /** Rows of the members or elements of a row, by key or index; made when they are asked for. */
    private readonly childTables: Map<number, ChildTable>,
  ) {
    ({ starts: this.starts, ends: this.ends, keyStarts: this.keyStarts } = rows);
  }

  /** @throws ModelError `invalid` or `truncated` at the first place where the text is not JSON (comments are let pass). */
  static of(text: string): JsonIndex {
    return new JsonIndex(text, scanRows(text), new Map());
  }

  /**
   * The index of an edited text, for which only the innermost object or array around the edit is read. Undefined where there is
   * none around it that is JSON now: the text has to be read as a whole.
   * @param text the one that the difference leads to
   */
  edited(text: string, { start, end, put }: TextDifference): JsonIndex | undefined {
    const row = this.containerAround(start, end);
    if (row < 0) return undefined;
    const growth = start + put.length - end;
    const inner = scanPlainRows(text.slice(this.starts[row], this.ends[row] + growth));
    if (inner === undefined) return undefined;
    const after = this.after(row);
    const rows = withInnerRows(this.rows, row, after, inner, growth);
    return new JsonIndex(text, rows, this.tablesOutside(row, after, row + inner.starts.length - after));
  }

  /** The value that the steps lead to; of members with the same key the last one, as JSON.parse does. */
  value(steps: readonly JsonStep[]): Span | undefined {
    return this.locate(steps, (index, row) => index.span(row));
  }

  /** The value at a place. Cheaper than by steps for many places in one object or array: the way to that one is kept. */
  valueAt(place: JsonPlace): Span | undefined {
    const row = this.rowAt(place);
    if (row === undefined) return undefined;
    return row === BEYOND ? this.value(place.steps()) : this.span(row);
  }

  /** The key of the member that the steps lead to, with its quotes. */
  key(steps: readonly JsonStep[]): Span | undefined {
    return this.locate(steps, (index, row) => {
      const offset = index.keyStarts[row];
      return offset < 0 ? undefined : { offset, length: index.rows.keyEnds[row] - offset };
    });
  }

  /** Keys of the members of the object that the steps lead to, with the spans of key and value. */
  members(steps: readonly JsonStep[]): { name: string; key: Span; value: Span }[] {
    const found: { name: string; key: Span; value: Span }[] = [];
    const names: string[] = [];
    this.locate(steps, (index, row) => {
      for (const name of index.children(row).keys()) if (typeof name === 'string') names.push(name);
      return undefined;
    });
    for (const name of names) {
      const key = this.key([...steps, name]);
      const value = this.value([...steps, name]);
      if (key !== undefined && value !== undefined) found.push({ name, key, value });
    }
    return found;
  }

  private span(row: number): Span {
    return { offset: this.starts[row], length: this.ends[row] - this.starts[row] };
  }

  /** BEYOND for what lies in the JSON of a string. */
  private rowAt({ parent, step }: JsonPlace): number | undefined {
    if (parent === undefined) return 0;
    if (step === DECODED) return BEYOND;
    if (parent !== this.lastParent) {
      this.lastRow = this.rowAt(parent);
      this.lastParent = parent;
    }
    const around = this.lastRow;
    return around === undefined || around === BEYOND ? around : this.children(around).get(step);
  }

  /** The innermost object or array whose brackets lie before and behind a stretch of the text; -1 where there is none. */
  private containerAround(start: number, end: number): number {
    let row = this.firstFrom(start, 0) - 1;
    while (row >= 0 && (this.starts[row] >= start || this.ends[row] <= end || !this.isContainer(row))) row--;
    return row;
  }

  private isContainer(row: number): boolean {
    const first = this.text.charCodeAt(this.starts[row]);
    return first === 123 || first === 91;
  }

  /** The tables that hold after the rows from `row` to `after` were replaced, by `growth` more. */
  private tablesOutside(row: number, after: number, growth: number): Map<number, ChildTable> {
    const kept = new Map<number, ChildTable>();
    for (const [of, table] of this.childTables) {
      if (of >= row && (of < after || growth !== 0)) continue;
      const isAround = of < row && this.ends[of] > this.starts[row];
      const moved = (child: number) => (child > row ? child + growth : child);
      kept.set(of, growth === 0 || !isAround ? table : new Map([...table].map(([name, r]) => [name, moved(r)])));
    }
    return kept;
  }

  private locate(
    steps: readonly JsonStep[],
    spanOf: (index: JsonIndex, row: number) => Span | undefined,
  ): Span | undefined {
    let row = 0;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      if (step === DECODED) {
        const decoded = this.decoded(row);
        const span = decoded?.index.locate(steps.slice(i + 1), spanOf);
        if (decoded === undefined || span === undefined) return undefined;
        const offset = decoded.outer[span.offset];
        return { offset, length: decoded.outer[span.offset + span.length] - offset };
      }
      const next = this.children(row).get(step);
      if (next === undefined) return undefined;
      row = next;
    }
    return spanOf(this, row);
  }

  private begin(row: number): number {
    return this.keyStarts[row] >= 0 ? this.keyStarts[row] : this.starts[row];
  }

  private keyOf(row: number): string {
    const raw = this.text.slice(this.keyStarts[row], this.rows.keyEnds[row]);
    return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  private children(row: number): ChildTable {
    let table = this.childTables.get(row);
    if (table === undefined) {
      const rows = new Map<string | number, number>();
      for (let r = row + 1; r < this.starts.length && this.starts[r] < this.ends[row];) {
        rows.set(this.keyStarts[r] >= 0 ? this.keyOf(r) : this.rows.ordinals[r], r);
        r = this.after(r);
      }
      this.childTables.set(row, (table = rows));
    }
    return table;
  }

  /** The first row after the value of this row: rows are in the order of the text. */
  private after(row: number): number {
    return this.firstFrom(this.ends[row], row + 1);
  }

  /** The first row that begins at an offset or behind it. */
  private firstFrom(offset: number, from: number): number {
    let low = from;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.begin(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The JSON inside a string value, and for each of its offsets the offset in this text. */
  private decoded(row: number): { index: JsonIndex; outer: Uint32Array } | undefined {
    if (!this.decodedTexts.has(row)) {
      const raw = this.text.slice(this.starts[row], this.ends[row]);
      this.decodedTexts.set(row, raw.startsWith('"') ? decodeString(raw, this.starts[row]) : undefined);
    }
    return this.decodedTexts.get(row);
  }
}

function decodeString(raw: string, base: number): { index: JsonIndex; outer: Uint32Array } | undefined {
  const inner = JSON.parse(raw) as string;
  const outer = new Uint32Array(inner.length + 1);
  let at = 1;
  for (let i = 0; i < inner.length; i++) {
    outer[i] = base + at;
    at += raw[at] !== '\\' ? 1 : raw[at + 1] === 'u' ? 6 : 2;
  }
  outer[inner.length] = base + at;
  try {
    return { index: JsonIndex.of(inner), outer };
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}
