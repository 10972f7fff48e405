import type { Snapshot } from '../store';

/** A part of the page: its element stays, `update` brings what it shows up to date. */
export interface View {
  readonly element: HTMLElement;
  update(snapshot: Snapshot): void;
}

/** @returns a function that says whether any of its arguments differs from the call before */
export function changes(): (...values: readonly unknown[]) => boolean {
  let last: readonly unknown[] | undefined;
  return (...values) => {
    const changed = !last || values.length !== last.length || values.some((value, i) => !Object.is(value, last![i]));
    last = values;
    return changed;
  };
}
