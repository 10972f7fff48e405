import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { useWindow } from './support';
import type { WorkbenchWindow } from '../workbench/window';

/** Takes the place that a dialog suggests. */
async function saveAs({ page }: WorkbenchWindow, suggested: RegExp): Promise<void> {
  const name = page.locator('.quick-input-widget:visible input[type=text]');
  // the dialog shows the folder first, and then the name
  for (let i = 0; i < 100 && !suggested.test(await name.inputValue()); i++) await page.waitForTimeout(100);
  assert.match(await name.inputValue(), suggested);
  await page.keyboard.press('Enter');
}

describe('findings of a binary model', function () {
  this.timeout(180_000);
  const scenario = useWindow();
  const byId = (id: string): Locator => scenario.window.webview().locator(`[data-testid="${id}"]`);

  it('lead from the Problems panel to their layer', async () => {
    const { window } = scenario;
    await window.openFile('sample.onnx');
    await byId('model-name').waitFor();
    await window.problems('norm-after-activation');
    const row = window.page.locator('.markers-panel-container .monaco-list-row', { hasText: 'norm-after-activation' });
    await row.locator('a', { hasText: 'norm-after-activation' }).click();
    await byId('layer-title').waitFor();
    assert.equal(await byId('layer-title').innerText(), 'late.norm');
  });

  it('are fixed in a copy, from a button of the view', async () => {
    const { window, workspace } = scenario;
    await byId('tab-overview').click();
    await byId('fix-fold').click();
    await saveAs(window, /samples\/sample-folded\.onnx$/);
    const told = window.notification(/5 batch norms folded/);
    await told.waitFor({ timeout: 60_000 });
    assert.match(await told.innerText(), /at most [\d.]+e-\d of their size .* Saved as samples\/sample-folded\.onnx/s);
    assert.ok(fs.statSync(path.join(workspace.folder, 'samples/sample-folded.onnx')).size > 1000);
    await window.screenshot('fixed-copy');
    await told.getByRole('button', { name: 'Open the Copy' }).click();
    await window.page.locator('.tab.active', { hasText: 'sample-folded.onnx' }).waitFor();
  });
});

describe('a text model with weights', function () {
  this.timeout(180_000);
  const scenario = useWindow();
  const inFolder = (name: string) => path.join(scenario.workspace.folder, 'samples/tfjs', name);

  it('is saved with its norms folded, from the palette', async () => {
    const { window } = scenario;
    await window.openFile('samples/tfjs/model.json');
    await window.runCommand('NormScope: Save Fixed Copy');
    const picker = window.page.locator('.quick-input-widget:visible');
    await picker.getByText('Save a copy with batch norms folded').click();
    await saveAs(window, /samples\/tfjs\/model-folded\.json$/);
    const told = window.notification(/3 batch norms folded/);
    await told.waitFor({ timeout: 60_000 });
    assert.match(await told.innerText(), /Saved as samples\/tfjs\/model-folded\.json/);
    const copy = JSON.parse(fs.readFileSync(inFolder('model-folded.json'), 'utf8')) as {
      weightsManifest: { paths: string[] }[];
    };
    for (const shard of copy.weightsManifest[0].paths) assert.ok(fs.statSync(inFolder(shard)).size > 1000);
  });

  it('is exported with another normalization, from the palette', async () => {
    const { window } = scenario;
    await window.runCommand('NormScope: Export Variant');
    await window.page.locator('.quick-input-widget:visible').getByText('group norm', { exact: true }).click();
    await saveAs(window, /samples\/tfjs\/model\.group\.onnx$/);
    await window.notification(/group norms.* saved as samples\/tfjs\/model\.group\.onnx/s).waitFor({ timeout: 60_000 });
    assert.ok(fs.statSync(inFolder('model.group.onnx')).size > 1000);
  });
});
