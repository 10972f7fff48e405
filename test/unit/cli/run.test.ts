import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from '../../../src/cli/run';
import type { AnalysisReport, ModelFacts } from '../../../src/protocol/facts';
import { measuredRules } from '../../../src/profile/measuredRules';
import { rules } from '../../../src/rules/registry';
import { assertIsSarif } from '../../support/sarif/assertIsSarif';
import { assertFollows } from '../../support/schemas';

const sample = path.join(__dirname, '../../../media/samples/sample.onnx');

/** Runs a command line in this process. */
async function normscope(...args: string[]) {
  let stdout = '';
  const stderr: string[] = [];
  const status = await run(args, { print: (t) => (stdout += t), complain: (m) => stderr.push(m) });
  return { status, stdout, stderr };
}

describe('the command line', () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-cli-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  const write = (name: string, content: string | Uint8Array) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, content);
    return file;
  };

  it('analyzes a model as text', async () => {
    const { status, stdout, stderr } = await normscope('analyze', sample);
    assert.equal(status, 0);
    assert.deepEqual(stderr, []);
    assert.match(stdout, /ONNX \(opset \d+\)/);
    assert.match(stdout, /norms sit: .*linear-norm-activation/);
    assert.match(stdout, /norm-after-activation/);
  });

  it('analyzes a model as JSON that follows its schema', async () => {
    const { status, stdout } = await normscope('analyze', sample, '--format', 'json');
    assert.equal(status, 0);
    const report = JSON.parse(stdout) as AnalysisReport;
    assertFollows('analysis', report);
    const model = report.models[0] as ModelFacts;
    assert.equal(model.format, 'onnx');
    assert.ok(model.summary.linear > 0 && model.summary.norm.batch > 0);
    assert.equal(new Set(model.layers.map((l) => l.id)).size, model.layers.length, 'ids repeat');
  });

  it('fails on findings at or above --fail-on only', async () => {
    assert.equal((await normscope('analyze', sample, '--fail-on', 'information')).status, 1);
    assert.equal((await normscope('analyze', sample, '--fail-on', 'error')).status, 0);
    assert.equal((await normscope('analyze', sample, '--fail-on', 'never')).status, 0);
  });

  const unreadable: [name: string, content: string | Uint8Array, reason: RegExp][] = [
    ['empty.onnx', '', /empty/i],
    ['notes.onnx', 'These are notes about a network.\n', /text/i],
    [
      'pointer.onnx',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 99\n`,
      /git lfs pull/,
    ],
    ['truncated.onnx', fs.readFileSync(sample).subarray(0, 5000), /ends|truncated/i],
    ['page.onnx', '<!DOCTYPE html><html><body>404</body></html>', /html|web page/i],
    ['model.json', '{"modelTopology": ', /json/i],
  ];
  for (const [name, content, reason] of unreadable) {
    it(`refuses ${name} in one line that names the file and the reason`, async () => {
      const file = write(name, content);
      const { status, stdout, stderr } = await normscope('analyze', file, '--format', 'json');
      assert.equal(status, 2);
      assert.equal(stderr.length, 1);
      assert.ok(stderr[0].includes(name), stderr[0]);
      assert.match(stderr[0], reason);
      assert.ok(!stderr[0].includes('\n'), stderr[0]);
      const report = JSON.parse(stdout) as { error: { path: string } };
      assertFollows('error', report);
      assert.equal(report.error.path, file);
      const text = await normscope('analyze', file);
      assert.equal(text.status, 2);
      assert.equal(text.stdout, '');
    });
  }

  it('reports the other models beside an unreadable one', async () => {
    const broken = write('broken.onnx', '');
    const { status, stdout } = await normscope('analyze', broken, sample, '--format', 'json');
    assert.equal(status, 2);
    const report = JSON.parse(stdout) as AnalysisReport;
    assertFollows('analysis', report);
    assert.equal(report.models.length, 2);
    assert.ok('error' in report.models[0] && 'layers' in report.models[1]);
  });

  it('takes severities of rules', async () => {
    const loud = await normscope('analyze', sample, '--rule', 'norm-after-activation=error', '--format', 'json');
    assert.equal(loud.status, 1);
    const of = (stdout: string) =>
      ((JSON.parse(stdout) as AnalysisReport).models[0] as ModelFacts).findings
        .filter((f) => f.ruleId === 'norm-after-activation')
        .map((f) => f.severity);
    assert.deepEqual([...new Set(of(loud.stdout))], ['error']);
    const off = await normscope('analyze', sample, '--rule', 'norm-after-activation=off', '--format', 'json');
    assert.deepEqual(of(off.stdout), []);
  });

  it('analyzes models as SARIF, and notes there what cannot be read', async () => {
    const log = (stdout: string) => {
      const sarif: unknown = JSON.parse(stdout);
      assertIsSarif(sarif);
      return (sarif as { runs: { results: object[]; invocations: { toolExecutionNotifications: object[] }[] }[] })
        .runs[0];
    };
    const good = await normscope('analyze', sample, '--format', 'sarif');
    assert.equal(good.status, 0);
    assert.ok(log(good.stdout).results.length > 0);
    assert.deepEqual(log(good.stdout).invocations[0].toolExecutionNotifications, []);
    const bad = await normscope('analyze', write('nothing.onnx', ''), '--format', 'sarif');
    assert.equal(bad.status, 2);
    assert.deepEqual(log(bad.stdout).results, []);
    assert.equal(log(bad.stdout).invocations[0].toolExecutionNotifications.length, 1);
  });

  it('lists all rules, and shows the page of one', async () => {
    const { status, stdout } = await normscope('rules');
    assert.equal(status, 0);
    for (const { meta } of rules) assert.match(stdout, new RegExp(`^${meta.id} +${meta.severity} +file +`, 'm'));
    for (const { meta } of measuredRules) {
      assert.match(stdout, new RegExp(`^${meta.id} +${meta.severity} +profile +`, 'm'));
    }
    for (const id of ['mixed-epsilon', 'dead-units']) {
      const page = await normscope('rules', id);
      assert.equal(page.stdout, fs.readFileSync(path.join(__dirname, `../../../media/rules/${id}.md`), 'utf8'));
    }
    const unknown = await normscope('rules', 'no-such-rule');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr[0], /unknown rule 'no-such-rule'; known are /);
  });

  it('says what is off in a command line, as JSON too', async () => {
    const { status, stdout, stderr } = await normscope('analyze', sample, '--format=json', '--sarif');
    assert.equal(status, 2);
    assert.match(stderr[0], /unknown option --sarif \(normscope analyze/);
    assertFollows('error', JSON.parse(stdout));
  });

  it('ends quietly when the reader of its output goes away', async function () {
    this.timeout(20_000);
    const main = path.join(__dirname, '../../../src/cli/main.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', main, 'rules'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
    await once(child, 'close');
    assert.equal(complaint, '');
  });

  it('prints help and version', async () => {
    assert.match((await normscope('--help')).stdout, /^ {2}analyze +where every norm sits/m);
    assert.match((await normscope('fix', '--help')).stdout, /^normscope fix MODEL --fix FIX --output COPY/);
    assert.match((await normscope('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
