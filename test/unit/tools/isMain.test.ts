import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

describe('a module that can be started', () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-main-'));
    fs.mkdirSync(path.join(folder, 'real'));
    const isMain = pathToFileURL(path.resolve(__dirname, '../../../src/tools/isMain.mjs')).href;
    const tool = `import { isMain } from '${isMain}'; if (isMain(import.meta.url)) console.log('started');`;
    fs.writeFileSync(path.join(folder, 'real/tool é.mjs'), tool);
    fs.writeFileSync(path.join(folder, 'real/other.mjs'), `await import('./tool é.mjs');`);
    fs.symlinkSync(path.join(folder, 'real'), path.join(folder, 'link'), 'junction');
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const said = (file: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, file)], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };

  it('knows that it was, in a folder that is reached through a link too, and when another imports it', () => {
    assert.equal(said('real/tool é.mjs'), 'started');
    assert.equal(said('link/tool é.mjs'), 'started');
    assert.equal(said('real/other.mjs'), '');
  });
});
