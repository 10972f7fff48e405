import type { TextPosition, TextRange } from './origin';

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

/**
 * Offsets of a text as lines and characters and back, in UTF-16 units. Lines end with \n, \r\n or \r, as in VS Code.
 * The lines are found on first use: building one costs nothing until somebody asks for a position.
 */
export class TextLines {
  private collected: Uint32Array | undefined;

  constructor(readonly text: string) {}

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

  /** The offset of a position; characters beyond the end of a line are moved to it. */
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
    if (this.collected !== undefined) return this.collected;
    const starts = [0];
    for (let i = 0; i < this.text.length; i++) {
      const c = this.text.charCodeAt(i);
      if (c === CARRIAGE_RETURN && this.text.charCodeAt(i + 1) === LINE_FEED) i++;
      if (c === LINE_FEED || c === CARRIAGE_RETURN) starts.push(i + 1);
    }
    return (this.collected = Uint32Array.from(starts));
  }
}
