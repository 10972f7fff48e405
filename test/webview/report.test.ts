import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { htmlReport } from '../../src/reports/htmlReport';
import type { ViewState } from '../../src/protocol/view';
import { hostileState, modelOf, recordedState } from '../support/recordedProfiles';
import { useBrowser } from './support';

const nonce = 'bm9uY2Ugb2YgYSB0ZXN0';

describe('a report in a browser', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-report-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  async function written(state: ViewState): Promise<string> {
    const { server } = await useBrowser();
    const [script, style] = await Promise.all(
      ['webview.js', 'webview.css'].map(async (name) => (await fetch(`${server.url}/${name}`)).text()),
    );
    return htmlReport({ model: modelOf(state), profile: state.profile, script, style, nonce });
  }

  /** Opens the report from disk in a window that lets nothing through to any network. */
  async function opened(html: string): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
    const { browser } = await useBrowser();
    const file = path.join(folder, 'report.html');
    fs.writeFileSync(file, html);
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 }, colorScheme: 'dark', offline: true });
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await page.getByTestId('tile-layers').waitFor();
    return { page, complaints, requests };
  }

  it('shows the figures, the graph and the layers of its model, offline and without a complaint', async () => {
    const html = await written(recordedState(100));
    console.log(`      a report of 100 layers: ${(html.length / 1024).toFixed(0)} KB`);
    assert.ok(html.length < 1_000_000, `${html.length} characters`);
    const { page, complaints, requests } = await opened(html);
    assert.equal(await page.getByTestId('model-name').innerText(), 'recorded-cnn-100.onnx');
    const losses = await page.getByTestId('loss-table').locator('tbody tr > :nth-child(2)').allTextContents();
    recordedState(100).profile!.loss.forEach((loss, i) =>
      assert.ok(Math.abs(Number(losses[i]) - Number(loss)) < 1e-4 * Number(loss)),
    );
    await page.getByTestId('tab-network').click();
    await page.getByTestId('graph').focus();
    await page.keyboard.press('Home');
    await page.getByTestId('layer-title').waitFor();
    assert.equal(await page.getByTestId('layer-title').innerText(), 'stage1/block1/conv');
    await page.getByTestId('tab-layers').click();
    await page.getByTestId('layer-count').getByText('100 layers', { exact: true }).waitFor();
    // nothing is offered that needs an extension
    assert.equal(await page.getByTestId('profile').isVisible(), false);
    assert.equal(await page.getByTestId('rule-link').count(), 0);
    assert.equal(await page.locator('[data-testid^=fix-]').count(), 0);
    assert.deepEqual([complaints, requests], [[], []]);
    await page.close();
  });

  it('saves its pictures', async () => {
    const { page, complaints } = await opened(await written(recordedState(10)));
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('loss-svg').click()]);
    assert.equal(download.suggestedFilename(), 'Loss-cross-entropy.svg');
    const svg = fs.readFileSync(await download.path(), 'utf8');
    assert.match(svg, /^<svg xmlns/);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('is printed with the pictures that nobody has scrolled to', async () => {
    const { page, complaints } = await opened(await written(recordedState(10)));
    await page.setViewportSize({ width: 1000, height: 400 });
    await page.reload();
    await page.getByTestId('tile-layers').waitFor();
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    const drawn = `(() => {
      const canvas = document.querySelector('[data-testid=heat-canvas]');
      return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((part) => part > 0);
    })()`;
    assert.equal(await page.evaluate(drawn), true);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('of a model with hostile names is text and nothing else', async () => {
    const html = await written(hostileState());
    assert.ok(!html.includes('onerror='), 'no name of the model stands in the file as it is');
    const { page, complaints } = await opened(html);
    for (const tab of ['network', 'layers', 'overview']) await page.getByTestId(`tab-${tab}`).click();
    assert.equal(await page.evaluate('globalThis.__hacked'), undefined);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('refuses a bundle that would end its element', async () => {
    const parts = { model: modelOf(recordedState(10)), profile: null, style: '', nonce };
    await assert.rejects(htmlReport({ ...parts, script: 'x = "</script>"' }), /cannot be put into a page/);
    await assert.rejects(htmlReport({ ...parts, script: '', nonce: 'short' }), /nonce/);
  });
});
