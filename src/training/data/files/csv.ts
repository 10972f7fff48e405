import type { ByteSource } from '../../../ir/byteSource';
import { ModelError } from '../../../ir/errors';
import { say } from '../../../texts/say';
import type { SampleTable } from './sampleTable';

/** Rows beyond these bytes are not used: text of gigabytes does not fit into memory, and no profile needs so many samples. */
export const MOST_TEXT = 2 ** 26;
/** So many rows are looked at for a column of words. */
const LOOKED_AT = 100;
/** Names of columns that hold what a model should say. */
const LABEL = /^(label|labels|class|target|targets|y|species)$/i;
const SEPARATORS = [',', ';', '\t'];

export interface CsvFile {
  /** Columns of numbers that are no label. */
  readonly samples: SampleTable;
  /** The column of labels, where one is named so or holds words. */
  readonly labels?: SampleTable;
  readonly notes: readonly string[];
}

/**
 * A table of text: one sample a row; columns separated by commas, semicolons or tabs; with a row of names or without. The labels
 * are the column that `labelColumn` names, else one called label, class, target or y, else the only column that holds words,
 * else - where a table has no names - none.
 *
 * @throws ModelError `invalid` with line and column of what is no number
 */
export async function openCsv(source: ByteSource, name: string, labelColumn?: string): Promise<CsvFile> {
  const notes: string[] = [];
  const length = Math.min(source.size, MOST_TEXT);
  let text = new TextDecoder().decode(await source.read(0, length));
  if (length < source.size) {
    text = text.slice(0, text.lastIndexOf('\n') + 1);
    notes.push(say`only the first ${length / 2 ** 20} MB of ${name} are used, which has ${source.size} bytes`);
  }
  const rows = rowsOf(text.replace(/^\uFEFF/, ''));
  if (rows.length === 0) throw new ModelError('empty', say`${name} holds no rows`);
  const separator = separatorOf(rows[0].text);
  const first = cells(rows[0].text, separator);
  const named = first.every((c) => c === '' || !isNumber(c)) && first.length > 0 && rows.length > 1;
  const columns = named ? first : first.map((_, i) => String(i + 1));
  const body = named ? rows.slice(1) : rows;
  // a cell takes a character at least, its separator: rows that are shorter than the first are found below, before they cost memory
  if (body.length * columns.length > text.length + 1) throw uneven(name, columns.length);
  const label = labelOf(
    columns,
    body.slice(0, LOOKED_AT).map((row) => cells(row.text, separator)),
    name,
    named,
    labelColumn,
  );
  if (label !== undefined) notes.push(say`the column ${columns[label]} of ${name} was taken as the labels`);
  const { values, labels } = readRows(body, separator, columns, label, name);
  const width = columns.length - (label === undefined ? 0 : 1);
  return {
    notes,
    samples: {
      ...{ name, count: body.length, shape: [width], dtype: 'text' },
      read: (from, number) => Promise.resolve(values.subarray(from * width, (from + number) * width)),
    },
    ...(label !== undefined && { labels: labelTable(labels, `${name}: ${columns[label]}`) }),
  };
}

/** One label a row; words are counted in the order of the alphabet. */
function labelTable(values: readonly string[], name: string): SampleTable {
  const words = values.some((v) => !isNumber(v));
  const classes = words ? [...new Set(values)].sort() : undefined;
  const place = new Map(classes?.map((c, i) => [c, i]));
  const count = values.length;
  return {
    ...{ name, count, shape: [], dtype: 'text', classes },
    read: (from, number) =>
      Promise.resolve(Float32Array.from(values.slice(from, from + number), (v) => place.get(v) ?? Number(v))),
  };
}

function labelOf(
  columns: readonly string[],
  table: readonly (readonly string[])[],
  name: string,
  named: boolean,
  wanted: string | undefined,
): number | undefined {
  if (wanted !== undefined) {
    const at = columns.indexOf(wanted);
    if (at < 0) {
      const known = columns.slice(0, 20).join(', ');
      throw new ModelError('not-found', say`${name} has no column ${wanted}; its columns are ${known}`);
    }
    return at;
  }
  const stated = named ? columns.flatMap((c, i) => (LABEL.test(c) ? [i] : [])) : [];
  if (stated.length === 1) return stated[0];
  const wordy = columns.flatMap((_, i) => (table.some((row) => !isNumber(row[i])) ? [i] : []));
  return wordy.length === 1 ? wordy[0] : undefined;
}

function readRows(
  rows: readonly Row[],
  separator: string,
  columns: readonly string[],
  label: number | undefined,
  name: string,
): { values: Float32Array; labels: string[] } {
  const values = new Float32Array(rows.length * (columns.length - (label === undefined ? 0 : 1)));
  const labels: string[] = [];
  let at = 0;
  for (const { text, line } of rows) {
    const row = cells(text, separator);
    if (row.length !== columns.length) {
      const wrong = say`${name} has ${row.length} columns here and ${columns.length} in its first row`;
      throw new ModelError('invalid', wrong, { line });
    }
    row.forEach((cell, i) => {
      if (i === label) labels.push(cell);
      else if (isNumber(cell)) values[at++] = Number(cell);
      else {
        const shown = cell === '' ? say`nothing` : `"${cell.slice(0, 40)}"`;
        throw new ModelError('invalid', say`column ${columns[i]} of ${name} holds ${shown}, which is no number`, {
          line,
        });
      }
    });
  }
  return { values, labels };
}

function uneven(name: string, columns: number): ModelError {
  return new ModelError('invalid', say`${name} has rows with fewer columns than the ${columns} of its first row`);
}

interface Row {
  readonly text: string;
  /** In the file, from 0. */
  readonly line: number;
}

/** The lines that are not blank. */
function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  for (let from = 0, line = 0; from < text.length; line++) {
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    const row = end > from ? text.slice(from, text[end - 1] === '\r' ? end - 1 : end) : '';
    if (row.trim() !== '') rows.push({ text: row, line });
    from = end + 1;
  }
  return rows;
}

function separatorOf(row: string): string {
  const count = (s: string) => row.split(s).length;
  return SEPARATORS.reduce((best, s) => (count(s) > count(best) ? s : best));
}

/** Cells without their quotes (RFC 4180; a quoted cell may hold the separator, but no line break). */
function cells(row: string, separator: string): string[] {
  if (!row.includes('"')) return row.split(separator).map((c) => c.trim());
  const found: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < row.length; i++) {
    const c = row[i];
    if (c === '"' && quoted && row[i + 1] === '"') cell += row[++i];
    else if (c === '"') quoted = !quoted;
    else if (c === separator && !quoted) {
      found.push(cell.trim());
      cell = '';
    } else cell += c;
  }
  return [...found, cell.trim()];
}

function isNumber(cell: string): boolean {
  return cell !== '' && Number.isFinite(Number(cell));
}
