import { count, say } from '../texts/say';
import type { Measurements } from './measuredRule';

/** How far a measured finding reaches. */
export function onThese({ loss, settings }: Pick<Measurements, 'loss' | 'settings'>): string {
  const steps = count(loss.length, 'step');
  return settings.data.kind === 'synthetic'
    ? say`on these synthetic data, in these ${steps}`
    : say`on these data, in these ${steps}`;
}

export interface Verdict {
  readonly tool: string;
  /** Its condition, in its own figures. */
  readonly condition: string;
  readonly holds: boolean;
}

/** "Other tools: AutoTrainer yes (first / last < 1e-3), ...". */
export function otherTools(verdicts: readonly Verdict[]): string {
  const words = verdicts.map(({ tool, condition, holds }) => `${tool} ${holds ? say`yes` : say`no`} (${condition})`);
  return say`Other tools would say: ${words.join(', ')}.`;
}

/** A fraction in a sentence: "57 %". */
export function percent(fraction: number): string {
  const value = 100 * fraction;
  return `${value >= 10 || value === 0 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}

/** The names of the first layers of a list, and how many more there are. */
export function listedNames(layers: readonly { readonly name: string }[], most = 5): string {
  const rest = layers.length - most;
  const shown = layers.slice(0, most).map((l) => l.name);
  return shown.join(', ') + (rest > 0 ? say` and ${rest} more` : '');
}
