import type { TextPosition, TextRange } from './origin';

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
    if (this.collected !== undefined) return this.collected;
    const starts = [0];
    // indexOf runs through a line of megabytes many times faster than a loop over its characters
    let feed = this.text.indexOf('\n');
    let carriage = this.text.indexOf('\r');
    while (feed >= 0 || carriage >= 0) {
      const isFeed = carriage < 0 || (feed >= 0 && feed < carriage);
      const end = isFeed ? feed : feed === carriage + 1 ? feed : carriage;
      starts.push(end + 1);
      if (feed >= 0 && feed <= end) feed = this.text.indexOf('\n', end + 1);
      if (carriage >= 0 && carriage <= end) carriage = this.text.indexOf('\r', end + 1);
    }
    return (this.collected = Uint32Array.from(starts));
  }
}
