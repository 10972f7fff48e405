// Screenshots of the view on recorded data, of the page of experiments and of a report, in three themes and three widths, into
// out/screenshots:
//   node src/tools/webviewScreenshots.mjs [PART-OF-A-NAME ...]
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { register } from 'tsx/cjs/api';

register();
const require = createRequire(import.meta.url);
const { nativeRuntime } = require('../engine/nativeRuntime.ts');
const { chapters, factsOf } = require('../experiments/registry.ts');
const { runExperiment } = require('../experiments/runExperiment.ts');
const { htmlReport } = require('../reports/htmlReport.ts');
const { serveRecordedPage } = require('../../test/support/recordedPage.ts');
const { modelOf, recordedState } = require('../../test/support/recordedProfiles.ts');
const { launchBrowser } = require('../../test/workbench/browser.ts');

const folder = path.resolve(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  '../../out/screenshots',
);
const wanted = process.argv.slice(2);
const themes = ['light', 'dark', 'high-contrast'];
const widths = [600, 1000, 1600];
/** Experiments that take a second, with lines and a matrix. */
const quickExperiments = ['gamma-beta', 'norm-axes'];

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{ name: string, query: string, width: number, height?: number, page?: 'experiments' | 'report', theme: string,
 *   act?: (page: Page) => Promise<void> }} Shot
 */

/** @type {Shot[]} */
const shots = [];
/** @type {(name: string, act?: Shot['act'], more?: Partial<Shot> & { state?: string, layers?: number }) => void} */
function everywhere(name, act, { state = 'profiled', layers = 100, ...more } = {}) {
  for (const theme of themes)
    for (const width of widths) {
      const query = `state=${state}&layers=${layers}&theme=${theme}`;
      shots.push({ name: `${name}-${theme}-${width}`, query, theme, width, act, ...more });
    }
}
/** @type {(name: string, query: string, act?: Shot['act'], more?: Partial<Shot>) => void} */
function once(name, query, act, more) {
  const theme = /theme=([\w-]+)/.exec(query)?.[1] ?? 'dark';
  shots.push({ name, query, theme, width: 1000, act, ...more });
}

/** @type {(page: Page, id: string) => Promise<void>} */
const click = (page, id) => page.getByTestId(id).click();
/** @type {Shot['act']} */
const network = (page) => click(page, 'tab-network');
/** A norm in the middle: a layer with everything. @type {Shot['act']} */
async function layers(page) {
  await click(page, 'tab-layers');
  const hostile = page.url().includes('hostile');
  await page
    .getByTestId('filter')
    .locator('input')
    .fill(hostile ? '' : 'bn');
  await page.getByTestId('layer-row').nth(1).click();
  await page.getByTestId('filter').locator('input').fill('');
  await page.getByTestId('layer-table').focus();
}
/** @type {(figure: string) => Shot['act']} */
const coloured = (figure) => async (page) => {
  await click(page, 'tab-network');
  await click(page, 'graph-colour');
  await page.getByRole('option', { name: figure }).click();
};

everywhere('overview-10', undefined, { layers: 10, height: 1700 });
everywhere('overview', undefined, { height: 1500 });
everywhere('layers-10', layers, { layers: 10 });
everywhere('layers', layers);
everywhere('panel', layers, { height: 2500 });
everywhere('network-10', network, { layers: 10 });
everywhere('network', network);
everywhere('network-opened', async (page) => {
  await click(page, 'tab-network');
  await page.getByTestId('graph').focus();
  await page.keyboard.press('Home');
});
everywhere('compare', (page) => click(page, 'tab-compare'), { state: 'compared', height: 1200 });
everywhere('experiments', undefined, { page: 'experiments', height: 2600 });
everywhere('settings', async (page) => {
  await click(page, 'settings');
  await page.getByTestId('setting-batch').locator('input').fill('many');
  await click(page, 'gradient-depth-toggle-table');
});
for (const state of ['analysed', 'stale', 'cancelled', 'failed', 'partial', 'impossible', 'hostile', 'loading'])
  once(`state-${state}`, `state=${state}&layers=40&theme=dark`);
