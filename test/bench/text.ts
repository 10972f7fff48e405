// Prints what models as text cost the editor: npm run bench:text [-- --runs 5] [--blocks 2750]
// The index of positions beside jsonc-parser's parseTree in turn, in fresh processes; activation, hovers and edits of the built
// extension in a process that answers for the editor. What counts are the ratios and processor times.
import esbuild from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { kerasModel } from './open/modelFiles';

const root = path.resolve(__dirname, '../..');
const { values: args } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, blocks: { type: 'string', default: '2750' } },
});

type Figures = Record<string, number>;

async function main(): Promise<void> {
  mkdirSync(path.join(root, 'out'), { recursive: true });
  const folder = mkdtempSync(path.join(root, 'out/bench-text-'));
  try {
    const bundler: string = '../../esbuild.mjs';
    const product = (await import(bundler)) as { build(o: { outdir: string; production: boolean }): Promise<unknown> };
    await product.build({ outdir: path.join(folder, 'dist'), production: true });
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: ['test/bench/text/positions.ts', 'test/bench/text/extension.ts'],
      outdir: folder,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      minify: true,
      logLevel: 'warning',
    });
    const model = kerasModel(folder, 'model', Number(args.blocks));
    console.log(`model.json of ${(statSync(model).size / 1e6).toFixed(2)} MB, medians of ${args.runs} runs`);
    positions(folder, model);
    extension(folder, model);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const readers = {
  index: 'index of positions',
  document: 'with JSON.parse and the layers',
  parseTree: 'jsonc-parser, parseTree',
} as const;

function positions(folder: string, model: string): void {
  const names = Object.keys(readers) as (keyof typeof readers)[];
  const runs = Array.from(
    { length: Number(args.runs) },
    () => new Map(names.map((name) => [name, JSON.parse(run(folder, 'positions', name, model)) as Figures])),
  );
  const of = (name: keyof typeof readers) => medians(runs.map((r) => r.get(name)!));
  const theirs = of('parseTree');
  for (const name of names) {
    const f = of(name);
    const ratio = (key: string) => (f[key] / theirs[key]).toFixed(2);
    const ratios = `of parseTree: ${ratio('ms')} time, ${ratio('cpu')} processor time, ${ratio('megabytes')} memory`;
    const kept = `${f.megabytes.toFixed(1).padStart(7)} MB kept`;
    console.log(`${readers[name].padEnd(44)} ${ms(f.ms)} ${ms(f.cpu)} cpu ${kept}; ${ratios}`);
  }
}

function extension(folder: string, model: string): void {
  const runs = Array.from(
    { length: Number(args.runs) },
    () => JSON.parse(run(folder, 'extension', folder, model, '8')) as Record<string, Figures>,
  );
  const row = (name: string, words: string, limit?: number) => {
    const { ms: time, cpu } = medians(runs.map((r) => r[name]));
    console.log(`${words.padEnd(44)} ${ms(time)} ${ms(cpu)} cpu${limit === undefined ? '' : ` (at most ${limit})`}`);
  };
  row('activation', 'activation, loading included', 50);
  row('opening', 'opening to its findings');
  row('firstHover', 'first hover');
  row('hover95', 'hover, 95th percentile', 5);
  console.log('edits to their findings; the processor time is that of the extension host');
  for (const [kind, words] of Object.entries(edits)) {
    row(kind, `${words}, the pause included`, 150);
    row(`${kind}Alone`, '  without the pause', 150);
    const { ms: longest } = medians(runs.map((r) => r[`${kind}Longest`]));
    console.log(`${'  longest the editor waits'.padEnd(44)} ${ms(longest)}`);
    row(`${kind}Asked`, '  hints in view, lenses, outline behind it');
  }
}

const edits = {
  number: 'epsilon of a norm',
  setting: 'activation of a layer',
  size: 'filters of a convolution',
  bias: 'a convolution with a bias',
  kind: 'another class of norm',
  layer: 'a layer more',
} as const;

function run(folder: string, script: string, ...rest: string[]): string {
  const options = { encoding: 'utf8' as const, env: { ...process.env, NODE_PATH: path.join(root, 'node_modules') } };
  return execFileSync(process.execPath, ['--expose-gc', path.join(folder, `${script}.js`), ...rest], options);
}

function medians(runs: readonly Figures[]): Figures {
  return Object.fromEntries(
    Object.keys(runs[0]).map((key) => [key, runs.map((r) => r[key]).sort((a, b) => a - b)[runs.length >> 1]]),
  );
}

const ms = (value: number) => `${value.toFixed(1).padStart(8)} ms`;

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
