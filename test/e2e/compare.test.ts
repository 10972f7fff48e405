import assert from 'node:assert/strict';
import { useWindow } from './support';

/** The network with other normalizations, as a person compares them: asked for, followed, looked at. */
describe('normalizations compared from the palette', function () {
  this.timeout(300_000);
  const scenario = useWindow();

  it('asks what to compare and how often, and shows the comparison in a tab of its own', async () => {
    const { window } = scenario;
    await window.openFile('sample.onnx');
    const view = window.webview();
    const byId = (id: string) => view.locator(`[data-testid="${id}"]`);
    await byId('model-name').waitFor();
    await window.runCommand('NormScope: Compare Normalizations');
    const widget = window.page.locator('.quick-input-widget:visible');
    await widget.getByText('no normalization').waitFor();
    await widget.getByRole('button', { name: 'OK' }).click();
    await widget.getByText('1 seed', { exact: true }).click();
    await byId('compare-table').waitFor({ timeout: 240_000 });
    const rows = await byId('compare-table').locator('tbody tr').allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.split('\t')[0].trim()),
      ['as it is', 'no normalization', 'layer norm', 'group norm'],
    );
    for (const row of rows) assert.match(row, /\d ms/);
    assert.match(await byId('compare-verdicts').innerText(), /below three seeds/);
    await window.screenshot('compare');
  });
});
