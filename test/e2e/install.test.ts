import { useWindow } from './support';

describe('a fresh window with the package installed', function () {
  this.timeout(90_000);
  const scenario = useWindow();

  it('opens an .onnx file in the model view', async () => {
    const { window } = scenario;
    await window.openFile('samples/sample.onnx');
    await window.webview().locator('body *:visible').first().waitFor({ timeout: 30_000 });
    await window.screenshot('model-view');
  });

  it('has the commands in the palette', async () => {
    const { window } = scenario;
    for (const title of ['Analyze Model', 'Profile Model on CPU', 'Open Sample Model', 'Open Formatted View'])
      await window.listed('F1', '>NormScope: ', `NormScope: ${title}`);
    await window.screenshot('palette');
    await window.page.keyboard.press('Escape');
  });
});
