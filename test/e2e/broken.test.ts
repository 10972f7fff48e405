import assert from 'node:assert/strict';
import { useWindow } from './support';

describe('a file that is no model', function () {
  this.timeout(90_000);
  const scenario = useWindow();

  for (const [name, reason] of [
    ['truncated.onnx', /ends|truncated/i],
    ['pointer.onnx', /git lfs pull/i],
  ] as const) {
    it(`says why, in the view and in the Problems panel: ${name}`, async () => {
      const { window } = scenario;
      await window.openFile(name);
      const notice = window.webview().locator('[data-testid=unreadable]');
      await notice.waitFor({ timeout: 30_000 });
      assert.match(await notice.innerText(), reason);
      const problems = await window.problems(reason);
      assert.ok(problems.some((p) => p.severity === 'error' && p.message.includes(name)));
      await window.screenshot(`broken-${name.split('.')[0]}`);
    });
  }
});
