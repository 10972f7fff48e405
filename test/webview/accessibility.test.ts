import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { ThemeName } from '../support/recordedThemes';
import { OpenView, type Query } from './support';

interface Violation {
  id: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** axe-core's source, evaluated by the driver: the page's own policy would not let it in. */
const axe = fs.readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

async function violations(view: OpenView): Promise<string[]> {
  await view.page.evaluate(axe);
  const found = await view.page.evaluate<Violation[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary}`),
  );
}

describe('accessibility of the view (axe-core)', function () {
  this.timeout(120_000);
  const cases: (Query & { tab?: 'layers' | 'network' | 'compare'; open?: string[] })[] = [
    ...(['light', 'dark', 'high-contrast'] as ThemeName[]).flatMap((theme) => [
      { state: 'profiled', theme, open: ['settings', 'loss-toggle-table'] },
      { state: 'profiled', theme, tab: 'layers' as const, open: ['activation-moments-toggle-table'] },
      { state: 'profiled', theme, tab: 'network' as const },
      { state: 'compared', theme, tab: 'compare' as const, open: ['compare-loss-toggle-table'] },
      { state: 'hostile', theme },
    ]),
    ...['analysed', 'stale', 'cancelled', 'failed', 'partial', 'impossible', 'unreadable', 'empty', 'loading'].map(
      (state) => ({ state }),
    ),
    { state: 'partial', theme: 'light' },
    { state: 'hostile', tab: 'layers' },
    { state: 'profiled', width: 600, tab: 'layers' },
  ];
  for (const { tab, open = [], ...query } of cases)
    it(`${Object.values({ ...query, tab })
      .filter(Boolean)
      .join(' ')}: no violation`, async () => {
      const view = await OpenView.open({ layers: 40, ...query });
      if (tab) {
        await view.tab(tab);
        if (tab === 'layers') await view.get('layer-row').nth(1).click();
        else if (tab === 'network') {
          await view.get('graph').focus();
          await view.page.keyboard.press('Home');
        }
      }
      for (const id of open) await view.get(id).click();
      await view.settle();
      assert.deepEqual(await violations(view), []);
      await view.close();
    });

  it('fields, tabs and charts have names', async () => {
    const view = await OpenView.open({ layers: 40 });
    const { page } = view;
    const named = async (role: Parameters<typeof page.getByRole>[0], name: string | RegExp) => {
      const found = page.getByRole(role, { name });
      await found.first().waitFor();
      assert.equal(await found.count(), 1, `${role} ${String(name)}`);
    };
    await named('tab', /^Overview 5 findings$/);
    await named('img', /^Loss \(cross-entropy\)\. Mean of the first five/);
    await named('img', /^Gradient RMS against depth\. Towards the input gradients/);
    await view.get('settings').click();
    for (const name of ['Steps', 'Batch', 'Learning rate', 'Seed']) await named('textbox', name);
    for (const name of ['Optimizer', 'Weights', 'Norms', 'Loss', 'Engine']) await named('combobox', name);
    await view.tab('network');
    await named('application', 'Network');
    await named('textbox', 'Find layers');
    await named('combobox', 'Colour by');
    await view.tab('layers');
    await named('textbox', 'Filter layers');
    await named('combobox', 'Filter by role');
    await named('grid', 'Layers');
    await view.close();
  });

  for (const tab of ['overview', 'network', 'layers', 'compare'] as const)
    it(`every control of ${tab} is reached with Tab, and the keyboard works it`, async () => {
      const view = await OpenView.open({ state: 'compared', layers: 12, width: 1400 });
      const { page } = view;
      await view.get('settings').click();
      await view.tab(tab);
      if (tab === 'layers') await view.get('layer-row').nth(1).click();
      await view.settle();
      // headings of the table, tabs and radio-like parts are one stop: the arrows go on from there
      const controls = await page.evaluate<string[]>(`[...document.querySelectorAll(
          'vscode-button, vscode-dropdown, vscode-text-field, vscode-checkbox, button, input, [tabindex="0"]')]
        .filter((element) => element.localName.startsWith('vscode-') || element.tabIndex >= 0)
        .filter((element) => element.checkVisibility() && !element.disabled && element.dataset.testid)
        .map((element) => element.dataset.testid)`);
      assert.ok(controls.length > 10, controls.join(' '));
      const seen = new Set<string>();
      await page.evaluate('document.activeElement?.blur(); document.body.focus()');
      for (let i = 0; i < 140; i++) {
        await page.keyboard.press('Tab');
        const ids = await page.evaluate<string[]>(`(() => {
          const active = document.activeElement;
          return [active, active?.closest('[data-testid]')].map((element) => element?.dataset.testid ?? '');
        })()`);
        for (const id of ids) seen.add(id);
      }
      const missed = [...new Set(controls)].filter((id) => !seen.has(id) && !id.startsWith('tab-'));
      assert.deepEqual(missed, []);
      for (const id of controls.filter((control) => control.endsWith('-toggle-table'))) {
        await view.get(id).focus();
        await page.keyboard.press(id.length % 2 ? 'Enter' : 'Space');
        await view.settle();
        assert.equal(await view.get(id).getAttribute('aria-pressed'), 'true', id);
      }
      assert.deepEqual(view.complaints, []);
      await view.close();
    });

  it('where the system forces its colours, places of norms keep theirs and the open tab shows', async () => {
    const view = await OpenView.open({ state: 'profiled' });
    await view.page.emulateMedia({ forcedColors: 'active' });
    await view.tab('network');
    const colours = (selector: string, property: string) =>
      view.page.evaluate<string[]>(
        `[...document.querySelectorAll('${selector}')].map((e) => getComputedStyle(e)['${property}'])`,
      );
    for (const selector of ['.placement-part', '.placement-legend .swatch']) {
      const seen = await colours(selector, 'backgroundColor');
      assert.ok(seen.length > 1, selector);
      assert.equal(new Set(seen).size, seen.length, `${selector}: ${seen.join(' ')}`);
    }
    const [open] = await colours('vscode-panel-tab[aria-selected=true]', 'borderTopColor');
    const others = await colours('vscode-panel-tab[aria-selected=false]', 'borderTopColor');
    assert.ok(others.length > 0 && !others.includes(open), `${open} among ${others.join(' ')}`);
    await view.tab('layers');
    await view.page.locator('.row').nth(1).click();
    await view.settle();
    // the window's own colour is what the system would fill them with
    const ground = (await colours('body', 'backgroundColor'))[0];
    for (const selector of ['.row .role-norm', '.row .cell-bar'])
      assert.ok(!(await colours(selector, 'backgroundColor')).includes(ground), selector);
    const [link] = await colours('.layer-panel .link', 'color');
    const [text] = await colours('.layer-panel .facts dd', 'color');
    assert.notEqual(link, text);
    await view.page.screenshot({ path: 'out/screenshots/forced-colors.png' });
    await view.close();
  });

  it('bars of the layer table are of full colour in high contrast', async () => {
    const view = await OpenView.open({ theme: 'high-contrast', layers: 40 });
    await view.tab('layers');
    await view.settle();
    const opacity = () => view.page.evaluate(`getComputedStyle(document.querySelector('.cell-bar')).opacity`);
    assert.equal(await opacity(), '1');
    await view.setTheme('dark');
    assert.notEqual(await opacity(), '1');
    await view.close();
  });

  it('the chosen option is seen in a theme that names no colour for it', async () => {
    const view = await OpenView.open({ theme: 'light' });
    await view.page.evaluate(
      `document.documentElement.style.removeProperty('--vscode-list-activeSelectionForeground')`,
    );
    await view.get('settings').click();
    await view.get('setting-engine').click();
    const colour = (selector: string) =>
      view.page.evaluate(`getComputedStyle(document.querySelector('${selector}')).color`);
    assert.equal(await colour('[data-testid=setting-engine] vscode-option[aria-selected=true]'), await colour('body'));
    await view.close();
  });

  it('no page scrolls sideways at 600 pixels', async () => {
    for (const state of ['compared', 'hostile']) {
      const view = await OpenView.open({ state, layers: 100, width: 600 });
      for (const tab of ['overview', 'network', 'layers', ...(state === 'compared' ? ['compare'] : [])]) {
        await view.tab(tab);
        if (tab === 'layers') await view.get('layer-row').nth(1).click();
        await view.settle();
        const wide = await view.page.evaluate<
          string[]
        >(`[...document.querySelectorAll('#app, main, .overview, .compare, .layer-panel, .table')]
          .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
          .map((element) => element.className + ' ' + element.scrollWidth)`);
        assert.deepEqual(wide, [], `${state} ${tab}`);
      }
      await view.close();
    }
  });
});
