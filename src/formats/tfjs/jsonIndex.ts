import { createScanner } from 'jsonc-parser';
import { ModelError } from '../../ir/errors';
import { TextLines } from '../../ir/textLines';
import { DECODED, type JsonStep } from './jsonPlace';

/** A stretch of the text, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Tokens of jsonc-parser's scanner (its SyntaxKind is a const enum, which cannot be imported under isolatedModules). */
const token = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  nullWord: 7,
  trueWord: 8,
  falseWord: 9,
  string: 10,
  number: 11,
  end: 17,
} as const;

/**
 * Where every object, array and member of a JSON text lies. Rows in the order of the text, in columns: made from
 * jsonc-parser's scanner in one pass without recursion, so a text nested 10 000 deep is as good as any other.
 * Elements of arrays that are neither objects nor arrays get no row.
 */
export class JsonIndex {
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  /** Begin of the member's key, or -1. */
  private readonly keyStarts: Int32Array;
  private readonly keyEnds: Int32Array;
  private readonly parents: Int32Array;
  /** Index among the elements of its array, or -1. */
  private readonly ordinals: Int32Array;
  private readonly childTables = new Map<number, ReadonlyMap<string | number, number>>();
  private readonly decodedTexts = new Map<number, { index: JsonIndex; outer: Uint32Array } | undefined>();

  /** @throws ModelError `invalid` or `truncated` at the first place where the text is not JSON (comments are let pass). */
  constructor(private readonly text: string) {
    const rows = scanRows(text);
    this.starts = rows.starts.toArray();
    this.ends = rows.ends.toArray();
    this.keyStarts = rows.keyStarts.toArray();
    this.keyEnds = rows.keyEnds.toArray();
    this.parents = rows.parents.toArray();
    this.ordinals = rows.ordinals.toArray();
  }

  /** The value that the steps lead to; of members with the same key the last one, as JSON.parse does. */
  value(steps: readonly JsonStep[]): Span | undefined {
    return this.locate(steps, (index, row) => ({
      offset: index.starts[row],
      length: index.ends[row] - index.starts[row],
    }));
  }