for (const state of ['unreadable', 'empty']) once(`state-${state}`, `state=${state}&theme=light`);
for (const width of widths) {
  once(`hostile-overview-${width}`, 'state=hostile&theme=light', undefined, { width });
  once(`hostile-layers-${width}`, 'state=hostile&theme=light', layers, { width });
  once(`hostile-network-${width}`, 'state=hostile&theme=dark', network, { width });
}
once('overview-1000', 'state=profiled&layers=1000&theme=dark', undefined, { width: 1600, height: 1500 });
once('layers-1000', 'state=profiled&layers=1000&theme=light', layers, { width: 1600 });
once('running', 'state=analysed&layers=100&theme=dark', (page) => click(page, 'profile'), { width: 1600 });
once('tooltip', 'state=profiled&layers=100&theme=light', async (page) => {
  const box = /** @type {{ x: number, y: number, width: number, height: number }} */ (
    await page.getByTestId('gradient-depth-canvas').boundingBox()
  );
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.45);
});
once('coloured-gradient', 'state=profiled&layers=100&theme=dark', coloured('Gradient RMS'), { width: 1600 });
once('coloured-activation', 'state=profiled&layers=1000&theme=light', coloured('Activation RMS'), { width: 1600 });
once('coloured-update', 'state=profiled&layers=100&theme=high-contrast', coloured('Update ratio'), { width: 1600 });
for (const [tab, act] of /** @type {const} */ ([
  ['overview', undefined],
  ['layers', layers],
  ['compare', (/** @type {Page} */ page) => click(page, 'tab-compare')],
]))
  once(`italian-${tab}`, 'state=compared&layers=100&theme=light&language=it', act, { width: 1280 });
once('report-light', 'theme=light', undefined, { page: 'report', width: 1280 });
once('report-dark', 'theme=dark', layers, { page: 'report', width: 1280 });

const chosen = shots.filter(({ name }) => !wanted.length || wanted.some((part) => name.includes(part)));
fs.mkdirSync(folder, { recursive: true });
const experiments = chosen.some(({ page }) => page === 'experiments') ? await measuredExperiments() : undefined;
const server = await serveRecordedPage({ minify: true, experiments });
const browser = await launchBrowser();
try {
  for (const shot of chosen) await take(shot);
} finally {
  await browser.close();
  await server.close();
}

/** @param {Shot} shot */
async function take({ name, query, width, height, page: kind, theme, act }) {
  const viewport = { width, height: height ?? (width === 600 ? 1100 : 960) };
  const page = await browser.newPage({ viewport, colorScheme: theme === 'light' ? 'light' : 'dark' });
  await page.goto(kind === 'report' ? await reportUrl() : `${server.url}/${kind ?? ''}?${query}`);
  await page.getByTestId(kind === 'experiments' ? 'run-all' : 'model-name').waitFor();
  await act?.(page);
  if (name !== 'tooltip') await page.mouse.move(1, 1);
  await page.waitForTimeout(name === 'running' ? 650 : 400);
  const file = path.join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  console.log(path.relative(process.cwd(), file));
  await page.close();
}

async function reportUrl() {
  const [script, style] = await Promise.all(
    ['webview.js', 'webview.css'].map(async (name) => (await globalThis.fetch(`${server.url}/${name}`)).text()),
  );
  const state = recordedState(100);
  const parts = { model: modelOf(state), profile: state.profile, script, style, nonce: 'bm9uY2Ugb2YgYSBzaG90' };
  const file = path.join(folder, 'report.html');
  fs.writeFileSync(file, await htmlReport(parts));
  return pathToFileURL(file).href;
}

async function measuredExperiments() {
  const all = [];
  for (const { title: chapter, experiments: list } of chapters)
    for (const experiment of list) {
      const run = quickExperiments.includes(experiment.id);
      const options = { runtime: nativeRuntime(1), pause: () => Promise.resolve(), seeds: 3 };
      const result = run ? await runExperiment(experiment, options) : undefined;
      all.push({ ...factsOf(experiment), chapter, result });
    }
  return { experiments: all, running: null, shown: null };
}
