import { createScanner } from 'jsonc-parser';
import { ModelError } from '../../ir/errors';
import { TextLines } from '../../ir/textLines';
import { say } from '../../texts/say';

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

/** What may come next in the text. */
const next = { value: 0, valueOrEnd: 1, key: 2, keyOrEnd: 3, colon: 4, commaOrEnd: 5, nothing: 6 } as const;

/** Where the objects, arrays and members of a JSON text lie, as columns in the order of the text. */
export interface JsonRows {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Begin of the member's key, or -1. */
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  /** Index among the elements of its array, or -1. */
  readonly ordinals: Int32Array;
}

/**
 * Elements of arrays that are neither objects nor arrays get no row. One pass without recursion.
 * @throws ModelError `invalid` or `truncated` at the first place where the text is not JSON (comments are let pass).
 */
export function scanRows(text: string): JsonRows {
  return scanPlainRows(text) ?? new RowScanner(text).scan();
}

/**
 * Most texts are JSON and nothing else; those are read in a third of the time that jsonc-parser's scanner takes. Undefined at
 * anything else, such as a comment or a mistake, about which the scanner knows more.
 */
export function scanPlainRows(text: string): JsonRows | undefined {
  return new RowScanner(text).scanPlain();
}

/**
 * The rows of an edited text: those of the value of one row are scanned anew, those behind are moved.
 * @param row index of an object or array around the edit, which leaves its brackets alone
 * @param after index of the first row behind its value
 * @param inner rows of its value as it is now, by offsets from its begin
 * @param growth characters that the edit adds
 */
export function withInnerRows(rows: JsonRows, row: number, after: number, inner: JsonRows, growth: number): JsonRows {
  const base = rows.starts[row];
  const behind = row + inner.starts.length;
  const spliced = (column: Int32Array, put: Int32Array) => {
    const made = new Int32Array(behind + column.length - after);
    made.set(column.subarray(0, row));
    for (let i = 0; i < put.length; i++) made[row + i] = put[i] < 0 ? put[i] : put[i] + base;
    for (let i = behind, old = after; i < made.length; i++, old++)
      made[i] = column[old] < 0 ? column[old] : column[old] + growth;
    return made;
  };
  const [starts, ends] = [spliced(rows.starts, inner.starts), spliced(rows.ends, inner.ends)];
  const [keyStarts, keyEnds] = [spliced(rows.keyStarts, inner.keyStarts), spliced(rows.keyEnds, inner.keyEnds)];
  // what lies around
  for (let i = 0; i < row; i++) if (ends[i] > base) ends[i] += growth;
  [keyStarts[row], keyEnds[row]] = [rows.keyStarts[row], rows.keyEnds[row]];
  const ordinals = new Int32Array(starts.length);
  ordinals.set(rows.ordinals.subarray(0, row + 1));
  ordinals.set(inner.ordinals.subarray(1), row + 1);
  ordinals.set(rows.ordinals.subarray(after), behind);
  return { starts, ends, keyStarts, keyEnds, ordinals };
}

/** A number or one of the three words, with nothing right behind that would make it another. */
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;
const escape = /[\\/"bfnrt]|u[\dA-Fa-f]{4}/y;

/** Checks the grammar of the tokens and notes where objects, arrays and members lie. No closures: it runs for every token. */
class RowScanner {
  private readonly starts = new IntColumn();
  private readonly ends = new IntColumn();
  private readonly keyStarts = new IntColumn();
  private readonly keyEnds = new IntColumn();
  private readonly ordinals = new IntColumn();
  /** Rows of the objects and arrays that are open, how many values each has so far, and whether it is an array. */
  private readonly open: number[] = [];
  private readonly counts: number[] = [];
  private readonly isArray: boolean[] = [];
  private awaiting: number = next.value;
  private keyStart = -1;
  private keyEnd = -1;

  constructor(private readonly text: string) {}

  /** Undefined at anything that is not plain JSON. */
  scanPlain(): JsonRows | undefined {
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
    return this.awaiting === next.nothing ? this.rows() : undefined;
  }

  scan(): JsonRows {
    const { text } = this;
    // a byte order mark is no token; a blank in its place keeps the offsets
    const scanner = createScanner(text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text, true);
    for (;;) {
      const kind: number = scanner.scan();
      const start = scanner.getTokenOffset();
      if (kind === token.end) {
        if (this.awaiting === next.nothing) return this.rows();
        throw jsonError(text, 'truncated', start, say`the JSON ends too early`);
      }
      const end = start + scanner.getTokenLength();
      // bad escapes, unfinished strings and the like
      const isBroken = (scanner.getTokenError() as number) !== 0;
      if (isBroken && end >= text.length) throw jsonError(text, 'truncated', start, say`the JSON ends too early`);
      if (isBroken || !this.take(kind, start, end)) {
        const found = JSON.stringify(text.slice(start, Math.min(end, start + 20)));
        throw jsonError(text, 'invalid', start, say`this is not JSON: unexpected ${found}`);
      }
    }
  }

  private rows(): JsonRows {
    return {
      starts: this.starts.toArray(),
      ends: this.ends.toArray(),
      keyStarts: this.keyStarts.toArray(),
      keyEnds: this.keyEnds.toArray(),
      ordinals: this.ordinals.toArray(),
    };
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
    this.keyEnds.push(this.keyStart < 0 ? -1 : this.keyEnd);
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
