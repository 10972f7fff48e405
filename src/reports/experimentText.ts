import type { ExperimentFacts, ExperimentReport, ExperimentResult, FailedExperiment } from '../protocol/experiment';
import { formatFigure, plural } from './numbers';
import { printable, textTable } from './textTable';

/** Width that running text is broken at. */
const WIDTH = 110;

/** `normscope experiment`: what each experiment claims and measured, and a table of all at the end. */
export function experimentText({ engine, status, experiments }: ExperimentReport): string {
  const words = { complete: '', cancelled: ', cancelled', failed: ", ended early: the engine's process is gone" };
  const head = `${plural(experiments.length, 'experiment')} on ${engine.name} ${engine.version}, ${plural(engine.threads, 'thread')}${words[status]}`;
  const parts = experiments.map((e) => ('error' in e ? failure(e) : body(e)));
  return (
    [head, ...parts.map((lines) => lines.join('\n')), summary(experiments).join('\n'), ''].join('\n\n').trimEnd() + '\n'
  );
}

/** `normscope experiment` without an id: what can be run, in the order of the chapter. */
export function experimentListText(list: readonly ExperimentFacts[]): string {
  // by their titles: claims are sentences, which no terminal has the width for
  const rows = list.map((e) => [e.id, e.title]);
  const table = textTable([{ title: 'experiment' }, { title: 'what it is about' }], rows);
  return `${table.join('\n')}\n\nnormscope experiment ID... runs some of them, normscope experiment all runs all.\n`;
}

function failure({ id, error }: FailedExperiment): string[] {
  return [id, ...wrapped(`could not be run: ${error.message}`)];
}

function body(e: ExperimentResult): string[] {
  const labelled = (label: string, text: string) => wrapped(text, `${label.padEnd(11)}`);
  const columns = [
    { title: 'figure', maxWidth: 90 },
    ...e.seeds.map((seed) => ({ title: `seed ${seed}`, align: 'right' as const })),
    { title: 'published' },
  ];
  const rows = e.figures.map((f) => [f.label, ...f.values.map(formatFigure), f.published ?? '']);
  return [
    `${e.id}: ${e.title}`,
    ...labelled('claim', e.claim),
    ...labelled('setting', e.setting),
    ...(e.network === 'built-in' ? [] : labelled('network', e.network)),
    ...labelled('reference', e.reference),
    ...labelled('published', e.published),
    ...labelled('measured', e.measured),
    ...labelled('gate', e.gate),
    ...labelled('verdict', `${e.verdict} (${formatFigure(e.seconds)} s)`),
    '',
    ...textTable(columns, rows).map((line) => `  ${line}`),
  ];
}

const COLUMNS = [
  { title: 'experiment', width: 24 },
  { title: 'claim', width: 36 },
  { title: 'published', width: 36 },
  { title: 'measured', width: 44 },
  { title: 'verdict', width: 8 },
] as const;

/** A table of all experiments, its cells broken into lines. */
function summary(experiments: ExperimentReport['experiments']): string[] {
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(COLUMNS[i].width))
      .join('  ')
      .trimEnd();
  const rows = experiments.map((e) =>
    'error' in e ? [e.id, '', '', e.error.message, 'not run'] : [e.id, e.claim, e.published, e.measured, e.verdict],
  );
  const lines = rows.flatMap((row) => {
    const cells = row.map((cell, i) => broken(cell, COLUMNS[i].width));
    const height = Math.max(...cells.map((c) => c.length));
    return ['', ...Array.from({ length: height }, (_, l) => line(cells.map((c) => c[l] ?? '')))];
  });
  return [line(COLUMNS.map((c) => c.title)), line(COLUMNS.map((c) => '-'.repeat(c.width))), ...lines.slice(1)];
}

/** Lines of at most WIDTH characters behind a label, the following ones indented as far. */
function wrapped(text: string, label = ' '.repeat(11)): string[] {
  return broken(text, WIDTH - label.length - 2).map((l, i) => `  ${i === 0 ? label : ' '.repeat(label.length)}${l}`);
}

/** The words of a text in lines of at most `width` characters; a longer word is cut, at a hyphen where it has one. */
function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length <= width) {
      line = `${line} ${rest}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (rest.length > width) {
      const cut = rest.lastIndexOf('-', width - 1) + 1 || width;
      lines.push(rest.slice(0, cut));
      rest = rest.slice(cut);
    }
    line = rest;
  }
  return [...lines, line];
}
