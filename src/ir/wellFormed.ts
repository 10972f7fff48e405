/** The text with U+FFFD for each half of a surrogate pair: as UTF-8, which has no encoding for them, would give it back. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}
