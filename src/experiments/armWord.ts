import { later, translated } from '../texts/say';
import type { NormKind } from './lab/network';

const words: Readonly<Record<NormKind | 'noisy', string>> = {
  none: later`no norm`,
  batch: later`batch norm`,
  group: later`group norm`,
  layer: later`layer norm`,
  instance: later`instance norm`,
  noisy: later`noisy batch norm`,
};

/** What an arm of an experiment is called in figures and charts, by the norm of its network. */
export function armWord(norm: keyof typeof words): string {
  return translated(words[norm]);
}
