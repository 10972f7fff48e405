// npm test: everything, on a machine with nothing but Node: installs, checks types and style, builds, and runs every suite.
// The last line is "N passed, N failed, N skipped" over all suites; a failed step that runs no tests counts as one failure.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureInstalled, npm, npmBeside } from './npm.mjs';

/** They run beside each other, on a core each; the suites after them and one by one, as some measure time. */
const checks = ['check-types', 'lint', 'build'];
const suites = ['test:unit', 'test:webview', 'test:vscode', 'test:e2e'];

ensureInstalled();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-test-'));
const results = [...(await Promise.all(checks.map(runCheck))), ...suites.map(runSuite)];
fs.rmSync(folder, { recursive: true, force: true });

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log('');
for (const { script, seconds, passed, failed, skipped } of results) {
  const counts = passed + skipped ? `${passed} passed, ${failed} failed, ${skipped} skipped` : failed ? 'failed' : 'ok';
  console.log(`${script.padEnd(12)} ${seconds.toFixed(0).padStart(4)} s  ${counts}`);
}
console.log('');
console.log(`${sum('passed')} passed, ${sum('failed')} failed` + (sum('skipped') ? `, ${sum('skipped')} skipped` : ''));
process.exitCode = sum('failed') ? 1 : 0;

async function runCheck(script) {
  const begin = performance.now();
  const { ok, output } = await npmBeside(['run', '--silent', script]);
  console.log(`\n> ${script}\n${output}`.trimEnd());
  return { script, seconds: (performance.now() - begin) / 1000, passed: 0, failed: ok ? 0 : 1, skipped: 0 };
}

function runSuite(script) {
  console.log(`\n> ${script}`);
  const file = path.join(folder, `${script.replace(':', '-')}.json`);
  const begin = performance.now();
  const ok = npm(['run', '--silent', script], { NORMSCOPE_TEST_COUNTS: file });
  const seconds = (performance.now() - begin) / 1000;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (fs.existsSync(file)) Object.assign(counts, JSON.parse(fs.readFileSync(file, 'utf8')));
  // a suite that broke before its first test, or after its last, or that held none
  const broken = !ok || counts.passed + counts.skipped === 0;
  if (broken && !counts.failed) counts.failed = 1;
  return { script, seconds, ...counts };
}
