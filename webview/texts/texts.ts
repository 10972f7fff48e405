import { italian } from './italian';

/** Translations of the view's texts by language; English is what stands in the code. */
const languages: Readonly<Record<string, Readonly<Record<string, string>>>> = { it: italian };

interface Page {
  readonly document?: { readonly documentElement: { readonly lang: string } };
}

/** The page says its language (pageHtml.ts), e.g. `it` or `it-IT`; there is none in tests outside of a browser. */
const language = (globalThis as Page).document?.documentElement.lang.split('-')[0] ?? 'en';
const texts = languages[language] ?? {};

/** A text of the view in the language of its page; `{0}`, `{1}` ... are replaced by the values. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  const translated = Object.hasOwn(texts, text) ? texts[text] : text;
  return values.length ? translated.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)])) : translated;
}
