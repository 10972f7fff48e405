import assert from 'node:assert/strict';
import fs from 'node:fs';
import type { Browser } from 'playwright-core';
import { vsixFile } from '../../src/tools/package.mjs';
import { currentTarget } from '../../src/tools/runtime.mjs';
import { launchBrowser } from '../workbench/browser';
import { createHome, installVsix, startServer, type Home, type Server } from '../workbench/server';
import { WorkbenchWindow } from '../workbench/window';
import { createWorkspace, type Workspace } from '../workbench/workspace';

/** A folder that was downloaded and that nobody has called trusted: models are looked at, and not run. */
describe('a folder that is not trusted', function () {
  this.timeout(180_000);
  let home: Home;
  let server: Server;
  let browser: Browser;
  let workspace: Workspace;
  let window: WorkbenchWindow;

  before(async () => {
    home = createHome({
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
    });
    installVsix(home, vsixFile(currentTarget()));
    server = await startServer(home, { workspaceTrust: true });
    browser = await launchBrowser();
    workspace = createWorkspace([]);
    window = await WorkbenchWindow.open(browser, server, workspace.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.snapshot('failed-trust');
  });
  after(async () => {
    await window?.close();
    await browser?.close();
    await server?.stop();
    workspace?.dispose();
    fs.rmSync(home.root, { recursive: true, force: true, maxRetries: 5 });
  });

  const byId = (id: string) => window.webview().locator(`[data-testid="${id}"]`);

  it('has its models analyzed', async () => {
    await window.openFile('sample.onnx');
    await byId('model-name').waitFor({ timeout: 60_000 });
    assert.match(await byId('tile-placement').innerText(), /linear → norm → activation/);
  });

  it('has none of them run, and a message that says why', async () => {
    await window.runCommand('NormScope: Profile Model on CPU');
    await window.page.getByText('NormScope runs a model only in a trusted workspace.').first().waitFor();
    assert.equal(await byId('progress').isVisible(), false);
    assert.equal(await byId('loss-table').locator('tbody tr').count(), 0);
    assert.deepEqual(window.pageErrors, []);
  });
});
