import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { nativeRuntime } from '../../src/engine/nativeRuntime';
import { chapters, experiments, experimentWithId, factsOf } from '../../src/experiments/registry';
import { runExperiment } from '../../src/experiments/runExperiment';
import type { ExperimentResult } from '../../src/protocol/experiment';
import type { ExperimentsState } from '../../src/protocol/experimentView';
import type { RecordedHost } from '../support/recordedHost';
import type { ThemeName } from '../support/recordedThemes';
import { translated } from '../../src/texts/say';
import { useBrowser } from './support';

const axe = fs.readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** What the stand-in for VS Code keeps in the page. */
interface Stand {
  readonly recorded: RecordedHost;
}

interface Placed {
  getBoundingClientRect(): { readonly top: number };
}

describe('the page of experiments', function () {
  this.timeout(120_000);
  const results = new Map<string, ExperimentResult>();
  let page: Page;
  let complaints: string[];

  before(async () => {
    for (const id of ['gamma-beta', 'norm-axes']) {
      const runtime = nativeRuntime(1);
      results.set(
        id,
        await runExperiment(experimentWithId(id)!, { runtime, pause: () => Promise.resolve(), seeds: 3 }),
      );
    }
  });

  async function open(theme: ThemeName): Promise<void> {
    const { browser, server } = await useBrowser();
    page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    complaints = [];
    page.on('console', (m) => void (['error', 'warning'].includes(m.type()) && complaints.push(m.text())));
    page.on('pageerror', (e) => complaints.push(String(e)));
    await page.goto(`${server.url}/experiments?theme=${theme}`);
    await page.waitForFunction(() => (globalThis as unknown as Stand).recorded.sent.length > 0);
    assert.deepEqual(await sent(), [{ type: 'ready' }]);
  }

  const sent = () => page.evaluate(() => (globalThis as unknown as Stand).recorded.sent);

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
    const matrix = page.getByTestId('norm-axes-chart-0-table').locator('tbody tr');
    assert.equal(await matrix.count(), 4);
    assert.equal(await matrix.locator('td').count(), 4 * 5);
    assert.equal(await page.getByTestId('summary').locator('tbody tr').count(), 2);
    const canvas = page.getByTestId('gamma-beta-chart-0').locator('canvas');
    await canvas.scrollIntoViewIfNeeded();
    // drawn on a next frame; the page's policy forbids waitForFunction, which evaluates text
    const width = () => canvas.evaluate((c) => (c as unknown as { width: number }).width);
    for (let i = 0; i < 100 && (await width()) <= 300; i++) await page.waitForTimeout(50);
    assert.ok((await width()) > 300, 'the chart is not drawn');
    const table = page.getByTestId('gamma-beta-chart-0-table');
    assert.match((await table.getAttribute('class'))!, /visually-hidden/);
    await page.getByTestId('gamma-beta-chart-0-toggle-table').click();
    assert.doesNotMatch((await table.getAttribute('class'))!, /visually-hidden/);
    for (const [kind, encoding] of [
      ['svg', 'text'],
      ['png', 'base64'],
    ]) {
      await page.getByTestId(`norm-axes-chart-0-${kind}`).click();
      const saved = (await sent()).at(-1)!;
      assert.ok(saved.type === 'save' && saved.encoding === encoding && saved.name.endsWith(`.${kind}`));
      assert.ok(saved.content.length > 1000);
    }
  });

  it('begins with the experiments by chapter, each a link to its own, with what came of it', async () => {
    await open('dark');
    await send(stateOf());
    const contents = page.getByTestId('contents');
    await contents.waitFor();
    assert.deepEqual(
      await contents.locator('h2').allTextContents(),
      chapters.map((c) => translated(c.title)),
    );
    const links = contents.locator('li');
    assert.deepEqual(
      await links.locator('a').allTextContents(),
      experiments.map((e) => factsOf(e).title),
    );
    const gammaBeta = links.filter({ has: page.locator('a[href="#gamma-beta"]') });
    assert.equal(await gammaBeta.locator('.verdict').textContent(), 'pass');
    assert.equal(await contents.locator('.verdict:not(:empty)').count(), results.size);
    await links.locator('a[href="#norm-axes"]').click();
    const top = () =>
      page.getByTestId('norm-axes').evaluate((s) => (s as unknown as Placed).getBoundingClientRect().top);
    assert.ok((await top()) < 400, 'the link does not lead to its experiment');
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
    });
  }
});
