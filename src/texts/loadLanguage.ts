import { setLanguage } from './say';

/**
 * Puts the texts of this process in a language, as far as there are any in it.
 * @param code as in BCP 47, such as `it` or `it-CH`
 */
export async function loadLanguage(code: string): Promise<void> {
  if (/^it\b/i.test(code)) setLanguage((await import('./italian/italian')).italian);
}
