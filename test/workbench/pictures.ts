// npm run pictures: the pictures of the README, taken in the real workbench with the packaged extension, into media/pictures.
import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { makePackage } from '../../src/tools/package.mjs';
import { currentTarget } from '../../src/tools/runtime.mjs';
import { launchBrowser } from './browser';
import { createHome, installVsix, startServer, type Server } from './server';
import { WorkbenchWindow } from './window';
import { createWorkspace } from './workspace';

const folder = path.resolve(__dirname, '../../media/pictures');
/** Bytes of all pictures together: they travel with the extension. */
const budget = 600_000;

async function main(): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  const home = createHome();
  const workspace = createWorkspace();
  let server: Server | undefined;
  let browser: Browser | undefined;
  try {
    installVsix(home, (await makePackage(currentTarget())).file);
    server = await startServer(home);
    browser = await launchBrowser();
    const window = await WorkbenchWindow.open(browser, server, workspace.folder);
    await window.useTheme('light');
    await take(window);
  } finally {
    await browser?.close();
    await server?.stop();
    workspace.dispose();
    fs.rmSync(home.root, { recursive: true, force: true, maxRetries: 5 });
  }
  const bytes = fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
  console.log(`${(bytes / 1000).toFixed(0)} KB of ${budget / 1000} KB`);
  if (bytes > budget) throw new Error('the pictures are larger than their budget');
}

async function take(window: WorkbenchWindow): Promise<void> {
  const { page } = window;
  const view = window.webview();
  const byId = (id: string) => view.locator(`[data-testid="${id}"]`);
  await page.setViewportSize({ width: 1360, height: 960 });
  await window.openFile('sample.onnx');
  await byId('model-name').waitFor();
  await window.runCommand('NormScope: Profile Model on CPU');
  await byId('progress').waitFor({ timeout: 60_000 });
  await byId('progress').waitFor({ state: 'hidden', timeout: 120_000 });
  await window.runCommand('View: Toggle Primary Side Bar Visibility');
  await shot(page, 'overview');
  await byId('tab-network').click();
  await byId('graph-colour').click();
  await view.getByRole('option', { name: 'Gradient RMS' }).click();
  await page.setViewportSize({ width: 1360, height: 800 });
  await shot(page, 'network');
  await page.setViewportSize({ width: 1500, height: 1060 });
  await byId('tab-layers').click();
  await view.locator('[data-testid=layer-row]', { hasText: 'BatchNormalization' }).nth(1).click();
  await byId('norm-parameters').evaluate((element) => (element as unknown as Scrolled).scrollIntoView());
  await shot(page, 'layer');
  await page.setViewportSize({ width: 1000, height: 560 });
  const text = fs.readFileSync(path.resolve(__dirname, '../../media/samples/tfjs/model.json'), 'utf8');
  await window.openFile('tfjs/model.json');
  const { line, column } = WorkbenchWindow.find(text, '"BatchNormalization"');
  await window.hoverAt(line, column + 3, /batch norm/i);
  await shot(page, 'hover', false);
}

interface Scrolled {
  scrollIntoView(): void;
}

async function shot(page: Page, name: string, away = true): Promise<void> {
  if (away) await page.mouse.move(2, 2);
  if (away) await page.waitForTimeout(1000);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