  /** The key of the member that the steps lead to, with its quotes. */
  key(steps: readonly JsonStep[]): Span | undefined {
    return this.locate(steps, (index, row) => {
      const offset = index.keyStarts[row];
      return offset < 0 ? undefined : { offset, length: index.keyEnds[row] - offset };
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

  /** Steps to the innermost object, array or member that the offset lies in. */
  stepsAt(offset: number): JsonStep[] {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.begin(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    let row = low;
    while (row > 0 && this.ends[row] <= offset) row = this.parents[row];
    const steps: JsonStep[] = [];
    for (let r = row; r > 0; r = this.parents[r]) steps.push(this.keyStarts[r] >= 0 ? this.keyOf(r) : this.ordinals[r]);
    return steps.reverse();
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
    const raw = this.text.slice(this.keyStarts[row], this.keyEnds[row]);
    return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  /** Rows of the members or elements of a row, by key or index. */
  private children(row: number): ReadonlyMap<string | number, number> {
    let table = this.childTables.get(row);
    if (table === undefined) {
      const rows = new Map<string | number, number>();
      for (let r = row + 1; r < this.starts.length && this.starts[r] < this.ends[row];) {
        rows.set(this.keyStarts[r] >= 0 ? this.keyOf(r) : this.ordinals[r], r);
        r = this.after(r);
      }
      this.childTables.set(row, (table = rows));
    }
    return table;
  }

  /** The first row after the value of this row: rows are in the order of the text. */
  private after(row: number): number {
    let low = row + 1;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.begin(middle) < this.ends[row]) low = middle + 1;
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
    return { index: new JsonIndex(inner), outer };
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

type Awaiting = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

function scanRows(text: string) {
  const rows = {
    starts: new IntColumn(),
    ends: new IntColumn(),
    keyStarts: new IntColumn(),
    keyEnds: new IntColumn(),
    parents: new IntColumn(),
    ordinals: new IntColumn(),
  };
  const open: number[] = [];
  const counts: number[] = [];
  const isArray: boolean[] = [];
  const state: { awaiting: Awaiting } = { awaiting: 'value' };
  let keyStart = -1;
  let keyEnd = -1;

  const addRow = (start: number, end: number) => {
    const inArray = isArray.length > 0 && isArray[isArray.length - 1];
    rows.starts.push(start);
    rows.ends.push(end);
    rows.keyStarts.push(keyStart);
    rows.keyEnds.push(keyEnd);
    rows.parents.push(open.length > 0 ? open[open.length - 1] : -1);
    rows.ordinals.push(inArray ? counts[counts.length - 1] : -1);
    keyStart = -1;
  };
  const endValue = () => {
    if (open.length === 0) state.awaiting = 'nothing';
    else {
      counts[counts.length - 1]++;
      state.awaiting = 'comma or end';
    }
  };

  // a byte order mark is no token; a blank in its place keeps the offsets
  const scanner = createScanner(text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text, true);
  for (;;) {
    const kind: number = scanner.scan();
    const start = scanner.getTokenOffset();
    const end = start + scanner.getTokenLength();
    if (kind === token.end) {
      if (state.awaiting === 'nothing') return rows;
      throw jsonError(text, 'truncated', start, 'the JSON ends too early');
    }
    const fail = () => jsonError(text, 'invalid', start, `this is not JSON: unexpected ${excerpt(text, start, end)}`);
    // bad escapes, unfinished strings and the like
    if (scanner.getTokenError() !== 0) {
      if (end >= text.length) throw jsonError(text, 'truncated', start, 'the JSON ends too early');
      throw fail();
    }
    if (kind === token.string && (state.awaiting === 'key' || state.awaiting === 'key or end')) {
      keyStart = start;
      keyEnd = end;
      state.awaiting = 'colon';
      continue;
    }
    const wantsValue = state.awaiting === 'value' || state.awaiting === 'value or end';
    switch (kind) {
      case token.openBrace:
      case token.openBracket:
        if (!wantsValue) throw fail();
        addRow(start, -1);
        open.push(rows.starts.length - 1);
        counts.push(0);
        isArray.push(kind === token.openBracket);
        state.awaiting = kind === token.openBracket ? 'value or end' : 'key or end';
        break;
      case token.closeBrace:
      case token.closeBracket: {
        const closesArray = kind === token.closeBracket;
        const mayEnd =
          state.awaiting === 'comma or end' || state.awaiting === (closesArray ? 'value or end' : 'key or end');
        if (!mayEnd || isArray.pop() !== closesArray) throw fail();
        rows.ends.set(open.pop()!, end);
        counts.pop();
        endValue();
        break;
      }
      case token.comma:
        if (state.awaiting !== 'comma or end') throw fail();
        state.awaiting = isArray[isArray.length - 1] ? 'value' : 'key';
        break;
      case token.colon:
        if (state.awaiting !== 'colon') throw fail();
        state.awaiting = 'value';
        break;
      case token.string:
      case token.number:
      case token.nullWord:
      case token.trueWord:
      case token.falseWord:
        if (!wantsValue) throw fail();
        if (keyStart >= 0 || open.length === 0) addRow(start, end);
        endValue();
        break;
      default:
        throw fail();
    }
  }
}

function excerpt(text: string, start: number, end: number): string {
  return JSON.stringify(text.slice(start, Math.min(end, start + 20)));
}

function jsonError(text: string, code: 'invalid' | 'truncated', offset: number, message: string): ModelError {
  return new ModelError(code, message, new TextLines(text).positionAt(offset));
}

/** An Int32Array that grows. */
class IntColumn {
  private data = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Int32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  set(at: number, value: number): void {
    this.data[at] = value;
  }

  toArray(): Int32Array {
    return this.data.slice(0, this.length);
  }
}
