// Damages models and looks whether every one is opened or refused in bounded time, with no exception but a ModelError:
//   npm run fuzz [-- --seed 1] [--cases 20000] [--first 0] [--jobs 2]
// A failure is printed with its seed and case; --seed <seed> --first <case> --cases 1 runs it again.
import { execFileSync, fork } from 'node:child_process';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import type { Message } from './cases';

const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cases: { type: 'string', default: '20000' },
    first: { type: 'string', default: '0' },
    jobs: { type: 'string', default: '2' },
  },
});
const seed = Number(args.seed);
/** A case hangs when it has had this much processor time, or this much time in which it had nothing to do. */
const HANG_SECONDS = 30;
const STUCK_SECONDS = 600;
const LOOK_MS = 5000;
/** Failures of one kind are printed this often. */
const SHOWN = 3;

const counts = { opened: 0, refused: 0, failed: 0 };
const kinds = new Map<string, number>();
let lastBase = '';

function fail(index: number, name: string, what: string): void {
  counts.failed++;
  const lines = what.split('\n');
  const kind = lines.slice(0, 3).join('\n').replaceAll(/\d+/g, '#');
  const seen = (kinds.get(kind) ?? 0) + 1;
  kinds.set(kind, seen);
  if (seen > SHOWN) return;
  console.error(`FAILED --seed ${seed} --first ${index} --cases 1 (${name}): ${lines.slice(0, 8).join('\n')}\n`);
}

/** Runs the cases from `first` to before `end`, in a new process after one that died or hung. */
async function runCases(first: number, end: number): Promise<void> {
  for (let next = first; next < end;) {
    const from = next;
    next = await new Promise<number>((resolve) => {
      let begun = from - 1;
      let name = '';
      let hang = '';
      const child = fork(path.join(__dirname, 'cases.ts'), [seed, from, end].map(String), {
        execArgv: ['--import', 'tsx', '--max-old-space-size=1024'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      let complaint = '';
      child.stderr!.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2000)));
      let since = performance.now();
      let before: number | undefined;
      const watch = setInterval(() => {
        const waited = (performance.now() - since) / 1000;
        if (waited < LOOK_MS / 1000) return;
        const worked = processorSeconds(child.pid!);
        before ??= worked;
        if (worked - before > HANG_SECONDS) hang = `it hung for ${HANG_SECONDS} s of processor time`;
        else if (waited > STUCK_SECONDS) hang = `it came to no end in ${STUCK_SECONDS} s`;
        if (hang) child.kill('SIGKILL');
      }, LOOK_MS);
      child.on('message', (message: Message) => {
        since = performance.now();
        before = undefined;
        if ('begun' in message) ({ begun, name } = message);
        else if ('outcome' in message) counts[message.outcome]++;
        else fail(message.failed, name, message.what);
        lastBase = name;
      });
      child.on('close', (code) => {
        clearInterval(watch);
        if (code !== 0) fail(begun, name, hang || `the process died: ${complaint}`);
        resolve(code === 0 ? end : begun + 1);
      });
    });
  }
}

/** Processor time of a process so far; where `ps` is missing, time counts as such. */
function processorSeconds(pid: number): number {
  try {
    const [days, clock] = /(?:(\d+)-)?([\d:]+)/
      .exec(execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }))!
      .slice(1);
    return clock.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0) + 86_400 * Number(days ?? 0);
  } catch {
    return performance.now() / 1000;
  }
}

async function main(): Promise<void> {
  const first = Number(args.first);
  const cases = Number(args.cases);
  const jobs = Math.min(Number(args.jobs), cases);
  console.log(`seed ${seed}, cases ${first} to ${first + cases - 1}`);
  const begin = performance.now();
  const progress = setInterval(
    () => console.log(`${counts.opened + counts.refused + counts.failed} done, last of ${lastBase}`),
    15_000,
  );
  const bounds = Array.from({ length: jobs + 1 }, (_, i) => first + Math.round((cases * i) / jobs));
  await Promise.all(bounds.slice(1).map((end, i) => runCases(bounds[i], end)));
  clearInterval(progress);
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(`${counts.opened} opened, ${counts.refused} refused, ${counts.failed} failed, in ${seconds} s`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

void main();
