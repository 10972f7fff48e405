import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { WorkbenchWindow } from '../workbench/window';
import { useWindow } from './support';

const model = 'samples/tfjs/model.json';

/** A text model keeps its text editor; the view is a panel beside it. */
describe('a TensorFlow.js model profiled from the palette', function () {
  this.timeout(180_000);
  const scenario = useWindow();
  const byId = (id: string) => scenario.window.webview().locator(`[data-testid="${id}"]`);

  it('trains in a panel of its own', async () => {
    const { window } = scenario;
    await window.openFile(model);
    await window.runCommand('NormScope: Profile Model on CPU');
    await byId('loss-table').locator('tbody tr').nth(20).waitFor({ state: 'attached', timeout: 120_000 });
    await byId('progress').waitFor({ state: 'hidden', timeout: 60_000 });
    await window.screenshot('text-model-profile');
  });

  it('tells what was measured on hovering over a norm in the text', async () => {
    const { window, workspace } = scenario;
    const text = fs.readFileSync(path.join(workspace.folder, model), 'utf8');
    await window.page.locator('.tab[data-resource-name="model.json"]').click();
    const { line, column } = WorkbenchWindow.find(text, '"BatchNormalization"');
    const hover = await window.hoverAt(line, column + 3, /gradient/i);
    assert.match(hover, /batch norm/i);
    assert.match(hover, /running/i);
    await window.snapshot('hover-measured');
  });

  it('comes back with its panel after a reload of the window', async () => {
    const { window } = scenario;
    await window.page.locator('.tab', { hasText: 'NormScope: model.json' }).click();
    await byId('model-name').waitFor();
    await window.reload();
    await byId('model-name').waitFor({ timeout: 60_000 });
    assert.match(await byId('model-name').innerText(), /model\.json$/);
  });
});
