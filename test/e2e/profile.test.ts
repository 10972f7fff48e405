import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { useWindow } from './support';

/** The main job, as a person does it: a model opened, judged, trained and looked at. */
describe('a model profiled from the palette', function () {
  this.timeout(180_000);
  const scenario = useWindow();
  const view = () => scenario.window.webview();

  it('shows what the model is made of', async () => {
    await scenario.window.openFile('sample.onnx');
    await byId(view(), 'model-name').waitFor();
    assert.match(await byId(view(), 'tile-placement').innerText(), /linear → norm → activation/);
  });

  it('trains and draws the network figures', async () => {
    const { window } = scenario;
    await window.runCommand('NormScope: Profile Model on CPU');
    await byId(view(), 'progress').waitFor({ timeout: 60_000 });
    await byId(view(), 'progress').waitFor({ state: 'hidden', timeout: 120_000 });
    const losses = (await columnOf(byId(view(), 'loss-table'), 'loss')).map(Number);
    assert.ok(losses.length >= 20, `${losses.length} losses`);
    const mean = (list: number[]) => list.reduce((a, b) => a + b) / list.length;
    assert.ok(mean(losses.slice(-5)) < mean(losses.slice(0, 5)), `the loss does not fall: ${losses.join(' ')}`);
    assert.ok(await inked(byId(view(), 'loss-canvas')), 'the loss curve is blank');
    assert.ok(await inked(byId(view(), 'gradient-depth-canvas')), 'the gradient figure is blank');
    await window.screenshot('profile-overview');
  });

  it('draws histograms of activation and gradient of a batch norm', async () => {
    const { window } = scenario;
    await byId(view(), 'tab-layers').click();
    await view().locator('[data-testid=layer-row]', { hasText: 'BatchNormalization' }).first().click();
    for (const of of ['activation', 'gradient']) {
      const counts = (await columnOf(byId(view(), `${of}-histogram-table`), 'count')).map(Number);
      assert.ok(counts.filter((c) => c > 0).length >= 5, `${of}: ${counts.join(' ')}`);
      assert.ok(await inked(byId(view(), `${of}-histogram-canvas`)), `the ${of} histogram is blank`);
    }
    await window.screenshot('profile-layer');
  });

  it('lists the findings in the Problems panel', async () => {
    const problems = await scenario.window.problems('norm-after-activation');
    assert.ok(problems.some((p) => p.severity === 'information'));
    await scenario.window.screenshot('problems');
  });

  it('marks the figures as stale when the file changes on disk', async () => {
    const { workspace } = scenario;
    const model = (name: string) => path.join(workspace.folder, 'samples', name);
    fs.copyFileSync(model('other.onnx.next'), model('sample.onnx'));
    await byId(view(), 'banner-stale').waitFor({ timeout: 30_000 });
  });
});

function byId(frame: FrameLocator, id: string): Locator {
  return frame.locator(`[data-testid="${id}"]`);
}

/** The cells of one column of the table behind a figure. */
async function columnOf(table: Locator, heading: string): Promise<string[]> {
  await table.locator('tbody tr').first().waitFor({ state: 'attached' });
  const headings = await table.locator('thead th').allTextContents();
  const at = headings.indexOf(heading);
  assert.ok(at >= 0, `no column ${heading} among ${headings.join(', ')}`);
  return table.locator(`tbody tr > :nth-child(${at + 1})`).allTextContents();
}

/** True when a canvas shows more than one colour. */
async function inked(canvas: Locator): Promise<boolean> {
  await canvas.scrollIntoViewIfNeeded();
  await canvas.page().waitForTimeout(500);
  return canvas.evaluate((element) => {
    const drawn = element as unknown as {
      width: number;
      height: number;
      getContext(kind: '2d'): { getImageData(...box: number[]): { data: Uint8ClampedArray } };
    };
    const { data } = drawn.getContext('2d').getImageData(0, 0, drawn.width, drawn.height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 128) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return colours.size > 3;
  });
}
