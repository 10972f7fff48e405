/** Things that are counted in sentences. */
export type Noun =
  | 'batch norm'
  | 'channel'
  | 'convolution'
  | 'depth'
  | 'group'
  | 'group norm'
  | 'instance norm'
  | 'layer'
  | 'layer norm'
  | 'linear layer'
  | 'node'
  | 'norm'
  | 'parameter'
  | 'random sample'
  | 'RMS norm'
  | 'step';

/** What people read in another language than English. */
export interface Language {
  /** By the English text, with `{0}`, `{1}` ... in the place of values. */
  readonly texts: Readonly<Record<string, string>>;
  readonly nouns: Readonly<Record<Noun, readonly [one: string, many: string]>>;
}

let language: Language | undefined;

/** From now on texts of this process are in that language; in English without one. */
export function setLanguage(chosen: Language | undefined): void {
  language = chosen;
}

/**
 * A text for people in the language of the process, with its values: say`${n} of ${all} channels`. What has no translation stays
 * English; a test holds that there is none.
 */
export function say(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const translated = language === undefined ? undefined : textOf(language, keyOf(parts));
  if (translated === undefined) return String.raw({ raw: parts }, ...values);
  return translated.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]));
}

/** A text of a table, made before anybody has chosen a language: English, and translated where it is shown. */
export function later(parts: TemplateStringsArray): string {
  return parts[0];
}

/** A text of a table (`later`) in the language of the process. */
export function translated(text: string): string {
  return (language && textOf(language, text)) ?? text;
}

/** "1 layer", "3 layers" */
export function count(n: number, noun: Noun): string {
  if (language === undefined) return `${n} ${noun}${n === 1 ? '' : 's'}`;
  return `${n} ${language.nouns[noun][n === 1 ? 0 : 1]}`;
}

function textOf({ texts }: Language, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined;
}

function keyOf(parts: readonly string[]): string {
  return parts.reduce((text, part, i) => `${text}{${i - 1}}${part}`);
}
