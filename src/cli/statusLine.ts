import { printable } from '../reports/textTable';

/** One line on a terminal that says what is going on. Writes nothing where there is no terminal. */
export class StatusLine {
  private shown = false;

  constructor(private readonly out: NodeJS.WriteStream) {}

  show(text: string): void {
    if (!this.out.isTTY) return;
    this.out.write(`\r\u001b[K${printable(text).slice(0, Math.max(20, (this.out.columns ?? 80) - 1))}`);
    this.shown = true;
  }

  /** Takes the line away. */
  end(): void {
    if (this.shown) this.out.write('\r\u001b[K');
    this.shown = false;
  }
}
