import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { useWindow } from './support';

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
    const name = window.page.locator('.quick-input-widget:visible input[type=text]');
    // the dialog shows the folder first, and then the name
    for (let i = 0; i < 100 && !(await name.inputValue()).endsWith('.onnx'); i++) await window.page.waitForTimeout(100);
    assert.match(await name.inputValue(), /samples\/sample-folded\.onnx$/);
    await window.page.keyboard.press('Enter');
    const told = window.notification(/5 batch norms folded/);
    await told.waitFor({ timeout: 60_000 });
    assert.match(await told.innerText(), /at most [\d.]+e-\d of their size .* Saved as samples\/sample-folded\.onnx/s);
    assert.ok(fs.statSync(path.join(workspace.folder, 'samples/sample-folded.onnx')).size > 1000);
    await window.screenshot('fixed-copy');
    await told.getByRole('button', { name: 'Open the Copy' }).click();
    await window.page.locator('.tab.active', { hasText: 'sample-folded.onnx' }).waitFor();
  });
});
