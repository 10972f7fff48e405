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
  const cases: (Query & { tab?: 'layers' | 'network'; open?: string[] })[] = [
    ...(['light', 'dark', 'high-contrast'] as ThemeName[]).flatMap((theme) => [
      { state: 'profiled', theme, open: ['settings', 'loss-toggle-table'] },
      { state: 'profiled', theme, tab: 'layers' as const, open: ['activation-moments-toggle-table'] },
      { state: 'profiled', theme, tab: 'network' as const },
    ]),
    ...['analysed', 'stale', 'failed', 'partial', 'unreadable', 'loading'].map((state) => ({ state })),
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
        else {
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

  it('every control is reached with Tab and named', async () => {
    const view = await OpenView.open({ layers: 40 });
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) {
      await view.page.keyboard.press('Tab');
      const id = await view.page.evaluate<string>('document.activeElement?.dataset.testid ?? ""');
      if (id) seen.add(id);
    }
    for (const id of ['profile', 'settings', 'tab-overview', 'rule-link', 'layer-link', 'depth-layers', 'loss-copy'])
      assert.ok(seen.has(id), `${id} is not reached: ${[...seen].join(' ')}`);
    await view.close();
  });
});
