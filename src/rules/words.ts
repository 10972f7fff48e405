import { say } from '../texts/say';
import type { Layer } from '../layers/layerView';

/** A small number for a sentence: three significant digits, no trailing zeros. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The first layers of a list by id, and how many more there are. */
export function listed(layers: readonly Layer[], most = 5): string {
  const shown = layers.slice(0, most).map((l) => l.id);
  const rest = layers.length - shown.length;
  return shown.join(', ') + (rest > 0 ? say` and ${rest} more` : '');
}
