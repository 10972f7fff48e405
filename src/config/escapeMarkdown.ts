/** Names beyond this length are cut: one of a megabyte helps nobody. */
const LONGEST_TEXT = 300;

/** Text of a model as one line of plain text; characters that reorder or hide text are shown as U+FFFD. */
export function oneLine(text: string, longest = LONGEST_TEXT): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}...` : text;
  // most names are words that nothing is done with
  if (/^[!-~]+(?: [!-~]+)*$/.test(cut)) return cut;
  return cut
    .replace(/\s+/g, ' ')
    .trim()
    .replace(
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu,
      '\ufffd',
    );
}

/**
 * Text as Markdown that shows just this text: no link, image, HTML, code, emphasis, table or heading comes of it, and no
 * address is made clickable. Every ASCII punctuation mark gets a backslash (CommonMark 2.4).
 */
export function escapeMarkdown(text: string, longest = LONGEST_TEXT): string {
  return oneLine(text, longest).replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
