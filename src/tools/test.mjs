// npm test: everything, on a machine with nothing but Node: installs, checks types and style, builds, and runs every suite.
// At the end it says again which tests failed or were tried again; the last line is "N passed, N failed, N skipped" over all suites; a failed step that
// runs no tests counts as one failure.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureInstalled, npmBeside } from './npm.mjs';

/**
 * Two lanes, a core each: the steps of one run one after the other. Those that write or read dist/ are in the first: no two of them
 * run at once.
 */
const lanes = [
  // the workbench of the end-to-end tests runs on Linux alone
  ['build', ...(process.platform === 'linux' ? ['test:e2e'] : []), 'test:vscode', 'lint'],
  ['check-types', 'test:unit', 'test:webview'],
];
/** What a step waits for beyond its lane: both install the browser where there is none. */
const after = { 'test:webview': 'test:e2e' };
const summary = ['check-types', 'lint', 'build', 'test:unit', 'test:webview', 'test:vscode', 'test:e2e'].filter(
  (script) => lanes.flat().includes(script),
);

/** A step that gets no further for so long is ended: more than any test or hook may take (ms). */
const patience = 8 * 60_000;

ensureInstalled();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-test-'));
const stopped = new AbortController();
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 }))
  process.once(signal, () => {
    stopped.abort('SIGINT'); // with time to end browsers and servers
    process.exit(code);
  });
const ended = {};
for (const lane of lanes)
  lane.reduce(
    (before, script) => (ended[script] = before.then(() => ended[after[script]]).then(() => run(script))),
    Promise.resolve(),
  );
const results = await Promise.all(summary.map((script) => ended[script]));
fs.rmSync(folder, { recursive: true, force: true });

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
for (const { script, notes } of results) for (const note of notes) console.log(`\n${script}: ${note}`);
console.log('');
for (const { script, seconds, passed, failed, skipped } of results) {
  const counts = passed + skipped ? `${passed} passed, ${failed} failed, ${skipped} skipped` : failed ? 'failed' : 'ok';
  console.log(`${script.padEnd(12)} ${seconds.toFixed(0).padStart(4)} s  ${counts}`);
}
console.log('');
console.log(`${sum('passed')} passed, ${sum('failed')} failed` + (sum('skipped') ? `, ${sum('skipped')} skipped` : ''));
process.exitCode = sum('failed') ? 1 : 0;

/** Runs a script, prints what it said when it has ended, and counts its tests where it has any. */
async function run(script) {
  const file = path.join(folder, `${script.replace(':', '-')}.json`);
  const begin = Date.now();
  const hung = new AbortController();
  const watch = setInterval(() => {
    if (Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? begin) > patience) hung.abort('SIGKILL');
  }, 1000);
  const { ok, output } = await npmBeside(['run', '--silent', script], {
    env: { NORMSCOPE_TEST_COUNTS: file },
    signal: AbortSignal.any([stopped.signal, hung.signal]),
  });
  clearInterval(watch);
  const seconds = (Date.now() - begin) / 1000;
  console.log(`\n> ${script}\n${output}`.trimEnd());

  const { running, ...counts } = countsIn(file);
  if (hung.signal.aborted)
    console.log(`\n${script} was ended: nothing went on for ${patience / 60_000} minutes in ${running ?? 'it'}`);
  else if (running) console.log(`\n${script} broke off in ${running}`);
  // a step that broke before its first test, or after its last, or a suite that held none
  const broken = !ok || running || (script.startsWith('test:') && counts.passed + counts.skipped === 0);
  if (broken && !counts.failed) counts.failed = 1;
  return { script, seconds, ...counts };
}

/** What countingReporter.ts keeps; zeros of a script without tests. */
function countsIn(file) {
  const none = { passed: 0, failed: 0, skipped: 0, running: null, notes: [] };
  if (!fs.existsSync(file)) return none;
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return none; // ended while it was being written
  }
}
