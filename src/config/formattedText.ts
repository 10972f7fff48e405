import { createScanner } from 'jsonc-parser';

const OPEN_BRACE = 1;
const CLOSE_BRACE = 2;
const OPEN_BRACKET = 3;
const CLOSE_BRACKET = 4;
const COMMA = 5;
const COLON = 6;
const END = 17;

/** Objects and arrays up to this length stay on one line. */
const LONGEST_INLINE = 90;
/** Deeper levels are not indented further: indentation would otherwise grow with the square of the depth. */
const DEEPEST_INDENT = 40;
const INDENT = '  ';

/** A pretty-printed text and how places map between it and the original. Offsets are UTF-16 units. */
export interface FormattedText {
  readonly text: string;
  /**
   * Where an offset of the original is in the formatted text. Between two tokens that touch, `side` chooses: the `start` of a
   * range is the beginning of what follows, its `end` the end of what came before.
   */
  toFormatted(offset: number, side?: 'start' | 'end'): number;
  /** Where an offset of the formatted text is in the original; blanks that were added count as the end of what is before them. */
  toOriginal(offset: number): number;
}

/**
 * A JSON text laid out to be read: one member a line, short objects and arrays on one line. One pass of jsonc-parser's scanner
 * and one over its tokens. Text that is no JSON is laid out as far as its brackets go; nothing but white space and comments is
 * left out.
 */
export function formatModel(text: string): FormattedText {
  const tokens = tokensOf(text);
  const isInline = inlineContainers(tokens);
  const parts: string[] = [];
  const places = new Int32Array(tokens.count);
  let length = 0;
  let depth = 0;
  let inlineDepth = 0;
  const write = (part: string) => {
    parts.push(part);
    length += part.length;
  };
  const newLine = () => write(`\n${INDENT.repeat(Math.min(depth, DEEPEST_INDENT))}`);

  for (let i = 0; i < tokens.count; i++) {
    const kind = tokens.kinds[i];
    const before = i === 0 ? undefined : tokens.kinds[i - 1];
    const closes = kind === CLOSE_BRACE || kind === CLOSE_BRACKET;
    const isEmpty = closes && (before === OPEN_BRACE || before === OPEN_BRACKET);
    if (closes) depth = Math.max(0, depth - 1);
    if (before === COLON) write(' ');
    else if (before !== undefined && !isEmpty && kind !== COMMA && kind !== COLON) {
      if (inlineDepth === 0) newLine();
      else if (before === COMMA || before === OPEN_BRACE || kind === CLOSE_BRACE) write(' ');
    }
    if (closes && inlineDepth > 0) inlineDepth--;
    places[i] = length;
    write(text.slice(tokens.starts[i], tokens.ends[i]));
    if (kind === OPEN_BRACE || kind === OPEN_BRACKET) {
      depth++;
      if (inlineDepth > 0 || isInline[i] === 1) inlineDepth++;
    }
  }
  if (length > 0) write('\n');
  return new MappedText(parts.join(''), text.length, tokens, places);
}

interface Tokens {
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

class MappedText implements FormattedText {
  constructor(
    readonly text: string,
    private readonly originalLength: number,
    private readonly tokens: Tokens,
    private readonly places: Int32Array,
  ) {}

  toFormatted(offset: number, side: 'start' | 'end' = 'start'): number {
    const { starts, ends, count } = this.tokens;
    // the end of a range belongs to the token that its last character is in
    const i = lastAtOrBefore(starts, count, side === 'end' ? offset - 1 : offset);
    if (i < 0) return 0;
    if (side === 'start' && offset >= ends[i] && i + 1 < count) return this.places[i + 1];
    return this.places[i] + Math.min(offset, ends[i]) - starts[i];
  }

  toOriginal(offset: number): number {
    const { starts, ends, count } = this.tokens;
    const i = lastAtOrBefore(this.places, count, offset);
    if (i < 0) return Math.min(starts[0] ?? 0, this.originalLength);
    return Math.min(starts[i] + Math.max(0, offset - this.places[i]), ends[i]);
  }
}

/** Index of the last entry that is not greater; -1 when all are. */
function lastAtOrBefore(ascending: Int32Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function tokensOf(text: string): Tokens {
  let kinds = new Uint8Array(1024);
  let starts = new Int32Array(1024);
  let ends = new Int32Array(1024);
  let count = 0;
  const scanner = createScanner(text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text, true);
  for (let kind: number = scanner.scan(); kind !== END; kind = scanner.scan()) {
    if (count === kinds.length) {
      kinds = grown(kinds, new Uint8Array(count * 2));
      starts = grown(starts, new Int32Array(count * 2));
      ends = grown(ends, new Int32Array(count * 2));
    }
    kinds[count] = kind;
    starts[count] = scanner.getTokenOffset();
    ends[count] = starts[count] + scanner.getTokenLength();
    count++;
  }
  return { count, kinds, starts, ends };
}

function grown<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** For each opening token, 1 when what it opens is short enough for one line. */
function inlineContainers({ count, kinds, starts, ends }: Tokens): Uint8Array {
  const inline = new Uint8Array(count);
  const open: { token: number; length: number }[] = [];
  let length = 0;
  for (let i = 0; i < count; i++) {
    const kind = kinds[i];
    if (kind === OPEN_BRACE || kind === OPEN_BRACKET) open.push({ token: i, length });
    length += ends[i] - starts[i] + (kind === COMMA || kind === COLON ? 1 : 0);
    if (kind === CLOSE_BRACE || kind === CLOSE_BRACKET) {
      const container = open.pop();
      if (container !== undefined && length - container.length <= LONGEST_INLINE) inline[container.token] = 1;
    }
  }
  return inline;
}
