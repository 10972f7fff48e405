import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import esbuild from 'esbuild';
import type { Page } from 'playwright-core';
import { nativeRuntime } from '../../src/engine/nativeRuntime';
import { chapters, experiments, experimentWithId, factsOf } from '../../src/experiments/registry';
import { runExperiment } from '../../src/experiments/runExperiment';
import { webviewHtml } from '../../src/extension/webviewHtml';
import type { ExperimentResult } from '../../src/protocol/experiment';
import type { ExperimentsState, ExperimentsToHost } from '../../src/protocol/experimentView';
import { recordedThemes, type ThemeName } from '../support/recordedThemes';
import { useBrowser } from './support';

const root = path.resolve(__dirname, '../..');
const origin = 'http://experiments.test';
const axe = fs.readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** What the stand-in for VS Code keeps in the page. */
interface Stand {
  readonly sent: ExperimentsToHost[];
}

describe('the page of experiments', function () {
  this.timeout(120_000);
  const files = new Map<string, string>();
  const results = new Map<string, ExperimentResult>();
  let page: Page;
  let complaints: string[];

  before(async () => {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: root,
      entryPoints: { experiments: 'webview/experiments.ts' },
      outdir: root,
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
    });
    for (const file of outputFiles) files.set(`/${path.basename(file.path)}`, file.text);
    for (const id of ['gamma-beta', 'norm-axes']) {
      const runtime = nativeRuntime(1);
      results.set(
        id,
        await runExperiment(experimentWithId(id)!, { runtime, pause: () => Promise.resolve(), seeds: 3 }),
      );
    }
  });

  async function open(theme: ThemeName): Promise<void> {
    const { browser } = await useBrowser();
    page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    complaints = [];
    page.on('console', (m) => void (['error', 'warning'].includes(m.type()) && complaints.push(m.text())));
    page.on('pageerror', (e) => complaints.push(String(e)));
    const nonce = 'experiments-test-nonce';
    const html = webviewHtml({
      nonce,
      cspSource: origin,
      scriptUri: `${origin}/experiments.js`,
      styleUri: `${origin}/experiments.css`,
      title: 'Experiments',
    });
    await page.route(`${origin}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      const body = pathname === '/' ? html : files.get(pathname);
      const contentType = pathname === '/' ? 'text/html' : pathname.endsWith('.css') ? 'text/css' : 'text/javascript';
      return body === undefined ? route.fulfill({ status: 404 }) : route.fulfill({ body, contentType });
    });
    const { bodyClass, tokens } = recordedThemes[theme];
    await page.addInitScript(`
      globalThis.sent = [];
      globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => globalThis.sent.push(message) });
      document.addEventListener('DOMContentLoaded', () => {
        document.body.className = ${JSON.stringify(bodyClass)};
        for (const [name, value] of Object.entries(${JSON.stringify(tokens)}))
          document.documentElement.style.setProperty('--vscode-' + name, value);
      });`);
    await page.goto(`${origin}/`);
    await page.waitForFunction('globalThis.sent.length > 0');
    assert.deepEqual(await sent(), [{ type: 'ready' }]);
  }

  const sent = () => page.evaluate(() => (globalThis as unknown as Stand).sent);

  function stateOf(change: Partial<ExperimentsState> = {}): ExperimentsState {
    const list = chapters.flatMap((c) =>
      c.experiments.map((e) => ({ ...factsOf(e), chapter: c.title, result: results.get(e.id) })),
    );
    return { experiments: list, running: null, shown: null, ...change };
  }

  const send = (state: ExperimentsState) =>
    page.evaluate(`window.postMessage(${JSON.stringify({ type: 'experiments', state })}, '*')`);

  afterEach(async () => {
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('shows every experiment, and measured beside published of those that were run', async () => {
    await open('dark');
    await send(stateOf());
    const section = page.getByTestId('gamma-beta');
    await section.waitFor();
    assert.deepEqual(
      await page
        .locator('section.experiment')
        .evaluateAll((all) => all.map((s) => (s as unknown as { id: string }).id)),
      experiments.map((e) => e.id),
    );
    assert.equal(await section.locator('.verdict').textContent(), 'pass');
    assert.match((await page.getByTestId('gamma-beta-measured').textContent())!, /largest abs\(gamma/);
    const cells = await section.locator('.figures-table tbody tr').first().locator('th, td').allTextContents();
    assert.equal(cells.length, 5);
    assert.equal(cells[4], '0');
    assert.equal(await page.getByTestId('norm-axes').locator('.heat-map td').count(), 16);
    assert.equal(await page.getByTestId('summary').locator('tbody tr').count(), 2);
    const canvas = page.getByTestId('gamma-beta-chart-0').locator('canvas');
    await canvas.scrollIntoViewIfNeeded();
    // drawn on a next frame; the page's policy forbids waitForFunction, which evaluates text
    const width = () => canvas.evaluate((c) => (c as unknown as { width: number }).width);
    for (let i = 0; i < 100 && (await width()) <= 300; i++) await page.waitForTimeout(50);
    assert.ok((await width()) > 300, 'the chart is not drawn');
  });

  it('asks for one, for all, and for the end of a run', async () => {
    await open('light');
    await send(stateOf());
    await page.getByTestId('run-batch-size').click();
    await page.getByTestId('run-all').click();
    await send(stateOf({ running: { id: 'batch-size', title: 'Small batches', done: 0.42 } }));
    await page.getByTestId('cancel').click();
    const messages = (await sent()).slice(1);
    assert.deepEqual(messages[0], { type: 'run', ids: ['batch-size'] });
    assert.deepEqual(messages[1], { type: 'run', ids: experiments.map((e) => e.id) });
    assert.deepEqual(messages[2], { type: 'cancel' });
    assert.equal(await page.getByTestId('progress').textContent(), 'Small batches');
    assert.equal(await page.locator('[role=progressbar]').getAttribute('aria-valuenow'), '42');
  });

  for (const theme of ['light', 'dark', 'high-contrast'] as const) {
    it(`can be read by everybody (${theme})`, async () => {
      await open(theme);
      await send(stateOf());
      await page.getByTestId('gamma-beta').waitFor();
      await page.evaluate(axe);
      const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
        'axe.run()',
      );
      assert.deepEqual(
        violations.map((v) => `${v.id}: ${v.nodes[0].html}`),
        [],
      );
      const shots = process.env.NORMSCOPE_SHOTS;
      if (shots !== undefined) {
        await page.getByTestId('norm-axes').scrollIntoViewIfNeeded();
        await page.screenshot({ path: path.join(shots, `experiments-${theme}.png`) });
        await page.getByTestId('gamma-beta').scrollIntoViewIfNeeded();
        await page.screenshot({ path: path.join(shots, `experiments-${theme}-2.png`) });
      }
    });
  }
});
