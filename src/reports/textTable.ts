export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Longer cells are cut in the middle. */
  readonly maxWidth?: number;
}

/** A table in plain text: columns separated by two blanks, the header underlined. Returns lines without trailing blanks. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => columns.map((c, i) => shorten(printable(row[i] ?? ''), c.maxWidth ?? 200)));
  const widths = columns.map((c, i) => Math.max(c.title.length, ...cells.map((row) => row[i].length), 0));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (columns[i].align === 'right' ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(columns.map((c) => c.title)), widths.map((w) => '-'.repeat(w)).join('  '), ...cells.map(line)];
}

/** Cuts a long text in the middle, where names of layers differ least. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

/**
 * What acts instead of being seen: control characters (terminal escapes among them), what turns the direction of text or takes no
 * room, tags (U+E0000 to U+E007F, which spell words that only a machine reads) and halves of surrogate pairs.
 */
const acting =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Names come from model files: characters that would act on a terminal or hide are shown as JSON's escapes of them. */
export function printable(text: string): string {
  return text.replace(acting, (found) =>
    Array.from({ length: found.length }, (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** A value as JSON that is the same to a program, and does nothing to a terminal. */
export function printableJson(value: unknown, indent?: number): string {
  return `${JSON.stringify(value, null, indent).split('\n').map(printable).join('\n')}\n`;
}
