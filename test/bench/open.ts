// Prints what opening a model costs, beside onnx-proto's decode, ONNX Runtime's session creation and JSON.parse:
//   npm run bench:open [-- --runs 7] [--only <part of a name>] [--all]
// Every figure is the median of runs in fresh processes, peers in turn, the page cache warm. Modules are loaded before the
// clock starts. What counts are the ratios: of time, of processor time and of memory. --all has ONNX Runtime open 100 000 nodes
// too, which takes it minutes.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import type { Measured } from './open/measured';
import { convolutions, kerasModel, manyNodes } from './open/modelFiles';

type Peer = 'onnxProto' | 'onnxRuntime' | 'jsonParse';

interface Case {
  readonly name: string;
  readonly make: (folder: string, name: string) => string;
  readonly peers: readonly Peer[];
  /** Bytes that the file takes in memory or on a disk that stores zeros. */
  readonly bytes?: number;
}

const root = path.resolve(__dirname, '../..');
const { values: args } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    all: { type: 'boolean', default: false },
  },
});
const GB = 2 ** 30;
const both: readonly Peer[] = ['onnxProto', 'onnxRuntime'];

/** One 400-node network at growing widths: 133 blocks of 36 c^2 + 16 c bytes. */
const wide = (channels: number, external?: boolean) => (folder: string, name: string) =>
  convolutions(folder, name, 133, channels, external);

const cases: readonly Case[] = [
  { name: '12 nodes', make: (folder, name) => convolutions(folder, name, 4, 8), peers: both },
  { name: '400 nodes, 1 MB', make: wide(15), peers: both },
  { name: '400 nodes, 100 MB', make: wide(145), peers: both },
  { name: '400 nodes, 1 GB', make: wide(465), peers: both, bytes: GB },
  { name: '400 nodes, 4 GB', make: wide(914), peers: [], bytes: 4 * GB },
  { name: '400 nodes, 1 GB external', make: wide(465, true), peers: both, bytes: GB },
  { name: '20 000 nodes', make: (folder, name) => manyNodes(folder, name, 20_000), peers: both },
  {
    name: '100 000 nodes',
    make: (folder, name) => manyNodes(folder, name, 100_000),
    peers: args.all ? both : ['onnxProto'],
  },
  { name: 'tfjs 1.5 MB', make: (folder, name) => kerasModel(folder, name, 900), peers: ['jsonParse'] },
  { name: 'tfjs 6 MB', make: (folder, name) => kerasModel(folder, name, 3600), peers: ['jsonParse'] },
];

/** A slow peer runs fewer times. */
const SLOW_MS = 3000;

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-open-'));
  try {
    await bundle(folder);
    console.log(
      'file | reader | open ms | cpu ms | lower | walk | weights | places | types | analysis | peak MB | read MB | reads | time, processor time and memory of the peer, over ours',
    );
    for (const c of cases.filter(({ name }) => name.includes(args.only))) {
      const { bavail, bsize } = statfsSync(folder);
      if ((c.bytes ?? 0) * 1.1 > bavail * bsize) {
        console.log(`${c.name}: left out, the disk of ${tmpdir()} is too small`);
        continue;
      }
      const file = c.make(folder, c.name.replaceAll(' ', '-'));
      report(c, file, folder);
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(outdir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['normscope', 'onnxProto', 'onnxRuntime', 'jsonParse'].map((name) => `test/bench/open/${name}.ts`),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true,
    external: ['onnxruntime-node'],
    logLevel: 'warning',
  });
}

function report(c: Case, file: string, bundles: string): void {
  const readers = ['normscope', ...c.peers];
  const runs = new Map<string, Measured[]>(readers.map((reader) => [reader, []]));
  for (let i = 0; i < Number(args.runs); i++) {
    for (const [reader, done] of runs) {
      const slow = done.length > 0 && (done[0].error !== undefined || done[0].steps.open > SLOW_MS);
      if (!slow) done.push(runOnce(path.join(bundles, `${reader}.js`), file));
    }
  }
  const size = (statSync(file).size / 1e6).toFixed(2);
  const ours = medians(runs.get('normscope')!);
  const { bytes, reads } = runOnce(path.join(bundles, 'normscope.js'), file, 'count');
  for (const [reader, done] of runs) {
    const m = medians(done);
    const step = (name: string) => m.steps[name]?.toFixed(1) ?? '-';
    const ratio =
      reader === 'normscope' || m.error !== undefined
        ? (m.error?.slice(0, 60) ?? '')
        : [
            [m.steps.open, ours.steps.open],
            [m.cpu, ours.cpu],
            [m.peak, ours.peak],
          ]
            .map(([theirs, own]) => `${(theirs / own).toFixed(2)} x`)
            .join(', ');
    const cells = [
      `${c.name} (${size} MB)`.padEnd(36),
      `${reader} (${done.length})`.padEnd(15),
      step('open').padStart(7),
      m.cpu.toFixed(1).padStart(7),
      ...['lower', 'walk', 'weights', 'places', 'types', 'analysis'].map((name) => step(name).padStart(7)),
      m.peak.toFixed(0).padStart(5),
      reader !== 'normscope' || bytes === undefined ? '-' : (bytes / 1e6).toFixed(3),
      (reader === 'normscope' ? reads : undefined) ?? '-',
      ratio,
    ];
    console.log(cells.join(' | '));
  }
}

function runOnce(bundle: string, file: string, ...more: string[]): Measured {
  const env = { ...process.env, NODE_PATH: path.join(root, 'node_modules') };
  try {
    return JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', bundle, file, ...more], { encoding: 'utf8', env }),
    ) as Measured;
  } catch (error) {
    return { steps: {}, cpu: 0, peak: 0, error: String(error).split('\n')[0] };
  }
}

function medians(runs: readonly Measured[]): Measured {
  const steps: Record<string, number> = {};
  for (const name of Object.keys(runs[0].steps)) steps[name] = median(runs.map((r) => r.steps[name]));
  return { ...runs[0], steps, cpu: median(runs.map((r) => r.cpu)), peak: median(runs.map((r) => r.peak)) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

void main();
