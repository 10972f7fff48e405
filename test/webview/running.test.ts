import assert from 'node:assert/strict';
import { endedState, recordedEvents, recordedSettings, recordedState } from '../support/recordedProfiles';
import { OpenView, useView } from './support';

describe('a profile in a browser', function () {
  this.timeout(60_000);

  describe('that is run', () => {
    const opened = useView({ state: 'analysed', layers: 100, width: 1600 });

    it('is started with the settings of the form', async () => {
      const { view } = opened;
      assert.match(await view.get('no-profile').innerText(), /Not profiled yet/);
      await view.get('settings').click();
      await view.input('setting-batch').fill('4');
      await view.input('setting-lr').fill('1e-3');
      await view.get('setting-optimizer').click();
      await view.get('setting-optimizer').getByRole('option', { name: 'Adam' }).click();
      await view.get('profile').click();
      const settings = { ...recordedSettings, batch: 4, lr: 1e-3, optimizer: 'adam' };
      assert.deepEqual(await view.sent('profile'), [{ type: 'profile', settings }]);
    });

    it('asks for a comparison with the settings of the form, and for none with one that cannot be used', async () => {
      const { view } = opened;
      await view.get('settings').click();
      await view.input('setting-steps').fill('5');
      await view.get('run-compare').click();
      const settings = { ...recordedSettings, steps: 5 };
      assert.deepEqual(await view.sent('compare'), [{ type: 'compare', settings }]);
      await view.input('setting-steps').fill('0');
      await view.settle();
      assert.notEqual(await view.get('run-compare').getAttribute('disabled'), null);
    });

    it('is started with another normalization, loss and scale of the weights', async () => {
      const { view } = opened;
      await view.get('settings').click();
      for (const [field, option] of [
        ['norm', 'Layer norms'],
        ['loss', 'Mean squared error'],
      ]) {
        await view.get(`setting-${field}`).click();
        await view.get(`setting-${field}`).getByRole('option', { name: option }).click();
      }
      await view.input('setting-scale').fill('0.5');
      await view.get('profile').click();
      const settings = { ...recordedSettings, norm: 'layer', loss: 'mse', init: 0.5 };
      assert.deepEqual(await view.sent('profile'), [{ type: 'profile', settings }]);
    });

    it('asks the host for data, and takes what it answers over what was edited', async () => {
      const { view } = opened;
      await view.get('settings').click();
      assert.equal(await view.get('setting-labels').isVisible(), false);
      await view.input('setting-batch').fill('4');
      await view.get('setting-data').click();
      const edited = { ...recordedSettings, batch: 4 };
      assert.deepEqual(await view.sent('chooseData'), [{ type: 'chooseData', field: 'data', settings: edited }]);
      const settings = { ...edited, data: '/home/me/digits.npz' };
      await view.send({ type: 'state', state: { ...recordedState(100, false), settings } });
      await view.get('setting-data').getByText('digits.npz').waitFor();
      assert.match(await view.get('request').innerText(), /batch 4 .*data digits\.npz/);
      await view.get('setting-labels').click();
      assert.deepEqual(await view.sent('chooseData'), [
        { type: 'chooseData', field: 'data', settings: edited },
        { type: 'chooseData', field: 'labels', settings },
      ]);
    });

    it('keeps settings that were not run yet over a reload, files among them', async () => {
      const { view } = opened;
      await view.get('settings').click();
      await view.get('setting-data').click();
      await view.send({
        type: 'state',
        state: { ...recordedState(100, false), settings: { ...recordedSettings, data: '/home/me/digits.npz' } },
      });
      await view.get('setting-data').getByText('digits.npz').waitFor();
      await view.input('setting-batch').fill('4');
      await view.settle();
      await view.page.reload();
      await view.get('setting-data').getByText('digits.npz').waitFor();
      assert.equal(await view.input('setting-batch').inputValue(), '4');
      assert.match(await view.get('request').innerText(), /batch 4 .*data digits\.npz/);
      await view.get('profile').click();
      const settings = { ...recordedSettings, batch: 4, data: '/home/me/digits.npz' };
      assert.deepEqual(await view.sent('profile'), [{ type: 'profile', settings }]);
    });

    it('is not started with a setting that cannot be', async () => {
      const { view } = opened;
      await view.get('settings').click();
      for (const [wrong, words] of [
        ['many', 'Not a number'],
        ['1.5', 'Whole numbers only'],
        ['0', '1 to 4096'],
      ]) {
        await view.input('setting-batch').fill(wrong);
        await view.settle();
        assert.equal(await view.get('setting-batch-error').innerText(), words);
        assert.notEqual(await view.get('profile').getAttribute('disabled'), null);
      }
      await view.input('setting-batch').fill('8');
      await view.settle();
      assert.equal(await view.get('profile').getAttribute('disabled'), null);
    });

    it('grows step by step, then shows the whole result', async () => {
      const { view } = opened;
      await view.get('profile').click();
      await view.progressOf(6);
      assert.match(await view.get('phase').innerText(), /Training: step \d+ of 20 · loss \d\.\d+ · \d\.\d s left/);
      const early = (await view.column('loss', 'loss')).length;
      await view.get('progress').waitFor({ state: 'hidden' });
      await view.settle();
      assert.ok(early < 20, `${early} losses in the middle`);
      assert.equal((await view.column('loss', 'loss')).length, 20);
      assert.match(await view.get('findings').innerText(), /vanishing-gradient/);
    });

    it('draws at most ten times a second', async () => {
      const { view } = opened;
      await view.page.evaluate(
        `globalThis.drawn = 0; new MutationObserver(() => drawn++).observe(document.querySelector('[data-testid=phase]'), { childList: true, characterData: true, subtree: true })`,
      );
      const profile = recordedState(100).profile!;
      const [, , , started, ...steps] = recordedEvents(profile);
      const running = { phase: 'training', step: 0, steps: 20 } as const;
      await view.send({ type: 'state', state: { ...recordedState(100, false), running } });
      await view.send({ type: 'events', events: [started], running });
      await view.settle();
      await view.page.evaluate('drawn = 0');
      const begin = Date.now();
      for (const [i, event] of steps.slice(0, -1).entries())
        await view.send({ type: 'events', events: [event], running: { ...running, step: i + 1 } });
      await view.progressOf(20);
      const drawn = await view.page.evaluate('drawn');
      const most = 2 + (Date.now() - begin) / 100;
      assert.ok((drawn as number) >= 1 && (drawn as number) <= most, `${String(drawn)} drawings, not ${most}`);
    });

    it('is cancelled', async () => {
      const { view } = opened;
      // within the page: the recorded run takes a second, which a driver on a busy machine may miss
      await view.page.evaluate(`new Promise((resolve) => {
        const get = (id) => document.querySelector('[data-testid=' + id + ']');
        get('profile').click();
        requestAnimationFrame(function look() {
          if (!get('cancel').checkVisibility()) return requestAnimationFrame(look);
          get('cancel').click();
          resolve();
        });
      })`);
      await view.get('banner-cancelled').waitFor();
      assert.match(await view.get('banner-cancelled').innerText(), /cancelled after 7 steps of 20/);
      assert.deepEqual(await view.sent('cancel'), [{ type: 'cancel' }]);
    });

    it('keeps the keyboard where it is: from the button that starts a run to the one that ends it, and back', async () => {
      const { view } = opened;
      const running = { phase: 'compiling', step: 0, steps: 20 } as const;
      const focused = () =>
        view.page.evaluate('document.activeElement.dataset.testid ?? document.activeElement.tagName');
      await view.get('profile').focus();
      await view.send({ type: 'state', state: { ...recordedState(100, false), running } });
      await view.get('cancel').waitFor();
      assert.equal(await focused(), 'cancel');
      await view.send({ type: 'state', state: endedState(100, 'cancelled', 7) });
      await view.get('profile').waitFor();
      assert.equal(await focused(), 'profile');
      await view.get('tab-network').focus();
      await view.send({ type: 'state', state: { ...endedState(100, 'cancelled', 7), running } });
      await view.get('cancel').waitFor();
      assert.equal(await focused(), 'tab-network');
    });

    it('says that the figures are of the profile before until the first of the new one come', async () => {
      const { view } = opened;
      const running = { phase: 'compiling', step: 0, steps: 20 } as const;
      await view.send({ type: 'state', state: { ...endedState(100, 'cancelled', 7), running } });
      await view.get('banner-before').waitFor();
      const [, , , started, first] = recordedEvents(recordedState(100).profile!);
      await view.send({ type: 'events', events: [started], running });
      await view.send({ type: 'events', events: [first], running: { ...running, phase: 'training', step: 1 } });
      await view.get('banner-before').waitFor({ state: 'detached' });
      await view.page.waitForTimeout(1100);
      assert.equal((await view.column('loss', 'loss')).length, 1);
    });
  });

  const states: Readonly<Record<string, readonly [id: string, text: RegExp]>> = {
    stale: ['banner-stale', /changed since it was profiled/],
    cancelled: ['banner-cancelled', /what had been measured is shown/],
    failed: ['banner-failed', /failed after 7 steps of 20\. The engine ran out of memory/],
    partial: ['banner-notes', /Resize has no gradient/],
    impossible: ['banner-failure', /cannot be trained/],
    unreadable: ['unreadable', /ends at byte 4096/],
    loading: ['loading', /Reading the model/],
    empty: ['no-layers', /no layers that NormScope knows/],
  };
  for (const [state, [id, text]] of Object.entries(states))
    it(`${state}: the view says so`, async () => {
      const view = await OpenView.open({ state, layers: 40 });
      if (state === 'empty') await view.tab('layers');
      await view.get(id).waitFor();
      assert.match(await view.get(id).innerText(), text);
      assert.deepEqual(view.complaints, []);
      await view.close();
    });

  it('of an older file is marked, and profiled again on request', async () => {
    const view = await OpenView.open({ state: 'stale' });
    await view.get('banner-stale-again').click();
    assert.deepEqual(await view.sent('profile'), [{ type: 'profile', settings: recordedSettings }]);
    await view.close();
  });

  it('of an unreadable file is tried again on request', async () => {
    const view = await OpenView.open({ state: 'unreadable' });
    await view.get('reanalyze').click();
    assert.deepEqual(await view.sent('reanalyze'), [{ type: 'reanalyze' }]);
    await view.close();
  });
});
