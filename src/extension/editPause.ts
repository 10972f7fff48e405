/** So long after an edit its analysis begins at the earliest: some edits are several. */
const SHORTEST_MS = 15;

/** Analyses of so long follow the keys: few type faster than one key in this time. */
const QUICK_MS = 200;

/** And so late at the latest. */
const LONGEST_MS = 250;

/**
 * How long an edit waits for further keys. Quick analyses follow the keys; where they are slow, one that was begun inside a word
 * would only be in the way of the next. One slow analysis says little: opening the text, or an edit that concerned all of it.
 */
export class EditPause {
  private latest: readonly [number, number] = [0, 0];

  /** An analysis has taken so long. */
  took(ms: number): void {
    this.latest = [this.latest[1], ms];
  }

  get ms(): number {
    const quicker = Math.min(...this.latest);
    return quicker <= QUICK_MS ? SHORTEST_MS : Math.min(LONGEST_MS, quicker / 3);
  }
}
