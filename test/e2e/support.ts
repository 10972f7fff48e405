import fs from 'node:fs';
import type { Browser } from 'playwright-core';
import { vsixFile } from '../../src/tools/package.mjs';
import { currentTarget } from '../../src/tools/runtime.mjs';
import { launchBrowser } from '../workbench/browser';
import { createHome, installVsix, startServer, type Home, type Server } from '../workbench/server';
import { createWorkspace, type Workspace } from '../workbench/workspace';
import { WorkbenchWindow } from '../workbench/window';

/** One VS Code with the packaged extension installed, shared by all scenarios; each opens windows of its own. */
interface Installation {
  home: Home;
  server: Server;
  browser: Browser;
}
let installation: Promise<Installation> | undefined;

async function install(): Promise<Installation> {
  const home = createHome();
  installVsix(home, vsixFile(currentTarget())); // made by npm run test:e2e
  const server = await startServer(home);
  return { home, server, browser: await launchBrowser() };
}

after(async function () {
  if (!installation) return;
  this.timeout(30_000);
  const { home, server, browser } = await installation;
  await browser.close();
  await server.stop();
  fs.rmSync(home.root, { recursive: true, force: true, maxRetries: 5 });
});

export interface Scenario {
  readonly window: WorkbenchWindow;
  readonly workspace: Workspace;
}

/**
 * Gives the surrounding `describe` a folder and a fresh window on it. A failed step leaves out/screenshots/failed-*.png; an error
 * or a breach of the content security policy in our pages fails the scenario.
 *
 * @param models what the folder shall hold of ../shared/models, where that is present
 */
export function useWindow(models: string[] = []): Scenario {
  let window: WorkbenchWindow | undefined;
  let workspace: Workspace | undefined;
  before(async function () {
    this.timeout(300_000); // the first one installs the workbench
    installation ??= install();
    const { server, browser } = await installation;
    workspace = createWorkspace(models);
    window = await WorkbenchWindow.open(browser, server, workspace.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await window?.snapshot(`failed-${this.currentTest.fullTitle().replace(/\W+/g, '-')}`);
  });
  after(async () => {
    await window?.close();
    workspace?.dispose();
    if (window?.pageErrors.length) throw new Error(`errors in the extension's pages:\n${window.pageErrors.join('\n')}`);
  });
  return {
    get window() {
      if (!window) throw new Error('the window is not open yet');
      return window;
    },
    get workspace() {
      if (!workspace) throw new Error('the folder is not there yet');
      return workspace;
    },
  };
}
