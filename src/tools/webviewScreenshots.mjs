// Screenshots of the view on recorded data, in three themes and three widths, into out/screenshots:
//   node src/tools/webviewScreenshots.mjs [PART-OF-A-NAME]
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { register } from 'tsx/cjs/api';

register();
const require = createRequire(import.meta.url);
const { serveRecordedPage } = require('../../test/support/recordedPage.ts');
const { launchBrowser } = require('../../test/workbench/browser.ts');

const folder = path.resolve(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  '../../out/screenshots',
);
const wanted = process.argv[2] ?? '';
const themes = ['light', 'dark', 'high-contrast'];
const widths = [600, 1000, 1600];

/** @type {{ name: string, query: string, theme: string, width: number, tab?: 'layers' | 'network', colour?: string, height?: number, settings?: boolean, run?: boolean }[]} */
const shots = [];
for (const theme of themes)
  for (const width of widths)
    for (const layers of [10, 100]) {
      const query = `state=profiled&layers=${layers}&theme=${theme}`;
      shots.push({ name: `overview-${layers}-${theme}-${width}`, query, theme, width });
      shots.push({ name: `layers-${layers}-${theme}-${width}`, query, theme, width, tab: 'layers' });
      shots.push({ name: `network-${layers}-${theme}-${width}`, query, theme, width, tab: 'network' });
    }
for (const state of [
  'analysed',
  'stale',
  'cancelled',
  'failed',
  'partial',
  'impossible',
  'hostile',
  'loading',
  'unreadable',
  'empty',
])
  shots.push({ name: `state-${state}`, query: `state=${state}&layers=40&theme=dark`, theme: 'dark', width: 1000 });
shots.push({ name: 'hostile-layers', query: 'state=hostile&theme=light', theme: 'light', width: 1000, tab: 'layers' });
shots.push({
  name: 'overview-1000-dark-1600',
  query: 'state=profiled&layers=1000&theme=dark',
  theme: 'dark',
  width: 1600,
});
shots.push({
  name: 'layers-1000-light-1600',
  query: 'state=profiled&layers=1000&theme=light',
  theme: 'light',
  width: 1600,
  tab: 'layers',
});

for (const [theme, width] of [
  ['light', 1600],
  ['dark', 1000],
  ['high-contrast', 600],
])
  shots.push({
    name: `panel-${theme}-${width}`,
    query: `state=profiled&layers=100&theme=${theme}`,
    theme,
    width,
    tab: 'layers',
    height: 2300,
  });
shots.push({
  name: 'settings',
  query: 'state=profiled&layers=40&theme=dark',
  theme: 'dark',
  width: 1000,
  settings: true,
});
shots.push({ name: 'running', query: 'state=analysed&layers=100&theme=dark', theme: 'dark', width: 1600, run: true });

for (const [theme, colour, layers] of [
  ['dark', 'Gradient RMS', 100],
  ['light', 'Activation RMS', 1000],
  ['high-contrast', 'Update ratio', 100],
])
  shots.push({
    name: `network-${colour.split(' ')[0].toLowerCase()}-${theme}`,
    query: `state=profiled&layers=${layers}&theme=${theme}`,
    theme,
    width: 1600,
    tab: 'network',
    colour,
  });

fs.mkdirSync(folder, { recursive: true });
const server = await serveRecordedPage({ minify: true });
const browser = await launchBrowser();
try {
  for (const { name, query, width, tab, colour, height, settings, run } of shots.filter(({ name }) =>
    name.includes(wanted),
  )) {
    const page = await browser.newPage({ viewport: { width, height: height ?? (width === 600 ? 1100 : 960) } });
    await page.goto(`${server.url}/?${query}`);
    await page.getByTestId('model-name').waitFor();
    if (tab === 'network') {
      await page.getByTestId('tab-network').click();
      if (colour) {
        await page.getByTestId('graph-colour').click();
        await page.getByRole('option', { name: colour }).click();
      }
    }
    if (tab === 'layers') {
      await page.getByTestId(`tab-${tab}`).click();
      // a layer with everything: a norm in the middle
      await page
        .getByTestId('filter')
        .locator('input')
        .fill(query.includes('hostile') ? '' : 'bn');
      await page.getByTestId('layer-row').nth(1).click();
      await page.getByTestId('filter').locator('input').fill('');
      await page.getByTestId('layer-table').focus();
    }
    if (settings) {
      await page.getByTestId('settings').click();
      await page.getByTestId('setting-batch').locator('input').fill('many');
      await page.getByTestId('gradient-depth-toggle-table').click();
    }
    if (run) await page.getByTestId('profile').click();
    await page.waitForTimeout(run ? 650 : 400);
    const file = path.join(folder, `${name}.png`);
    await page.screenshot({ path: file });
    console.log(path.relative(process.cwd(), file));
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
