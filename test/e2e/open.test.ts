import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../workbench/browser';
import { wait } from '../workbench/server';

const root = path.resolve(__dirname, '../..');

describe('npm run workbench', function () {
  this.timeout(120_000);
  let folder: string;
  let child: ChildProcess | undefined;
  let browser: Browser | undefined;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-open-'))));
  after(async () => {
    await browser?.close();
    child?.kill();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('hands the user’s browser a VS Code with the model open', async () => {
    // stands for the user's browser: notes the address that it is given
    const note = path.join(folder, 'address');
    const noteTaker = path.join(folder, 'browser');
    fs.writeFileSync(noteTaker, `#!/bin/sh\nprintf %s "$1" > '${note}.part' && mv '${note}.part' '${note}'\n`, {
      mode: 0o755,
    });
    const model = path.join(root, 'media/samples/sample.onnx');
    child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'test/workbench/open.ts'), model], {
      cwd: root,
      env: { ...process.env, BROWSER: noteTaker },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    let status: number | null = null;
    child.on('exit', (code) => (status = code));
    while (!fs.existsSync(note)) {
      assert.equal(status, null, 'it ended before there was an address');
      await wait(100);
    }

    browser = await launchBrowser();
    const page = await browser.newPage();
    await page.goto(fs.readFileSync(note, 'utf8'));
    await page.locator('.tab.active', { hasText: 'sample.onnx' }).waitFor({ timeout: 60_000 });
    await page.locator('iframe.webview.ready:visible').waitFor({ timeout: 30_000 });

    const ended = new Promise((resolve) => child?.on('exit', resolve));
    child.kill('SIGINT');
    assert.equal(await ended, 0);
  });
});
