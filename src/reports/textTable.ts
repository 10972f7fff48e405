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

/** Names come from model files: control characters (terminal escapes among them) become visible instead of acting. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
