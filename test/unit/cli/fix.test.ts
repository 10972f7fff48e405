import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fix } from '../../../src/cli/fix';
import { readOptions, type FixOptions } from '../../../src/cli/options';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import type { FixResult } from '../../../src/protocol/fix';
import { assertFollows } from '../../support/schemas';
import { inProcessEngine } from '../../support/inProcessEngine';

const sample = path.join(__dirname, '../../../media/samples/sample.onnx');

describe('normscope fix', function () {
  this.timeout(20_000);
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-cli-fix-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  async function run(...args: string[]) {
    let stdout = '';
    const stderr: string[] = [];
    const options = readOptions(['fix', ...args], defaultProfileSettings) as FixOptions;
    const output = { print: (t: string) => (stdout += t), complain: (m: string) => void stderr.push(m) };
    return { status: await fix(options, output, inProcessEngine), stdout, stderr };
  }

  it('saves a copy and says how it was proven', async () => {
    const copy = path.join(folder, 'copy.onnx');
    const { status, stdout, stderr } = await run(sample, '--fix', 'fold', '--output', copy);
    assert.deepEqual([status, stderr], [0, []]);
    assert.match(stdout, /batch norms? folded\n/);
    assert.match(stdout, /its results differ .* at most .*e-\d of their size \(1\.00e-5 is allowed\)/);
    assert.ok(fs.statSync(copy).size > 1000);
  });

  it('prints the result as JSON that follows its schema', async () => {
    const copy = path.join(folder, 'other.onnx');
    const { status, stdout } = await run(sample, '--fix', 'fold', '--output', copy, '--format', 'json');
    assert.equal(status, 0);
    const result = JSON.parse(stdout) as FixResult;
    assertFollows('fix', result);
    assert.equal(result.output, copy);
    assert.ok(result.changed.length > 0);
  });

  it('refuses to replace a file, as JSON too', async () => {
    const copy = path.join(folder, 'taken.onnx');
    fs.writeFileSync(copy, 'x');
    const { status, stdout, stderr } = await run(sample, '--fix', 'fold', '--output', copy, '--format', 'json');
    assert.equal(status, 2);
    assert.match(stderr[0], /taken\.onnx is there already/);
    assertFollows('error', JSON.parse(stdout));
    assert.equal((await run(sample, '--fix', 'fold', '--output', copy, '--force')).status, 0);
  });

  it('says what is missing in the command line', () => {
    const read =
      (...args: string[]) =>
      () =>
        readOptions(['fix', ...args], defaultProfileSettings);
    assert.throws(read(sample, '--output', 'y'), /--fix with one of fold, drop-bias, inference-mode, momentum/);
    assert.throws(read(sample, '--fix', 'fold'), /--output with the path/);
    assert.throws(read(sample, '--fix', 'all', '--output', 'y'), /expected one of fold/);
    assert.throws(read('--fix', 'fold', '--output', 'y'), /path of one model/);
  });
});
