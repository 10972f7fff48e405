import { createScanner } from 'jsonc-parser';
import { ModelError } from '../../ir/errors';
import { TextLines } from '../../ir/textLines';
import { DECODED, type JsonPlace, type JsonStep } from './jsonPlace';

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

/** In the place of a row: the value lies in the JSON inside a string, which has rows of its own. */
const BEYOND = -1;

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
  /** Index among the elements of its array, or -1. */
  private readonly ordinals: Int32Array;
  private readonly childTables = new Map<number, ReadonlyMap<string | number, number>>();
  /** The place that `valueAt` was last asked about something in, and its row. */
  private lastParent: JsonPlace | undefined;
  private lastRow: number | undefined;
  private readonly decodedTexts = new Map<number, { index: JsonIndex; outer: Uint32Array } | undefined>();

  /** @throws ModelError `invalid` or `truncated` at the first place where the text is not JSON (comments are let pass). */
  constructor(private readonly text: string) {
    const rows = scanRows(text);
    this.starts = rows.starts.toArray();
    this.ends = rows.ends.toArray();
    this.keyStarts = rows.keyStarts.toArray();
    this.keyEnds = rows.keyEnds.toArray();
    this.ordinals = rows.ordinals.toArray();
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

/** What may come next in the text. */
const next = { value: 0, valueOrEnd: 1, key: 2, keyOrEnd: 3, colon: 4, commaOrEnd: 5, nothing: 6 } as const;

function scanRows(text: string): Rows {
  return new RowScanner(text).scanPlain() ?? new RowScanner(text).scan();
}

/** A number or one of the three words, with nothing right behind that would make it another. */
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;
const escape = /[\\/"bfnrt]|u[\dA-Fa-f]{4}/y;

interface Rows {
  readonly starts: IntColumn;
  readonly ends: IntColumn;
  readonly keyStarts: IntColumn;
  readonly keyEnds: IntColumn;
  readonly ordinals: IntColumn;
}

/** Checks the grammar of the tokens and notes where objects, arrays and members lie. No closures: it runs for every token. */
class RowScanner implements Rows {
  readonly starts = new IntColumn();
  readonly ends = new IntColumn();
  readonly keyStarts = new IntColumn();
  readonly keyEnds = new IntColumn();
  readonly ordinals = new IntColumn();
  /** Rows of the objects and arrays that are open, how many values each has so far, and whether it is an array. */
  private readonly open: number[] = [];
  private readonly counts: number[] = [];
  private readonly isArray: boolean[] = [];
  private awaiting: number = next.value;
  private keyStart = -1;
  private keyEnd = -1;

  constructor(private readonly text: string) {}

  /**
   * Most texts are JSON and nothing else; those are read in a third of the time that jsonc-parser's scanner takes. Undefined at
   * anything else, such as a comment or a mistake, about which the scanner knows more.
   */
  scanPlain(): Rows | undefined {
    const { text } = this;
    const { length } = text;
    for (let at = text.startsWith('\ufeff') ? 1 : 0; at < length;) {
      const code = text.charCodeAt(at);
      if (code === 32 || code === 10 || code === 13 || code === 9) {
        at++;
        continue;
      }
      const kind = plainToken(code);
      const end = kind === token.string ? endOfString(text, at) : kind === token.number ? endOfWord(text, at) : at + 1;
      if (end === undefined || !this.take(kind, at, end)) return undefined;
      at = end;
    }
    return this.awaiting === next.nothing ? this : undefined;
  }

  scan(): Rows {
    const { text } = this;
    // a byte order mark is no token; a blank in its place keeps the offsets
    const scanner = createScanner(text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text, true);
    for (;;) {
      const kind: number = scanner.scan();
      const start = scanner.getTokenOffset();
      if (kind === token.end) {
        if (this.awaiting === next.nothing) return this;
        throw jsonError(text, 'truncated', start, 'the JSON ends too early');
      }
      const end = start + scanner.getTokenLength();
      // bad escapes, unfinished strings and the like
      const isBroken = (scanner.getTokenError() as number) !== 0;
      if (isBroken && end >= text.length) throw jsonError(text, 'truncated', start, 'the JSON ends too early');
      if (isBroken || !this.take(kind, start, end)) {
        const found = JSON.stringify(text.slice(start, Math.min(end, start + 20)));
        throw jsonError(text, 'invalid', start, `this is not JSON: unexpected ${found}`);
      }
    }
  }

  /** False when the token cannot come here. */
  private take(kind: number, start: number, end: number): boolean {
    switch (kind) {
      case token.string:
        if (this.awaiting !== next.key && this.awaiting !== next.keyOrEnd) return this.takeScalar(start, end);
        this.keyStart = start;
        this.keyEnd = end;
        this.awaiting = next.colon;
        return true;
      case token.number:
      case token.nullWord:
      case token.trueWord:
      case token.falseWord:
        return this.takeScalar(start, end);
      case token.openBrace:
      case token.openBracket:
        return this.takeOpening(kind === token.openBracket, start);
      case token.closeBrace:
      case token.closeBracket:
        return this.takeClosing(kind === token.closeBracket, end);
      case token.comma:
        if (this.awaiting !== next.commaOrEnd) return false;
        this.awaiting = this.isArray[this.isArray.length - 1] ? next.value : next.key;
        return true;
      case token.colon:
        if (this.awaiting !== next.colon) return false;
        this.awaiting = next.value;
        return true;
      default:
        return false;
    }
  }

  private takeScalar(start: number, end: number): boolean {
    if (this.awaiting !== next.value && this.awaiting !== next.valueOrEnd) return false;
    if (this.keyStart >= 0 || this.open.length === 0) this.addRow(start, end);
    this.endValue();
    return true;
  }

  private takeOpening(isArray: boolean, start: number): boolean {
    if (this.awaiting !== next.value && this.awaiting !== next.valueOrEnd) return false;
    this.addRow(start, -1);
    this.open.push(this.starts.length - 1);
    this.counts.push(0);
    this.isArray.push(isArray);
    this.awaiting = isArray ? next.valueOrEnd : next.keyOrEnd;
    return true;
  }

  private takeClosing(isArray: boolean, end: number): boolean {
    const isEmpty = this.awaiting === (isArray ? next.valueOrEnd : next.keyOrEnd);
    if ((!isEmpty && this.awaiting !== next.commaOrEnd) || this.isArray.pop() !== isArray) return false;
    this.ends.set(this.open.pop()!, end);
    this.counts.pop();
    this.endValue();
    return true;
  }

  private addRow(start: number, end: number): void {
    const depth = this.open.length;
    this.starts.push(start);
    this.ends.push(end);
    this.keyStarts.push(this.keyStart);
    this.keyEnds.push(this.keyEnd);
    this.ordinals.push(depth > 0 && this.isArray[depth - 1] ? this.counts[depth - 1] : -1);
    this.keyStart = -1;
  }

  private endValue(): void {
    const depth = this.open.length;
    if (depth > 0) this.counts[depth - 1]++;
    this.awaiting = depth === 0 ? next.nothing : next.commaOrEnd;
  }
}

/** The token that a character begins; numbers and the three words are one here. */
function plainToken(code: number): number {
  switch (code) {
    case 34:
      return token.string;
    case 44:
      return token.comma;
    case 58:
      return token.colon;
    case 91:
      return token.openBracket;
    case 93:
      return token.closeBracket;
    case 123:
      return token.openBrace;
    case 125:
      return token.closeBrace;
    default:
      return token.number;
  }
}

/** Behind the string that begins there; undefined where it is none. */
function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code < 32) return undefined;
    if (code !== 92) continue;
    escape.lastIndex = at + 1;
    if (!escape.test(text)) return undefined;
    at = escape.lastIndex - 1;
  }
  return undefined;
}

function endOfWord(text: string, start: number): number | undefined {
  word.lastIndex = start;
  return word.test(text) ? word.lastIndex : undefined;
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
