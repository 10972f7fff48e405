import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

describe('npm start', function () {
  this.timeout(240_000);
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-start-'))));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** Runs it with a `code` on the path that only notes how it was called. */
  function start(args: string[], env: Record<string, string | undefined>) {
    const note = path.join(folder, 'called-with');
    fs.rmSync(note, { force: true });
    fs.writeFileSync(path.join(folder, 'code'), `#!/bin/sh\nprintf '%s\\n' "$@" > '${note}'\n`, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'src/tools/start.mjs'), ...args], {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...{
          CI: undefined,
          DISPLAY: undefined,
          WAYLAND_DISPLAY: undefined,
          VSCODE_IPC_HOOK_CLI: undefined,
          INIT_CWD: folder,
        },
        PATH: `${folder}${path.delimiter}${process.env.PATH}`,
        ...env,
      },
    });
    const calledWith = fs.existsSync(note) ? fs.readFileSync(note, 'utf8').trim().split('\n') : undefined;
    return { status, stdout, stderr, calledWith };
  }

  it('without a display: reports on the sample model and says how to go on', () => {
    const { status, stdout, stderr, calledWith } = start([], {});
    assert.equal(status, 0, stderr);
    const [, analysis, profile] = stdout.split(/^> normscope .*$/m);
    assert.match(analysis, /BatchNormalization|batch/i);
    assert.match(profile, /loss/i);
    assert.match(stdout, /There is no display here[\s\S]*npm run workbench/);
    assert.equal(calledWith, undefined);
  });

  it('with a display: opens the user’s model in VS Code, found from where the user is', () => {
    fs.copyFileSync(path.join(root, 'media/samples/sample.onnx'), path.join(folder, 'mine.onnx'));
    const { status, stderr, calledWith } = start(['mine.onnx'], { DISPLAY: ':0' });
    assert.equal(status, 0, stderr);
    const extensions = [root, path.join(root, 'out/opener')].map(
      (extension) => `--extensionDevelopmentPath=${extension}`,
    );
    assert.deepEqual(calledWith, ['--new-window', ...extensions, folder]);
    assert.match(fs.readFileSync(path.join(root, 'out/opener/opener.js'), 'utf8'), /mine\.onnx/);
  });

  it('ends with one line for a file that is no model', () => {
    fs.writeFileSync(path.join(folder, 'notes.onnx'), 'not a model');
    const { status, stderr, calledWith } = start(['notes.onnx'], { DISPLAY: ':0' });
    assert.equal(status, 2);
    assert.match(stderr, /notes\.onnx/);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.equal(calledWith, undefined);
  });
});
