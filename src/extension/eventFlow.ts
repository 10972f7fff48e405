/**
 * Hands on what comes in bundles: the next one when the receiver is done with the last. A run may measure faster than a view can
 * draw; its messages would queue up without bound, and a click on Cancel would wait behind them.
 */
export class EventFlow<E> {
  private waiting: E[] = [];
  private isAwaited = false;

  constructor(private readonly send: (events: readonly E[]) => void) {}

  add(...events: readonly E[]): void {
    this.waiting.push(...events);
    if (!this.isAwaited) this.handOn();
  }

  /** The receiver is done with the last bundle. */
  done(): void {
    this.isAwaited = false;
    this.handOn();
  }

  /** Forgets what waits, and for whom: another run begins, or another receiver. */
  clear(): void {
    this.waiting = [];
    this.isAwaited = false;
  }

  private handOn(): void {
    if (this.waiting.length === 0) return;
    const events = this.waiting;
    this.waiting = [];
    this.isAwaited = true;
    this.send(events);
  }
}
