import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import type { ProfileResult } from '../../src/protocol/profile';
import { corpusPath, manifestEntries, type ManifestEntry } from '../support/manifest';

/**
 * Profiles the files of the corpus for a few steps, each in a process of its own with a time limit, and writes what trained and what
 * was refused with which reason: npm run bench:corpus -- [--only WORD]... [--out FILE]
 * With --only, the files whose path holds one of the words are run, and what the table says of the others stays.
 */

const root = path.resolve(__dirname, '../..');
const LIMIT_MS = 300_000;

interface Outcome {
  readonly entry: ManifestEntry;
  readonly result?: ProfileResult;
  /** Why there is no result. */
  readonly refusal?: string;
  readonly seconds: number;
}

function profile(cli: string, entry: ManifestEntry): Promise<Outcome> {
  const begun = Date.now();
  const args = [cli, 'profile', corpusPath(entry), '--steps', '3', '--batch', '4', '--format', 'json'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: LIMIT_MS, maxBuffer: 2 ** 30 }, (error, stdout) => {
      const seconds = (Date.now() - begun) / 1000;
      if (error?.killed) return resolve({ entry, refusal: `no end after ${LIMIT_MS / 1000} s`, seconds });
      try {
        const printed = JSON.parse(stdout) as ProfileResult | { error: { message: string } };
        if ('error' in printed) resolve({ entry, refusal: printed.error.message, seconds });
        else resolve({ entry, result: printed, seconds });
      } catch {
        resolve({ entry, refusal: `the command ended without a report: ${error?.message ?? ''}`, seconds });
      }
    });
  });
}

function describe({ result, refusal }: Outcome): [verdict: string, losses: string, remarks: string] {
  if (result === undefined) return ['refused', '', refusal!];
  const { status, loss, settings, failure } = result;
  const left = settings.notes.filter((n) => /no gradient|left out|batch/.test(n));
  const shown = loss.map((l) => (typeof l === 'number' ? l.toPrecision(3) : l)).join(' ');
  return [status === 'complete' ? 'trains' : status, shown, [...(failure ? [failure] : []), ...left].join('; ')];
}

function row(outcome: Outcome): string {
  const [verdict, losses, remarks] = describe(outcome);
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 500);
  return `| ${outcome.entry.path} | ${verdict} | ${losses} | ${cell(remarks)} |`;
}

/** Rows of an earlier table by the path of their file. */
function rowsOf(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^\| \S+ \| (trains|failed|refused|cancelled) /.test(line));
  return new Map(rows.map((line) => [line.split(' ')[1], line]));
}

function table(rows: readonly string[]): string {
  const count = (verdict: string) => rows.filter((r) => r.includes(` | ${verdict} | `)).length;
  return [
    '# Which files of the corpus train',
    '',
    'Three steps of `normscope profile --batch 4` on every file. Written by `npm run bench:corpus`.',
    '',
    `${count('trains')} train, ${count('failed')} fail, ${count('refused')} are refused.`,
    '',
    '| file | result | losses | reason, or what was left out |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, only: { type: 'string', multiple: true } },
  });
  const bundler: string = '../../esbuild.mjs';
  // a build of its own: the sources may change while this runs
  const dist = path.join(root, 'out/corpusTraining');
  const esbuild = (await import(bundler)) as { build: (o: { outdir: string }) => Promise<unknown> };
  await esbuild.build({ outdir: dist });
  const out = values.out ?? path.join(__dirname, 'corpusTraining.md');
  const all = manifestEntries().filter((e) => existsSync(corpusPath(e)));
  const { only } = values;
  const entries = only === undefined ? all : all.filter((e) => only.some((word) => e.path.includes(word)));
  const rows = rowsOf(out);
  for (const entry of entries) {
    const outcome = await profile(path.join(dist, 'cli.js'), entry);
    rows.set(entry.path, row(outcome));
    console.log(`${row(outcome)} ${outcome.seconds.toFixed(1)} s`);
  }
  writeFileSync(out, table(all.flatMap((e) => rows.get(e.path) ?? [])));
}

void main();
