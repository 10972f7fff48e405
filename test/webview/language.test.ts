import assert from 'node:assert/strict';
import { nativeRuntime } from '../../src/engine/nativeRuntime';
import { chapters, experimentWithId, factsOf } from '../../src/experiments/registry';
import { runExperiment } from '../../src/experiments/runExperiment';
import type { ExperimentsState } from '../../src/protocol/experimentView';
import { italian as experimentTexts } from '../../src/texts/italian/italian';
import { setLanguage, translated } from '../../src/texts/say';
import { italian } from '../../webview/texts/italian';
import { OpenView, useBrowser } from './support';

describe('the view in Italian', function () {
  this.timeout(120_000);

  it('shows no text of its own in English, on any page', async () => {
    const view = await OpenView.open({ state: 'compared', layers: 40, language: 'it', width: 1400 });
    assert.equal(await view.page.evaluate('document.documentElement.lang'), 'it');
    await view.get('settings').click();
    const english = new Set(Object.keys(italian).filter((text) => italian[text] !== text));
    const seen = new Set<string>();
    for (const tab of ['overview', 'network', 'layers', 'compare']) {
      await view.tab(tab);
      if (tab === 'layers') await view.get('layer-row').nth(1).click();
      await view.settle();
      const texts = await view.page.evaluate<string[]>(`(() => {
        const walker = document.createTreeWalker(document.querySelector('#app'), NodeFilter.SHOW_TEXT);
        const texts = [];
        for (let node = walker.nextNode(); node; node = walker.nextNode())
          // columns of tables are those of the CSV, which programs read; names are the model's
          if (!node.parentElement.closest('bdi, .figure-table')) texts.push(node.data.trim());
        const said = [...document.querySelectorAll('[aria-label], [title]')].filter((e) => !e.closest('bdi, .figure-table'));
        return texts.concat(said.flatMap((e) => [e.getAttribute('aria-label'), e.getAttribute('title')]).filter(Boolean));
      })()`);
      for (const text of texts) seen.add(text);
    }
    assert.deepEqual(
      [...seen].filter((text) => english.has(text)),
      [],
    );
    for (const text of ['Panoramica', 'Strati', 'Rete', 'Confronto', 'Profila sulla CPU', 'Dove si trovano le norm'])
      assert.ok(seen.has(text), text);
    const summary = await view.get('layer-title').count();
    assert.equal(summary, 1);
    assert.deepEqual(view.complaints, []);
    await view.close();
  });

  it('shows the page of experiments as their texts are, and nothing runs out of its place', async () => {
    setLanguage(experimentTexts);
    const runtime = nativeRuntime(1);
    const result = await runExperiment(experimentWithId('norm-axes')!, {
      runtime,
      pause: () => Promise.resolve(),
      seeds: 3,
    });
    const list = chapters.flatMap(({ title, experiments }) =>
      experiments.map((e) => ({
        ...factsOf(e),
        chapter: translated(title),
        ...(e.id === result.id && { result }),
      })),
    );
    setLanguage(undefined);
    const { browser, server } = await useBrowser();
    const page = await browser.newPage({ viewport: { width: 700, height: 900 } });
    await page.goto(`${server.url}/experiments?language=it`);
    const state: ExperimentsState = { experiments: list, running: null, shown: null };
    await page.evaluate(`window.postMessage(${JSON.stringify({ type: 'experiments', state })}, '*')`);
    const section = page.getByTestId('norm-axes');
    await section.waitFor();
    assert.equal(await section.locator('.verdict').textContent(), 'confermato');
    assert.match((await page.getByTestId('norm-axes-measured').textContent())!, /^Misurato: scarto al massimo /);
    assert.match((await section.textContent())!, /rete incorporata; semi da 1 a 3/);
    const tooWide = await page.evaluate<string[]>(`[...document.querySelectorAll('#app *')]
      .filter((e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
      .filter((e) => getComputedStyle(e).overflowX === 'visible' && getComputedStyle(e).display !== 'inline')
      .map((e) => e.className + ': ' + e.textContent)`);
    assert.deepEqual(tooWide, []);
    await page.close();
  });

  it('says that a file cannot be read', async () => {
    const view = await OpenView.open({ state: 'unreadable', language: 'it' });
    assert.match(await view.page.locator('.unreadable-code').innerText(), /^Errore /);
    await view.close();
  });

  it('cuts no heading, and breaks no button or row of buttons', async () => {
    const view = await OpenView.open({ layers: 40, language: 'it', theme: 'high-contrast', width: 920 });
    await view.get('settings').click();
    const heights = (selector: string) =>
      view.page.evaluate<number[]>(
        `[...document.querySelectorAll('${selector}')].map((e) => e.getBoundingClientRect().height).filter(Boolean)`,
      );
    for (const height of await heights('.run vscode-button')) assert.ok(height < 36, `a button is ${height} high`);
    const controls = await heights('.figure-controls');
    assert.ok(controls.length > 3);
    for (const height of controls) assert.ok(height < 30, `buttons of a figure are ${height} high`);
    for (const width of [920, 1280, 1600]) {
      await view.page.setViewportSize({ width, height: 900 });
      await view.tab('layers');
      await view.settle();
      const headings = `[...document.querySelectorAll('.table-head [role=columnheader]')]`;
      assert.ok(Number(await view.page.evaluate(`${headings}.length`)) > 5);
      const cut = `${headings}.flatMap((e) => [e, ...e.querySelectorAll('*')])
        .filter((e) => e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX === 'hidden').map((e) => e.textContent)`;
      assert.deepEqual(await view.page.evaluate(cut), []);
    }
    await view.close();
  });

  it('writes its sentences with the figures in them', async () => {
    const view = await OpenView.open({ layers: 40, language: 'it' });
    assert.match(
      await view.get('loss-summary').innerText(),
      /^Media dei primi cinque [\d.]+, degli ultimi cinque [\d.]+/,
    );
    assert.match(await view.get('gradient-depth-summary').innerText(), /^Verso l’ingresso i gradienti \S+: ×/);
    assert.match(await view.get('request').innerText(), /^20 passi · batch 16/);
    await view.tab('layers');
    await view.get('layer-row').nth(1).click();
    assert.match(
      await view.get('layer-facts').innerText(),
      /Una media e varianza per ognuno di 32 canali, su batch, altezza e larghezza/,
    );
    assert.equal(await view.get('layer-count').innerText(), '40 strati');
    await view.close();
  });
});
