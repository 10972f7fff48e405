import type { TextPosition, TextRange } from './origin';
import type { TextDifference } from './textDifference';

/**
 * Offsets of a text as lines and characters and back, in UTF-16 units. Lines end with \n, \r\n or \r, as in VS Code.
 * The lines are found on first use: building one costs nothing until somebody asks for a position.
 */
export class TextLines {
  private collected: Uint32Array | undefined;

  constructor(readonly text: string) {}

  /**
   * The lines of an edited text; where those of this one are known, only the edit is gone through.
   * @param text the one that the difference leads to
   */
  edited(text: string, { start, end, put }: TextDifference): TextLines {
    const lines = new TextLines(text);
    if (this.collected === undefined) return lines;
    const old = this.collected;
    const growth = start + put.length - end;
    // a line that begins right at the edit may have \r before it and \n in the edit
    const before = Math.max(1, firstFrom(old, start));
    const after = firstFrom(old, end + 1);
    const line = old[before - 1];
    // of a break of two characters the second one may stand right behind the edit
    const stretch = text.slice(line, end + growth + 1);
    const between = lineStarts(stretch, 0, end + growth - line).map((at) => at + line);
    const starts = new Uint32Array(before + between.length + old.length - after);
    starts.set(old.subarray(0, before));
    starts.set(between, before);
    for (let i = before + between.length, from = after; from < old.length; i++, from++) starts[i] = old[from] + growth;
    lines.collected = starts;
    return lines;
  }

  /** The position of an offset; offsets outside the text are moved to its ends. */
  positionAt(offset: number): TextPosition {
    const starts = this.starts();
    const place = Math.min(Math.max(0, offset), this.text.length);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= place) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: place - starts[low] };
  }

  /** The offset of a position; characters beyond the end of a line are moved to the next one. */
  offsetAt(position: TextPosition): number {
    const starts = this.starts();
    if (position.line < 0) return 0;
    if (position.line >= starts.length) return this.text.length;
    const next = position.line + 1 < starts.length ? starts[position.line + 1] : this.text.length;
    return Math.min(starts[position.line] + Math.max(0, position.character), next);
  }

  rangeOf(offset: number, length: number): TextRange {
    return { start: this.positionAt(offset), end: this.positionAt(offset + length) };
  }

  private starts(): Uint32Array {
    return (this.collected ??= Uint32Array.from([0, ...lineStarts(this.text, 0, this.text.length)]));
  }
}

/** Where lines begin behind the line breaks that end in a stretch of a text, in ascending order. */
function lineStarts(text: string, from: number, to: number): number[] {
  const starts: number[] = [];
  // indexOf runs through a line of megabytes many times faster than a loop over its characters
  let feed = text.indexOf('\n', from);
  let carriage = text.indexOf('\r', from);
  while (feed >= 0 || carriage >= 0) {
    const isFeed = carriage < 0 || (feed >= 0 && feed < carriage);
    const end = isFeed || feed === carriage + 1 ? feed : carriage;
    if (end >= to) break;
    starts.push(end + 1);
    if (feed >= 0 && feed <= end) feed = text.indexOf('\n', end + 1);
    if (carriage >= 0 && carriage <= end) carriage = text.indexOf('\r', end + 1);
  }
  return starts;
}

/** Index of the first number that is not less than another. */
function firstFrom(sorted: Uint32Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
