import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { vsixFile } from '../../src/tools/package.mjs';
import { universal } from '../../src/tools/runtime.mjs';
import { launchBrowser } from '../workbench/browser';
import { createHome, installVsix, startServer, type Home, type Server } from '../workbench/server';
import { WorkbenchWindow } from '../workbench/window';
import { createWorkspace } from '../workbench/workspace';

/**
 * The extension where there is no machine to run on: in the browser's own extension host, as on vscode.dev. The universal package
 * is installed without its part for machines, so that VS Code has no other choice.
 */
describe('the universal package in a browser alone', function () {
  this.timeout(180_000);
  let home: Home;
  let server: Server;
  let browser: Browser;
  let window: WorkbenchWindow;

  before(async () => {
    home = createHome({ 'normscope.profile.steps': 10 }); // in WebAssembly each of them takes a while
    installVsix(home, vsixFile(universal));
    const folder = fs.readdirSync(home.extensions).find((name) => name.startsWith('normscope.normscope-'))!;
    const file = path.join(home.extensions, folder, 'package.json');
    const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as { main?: string };
    delete manifest.main;
    fs.writeFileSync(file, JSON.stringify(manifest));
    server = await startServer(home);
    browser = await launchBrowser();
    window = await WorkbenchWindow.open(browser, server, createWorkspace([]).folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.snapshot('failed-web');
  });
  after(async () => {
    await window?.close();
    await browser?.close();
    await server?.stop();
    fs.rmSync(home.root, { recursive: true, force: true, maxRetries: 5 });
  });

  const byId = (id: string) => window.webview().locator(`[data-testid="${id}"]`);

  it('analyzes a model', async () => {
    await window.openFile('sample.onnx');
    await byId('model-name').waitFor({ timeout: 60_000 });
    assert.match(await byId('tile-placement').innerText(), /linear → norm → activation/);
  });

  it('trains it as WebAssembly in a web worker', async () => {
    await window.runCommand('NormScope: Profile Model on CPU');
    await byId('progress').waitFor({ timeout: 60_000 });
    await byId('progress').waitFor({ state: 'hidden', timeout: 120_000 });
    await byId('loss-table').waitFor({ state: 'attached' });
    // what only an engine in a browser says
    await window.webview().getByText('WebAssembly on one thread').first().waitFor({ state: 'attached' });
    assert.deepEqual(window.pageErrors, []);
    await window.snapshot('web-profile');
  });

  it('compares normalizations there too', async () => {
    await window.runCommand('NormScope: Compare Normalizations');
    const widget = window.page.locator('.quick-input-widget:visible');
    await widget.getByText('no normalization').waitFor();
    await widget.getByRole('button', { name: 'OK' }).click();
    await widget.getByText('1 seed', { exact: true }).click();
    await byId('compare-table').waitFor({ timeout: 150_000 });
    const rows = await byId('compare-table').locator('tbody tr').allInnerTexts();
    assert.equal(rows.length, 4);
    for (const row of rows) assert.match(row, /\d ms/);
    assert.deepEqual(window.pageErrors, []);
  });
});
