import assert from 'node:assert/strict';
import { useView } from './support';

describe('a comparison of normalizations in a browser', function () {
  this.timeout(60_000);

  describe('of a model without one', () => {
    const opened = useView({});

    it('has no tab', async () => {
      assert.equal(await opened.view.get('tab-compare').isVisible(), false);
    });
  });

  describe('of three seeds', () => {
    const opened = useView({ state: 'compared', width: 1300 });
    beforeEach(() => opened.view.tab('compare'));

    it('is shown where the host says that it is done', async () => {
      const { view } = opened;
      await view.tab('overview');
      await view.send({ type: 'showComparison' });
      await view.get('compare-table').locator('tbody tr').first().waitFor();
    });

    it('tables the variants, those included that do not apply', async () => {
      const { view } = opened;
      const table = view.get('compare-table').locator('tbody tr');
      await table.nth(3).waitFor();
      const rows = await table.allInnerTexts();
      assert.equal(rows.length, 4);
      assert.match(rows[0], /as it is\s+0\.2\d+ ± 0\.00\d+\s+×\s0\.95\d\s+14\.0 ± 1\.00 ms\s+0\.192/);
      assert.match(rows[3], /batch norm\s+does not apply/);
      // a reason may hold a name of the model
      assert.match(await view.get('compare').innerText(), /all is <b>batch<\/b> already/);
    });

    it('gives verdicts where differences exceed the spread, for this network alone', async () => {
      const { view } = opened;
      const verdicts = await view.get('compare-verdicts').innerText();
      assert.match(verdicts, /as it is ends at a lower loss than no normalization \(by 1\.\d+, spread 0\.0\d+, p </);
      assert.match(verdicts, /as it is trains at larger learning rates than no normalization \(×\s32/);
      assert.doesNotMatch(verdicts, /less time per step/);
      assert.match(await view.get('compare').innerText(), /On this network, these data, these steps/);
      assert.equal(await view.page.locator('.compare-stale').count(), 0);
    });

    it('draws losses and gradients, and has their figures in tables', async () => {
      const { view } = opened;
      assert.equal((await view.column('compare-loss', 'as it is')).length, 20);
      assert.equal((await view.column('compare-depth', 'group norm')).length, 8);
      for (const figure of ['compare-loss', 'compare-depth'])
        assert.ok(((await view.inks(figure)).get('#3794ff') ?? 0) > 100, `${figure} is blank`);
    });
  });
});
