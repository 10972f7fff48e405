/** Time in milliseconds since some moment. */
export interface Clock {
  now(): number;
  /** Does something later; returns what calls it off. */
  after(ms: number, work: () => void): () => void;
}

const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Does something now or soon, so that it takes at most one part in `share` + 1 of the time: after it has taken a while, it is put
 * off for `share` times as long. However often it is asked for meanwhile, it is then done once.
 */
export class Rested {
  private restsUntil = -Infinity;
  /** Calls off what was put off. */
  private callOff: (() => void) | undefined;

  constructor(
    private readonly work: () => void,
    private readonly share: number,
    private readonly clock = systemClock,
  ) {}

  /** Does it at once, whenever it was done before. */
  run(): void {
    this.cancel();
    const begin = this.clock.now();
    this.work();
    const end = this.clock.now();
    this.restsUntil = end + this.share * (end - begin);
  }

  /** Does it as soon as it may be done again. */
  runSoon(): void {
    this.cancel();
    const wait = this.restsUntil - this.clock.now();
    if (wait > 0) this.callOff = this.clock.after(wait, () => this.run());
    else this.run();
  }

  /** Forgets what was put off. */
  cancel(): void {
    this.callOff?.();
    this.callOff = undefined;
  }
}
