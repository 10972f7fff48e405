import assert from 'node:assert/strict';
import { useWindow } from './support';

/** What an experiment measured takes minutes for all of them: it outlives the window. */
describe('experiments run from the palette', function () {
  this.timeout(180_000);
  const scenario = useWindow();

  it('are still measured after a reload of the window', async () => {
    const { window } = scenario;
    const widget = window.page.locator('.quick-input-widget:visible');
    const measured = () => window.webview().locator('[data-testid="norm-axes-measured"]');
    await window.runCommand('NormScope: Run Experiment');
    await widget.locator('input[type=text]').fill('norm-axes');
    await widget.locator('.monaco-list-row', { hasText: 'norm-axes' }).click();
    const figures = await measured().innerText({ timeout: 60_000 });
    assert.match(figures, /^Measured: .*\d/);
    await window.reload();
    assert.equal(await measured().innerText({ timeout: 60_000 }), figures);
  });
});
