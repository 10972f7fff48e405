import assert from 'node:assert/strict';
import type { ViewToHost } from '../../src/protocol/view';
import { recordedState } from '../support/recordedProfiles';
import { OpenView, useBrowser, useView } from './support';

describe('the overview in a browser', function () {
  this.timeout(60_000);

  describe('of a profiled model', () => {
    const opened = useView({ layers: 100, width: 1600 });

    it('says what the model is', async () => {
      const { view } = opened;
      assert.equal(await view.get('model-name').innerText(), 'recorded-cnn-100.onnx');
      assert.match(
        await view.get('model-facts').innerText(),
        /ONNX.*opset 17.*101 nodes.*parameters.*weights present/s,
      );
      assert.match(await view.get('tile-norms').innerText(), /Norms\s+32\s+Batch 32/);
      assert.match(await view.get('tile-placement').innerText(), /linear → norm → activation 25/);
    });

    it('groups the findings by rule and links them to their page and layer', async () => {
      const { view } = opened;
      const rules = view.get('rule');
      assert.equal(await rules.count(), 3);
      assert.equal(await rules.first().getByTestId('finding').count(), 4);
      await view.get('more-norm-after-activation').click();
      assert.equal(await rules.first().getByTestId('finding').count(), 7);
      await view.get('rule-link').first().click();
      assert.deepEqual(await view.sent('openRule'), [{ type: 'openRule', ruleId: 'norm-after-activation' }]);
      await view.get('layer-link').first().click();
      await view.get('layer-title').waitFor();
      assert.equal(await view.get('layer-title').innerText(), 'stage1/block2/bn');
    });

    it('offers one copy with a fix for all findings of a rule', async () => {
      const { view } = opened;
      await view.tab('overview');
      assert.equal(await view.get('fix-drop-bias').count(), 1);
      assert.match(await view.get('fix-drop-bias').innerText(), /Save a copy with redundant biases dropped/);
      await view.get('fix-drop-bias').click();
      assert.deepEqual(await view.sent('fix'), [{ type: 'fix', fix: 'drop-bias' }]);
    });

    it('draws loss, gradient and activation, and has their figures in tables', async () => {
      const { view } = opened;
      const losses = (await view.column('loss', 'loss')).map(Number);
      const recorded = recordedState(100).profile!.loss as number[];
      assert.equal(losses.length, recorded.length);
      losses.forEach((loss, i) => assert.ok(Math.abs(loss - recorded[i]) < 1e-5 * recorded[i]));
      assert.equal((await view.column('gradient-depth', 'step 19')).length, 34);
      for (const figure of ['loss', 'gradient-depth', 'activation-depth'])
        assert.ok(((await view.inks(figure)).get('#3794ff') ?? 0) > 200, `${figure} is blank`);
    });

    it('shows all layers against depth when asked to', async () => {
      const { view } = opened;
      await view.get('depth-layers').click();
      await view.get('depth-layers').getByRole('option', { name: 'All layers' }).click();
      await view.settle();
      assert.equal((await view.column('gradient-depth', 'step 19')).length, 100);
    });

    it('shows the table behind a chart and copies it', async () => {
      const { view } = opened;
      const table = view.get('loss-table');
      assert.ok((await table.boundingBox())!.height <= 1);
      await view.get('loss-toggle-table').click();
      await view.settle();
      assert.ok((await table.boundingBox())!.height > 100);
      await view.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await view.get('loss-copy').click();
      await view.get('loss-copy').getByText('Copied').waitFor();
      const copied = await view.page.evaluate<string>('navigator.clipboard.readText()');
      const [comment, head, first] = copied.split(/\r?\n/);
      assert.match(comment, /^# Loss \(cross-entropy\)\. Synthetic data: .* seed 1 · 20 steps/);
      assert.equal(head, 'step,loss,mean of 5 steps');
      assert.match(first, /^0,2\.\d+,$/);
    });

    it('draws no other figure anew for a table that is shown', async () => {
      const { view } = opened;
      const kept = await view.page.evaluateHandle<unknown[]>(`(() => {
        const others = () => ['gradient-depth', 'activation-depth', 'heat'].map((id) =>
          document.querySelector('[data-testid=' + id + '-table] table'));
        return [others, others()];
      })()`);
      await view.get('loss-toggle-table').click();
      await view.settle();
      assert.ok((await view.get('loss-table').boundingBox())!.height > 100);
      assert.ok(
        await kept.evaluate(([others, before]) => {
          const now = (others as () => unknown[])();
          return now.length === 3 && now.every((table, i) => table !== null && table === (before as unknown[])[i]);
        }),
      );
    });

    it('draws the heat map of layers and steps, of the figure that is chosen', async () => {
      const { view } = opened;
      assert.equal((await view.column('heat', 'step 19')).length, 100);
      const first = Number((await view.column('heat', 'step 0'))[0]);
      const recorded = recordedState(100).profile!.layers[0];
      assert.ok(Math.abs(first / Number(recorded.gradient[0].rms) - 1) < 1e-4);
      const inks = await view.inks('heat');
      assert.ok([...inks.keys()].length > 60, `${inks.size} colours`);
      await view.get('heat-figure').click();
      await view.get('heat-figure').getByRole('option', { name: 'Update ratio' }).click();
      await view.settle();
      assert.equal((await view.column('heat', 'step 19')).length, 34, 'weighted layers');
      assert.match(await view.get('heat-notes').innerText(), /66 layers have no such figure/);
      const { width, height } = (await view.get('heat-canvas').boundingBox())!;
      await view.get('heat-canvas').click({ position: { x: width / 2, y: height - 36 } });
      await view.get('layer-title').waitFor();
      assert.equal(await view.get('layer-title').innerText(), 'head/fc');
    });

    it('draws what theory predicts beside what was measured', async () => {
      const { view } = opened;
      const state = recordedState(100);
      const line = {
        name: 'Batch norm and ReLU',
        formula: 'sqrt(pi / (pi - 1))',
        reference: { title: 'Yang et al. 2019', url: 'https://arxiv.org/abs/1902.08129' },
        ratio: 1.211,
        values: [1, 2, 3].map((depth) => ({ layer: `stage1/block${depth}/conv`, depth, rms: 1e-5 / 1.211 ** depth })),
      };
      await view.send({ type: 'state', state: { ...state, profile: { ...state.profile!, theory: [line] } } });
      await view.settle();
      const predicted = await view.column('gradient-depth', 'theory: Batch norm and ReLU');
      assert.deepEqual(predicted.filter(Boolean).length, 3);
      assert.match(await view.get('gradient-depth-summary').innerText(), /Theory \(Batch norm and ReLU\): ×\s1\.21/);
      assert.ok(((await view.inks('gradient-depth')).get('#89d185') ?? 0) > 5, 'a green line');
    });

    it('draws the points of a single layer', async () => {
      const { view } = opened;
      const state = recordedState(100);
      const layers = state.profile!.layers.slice(0, 1);
      await view.send({ type: 'state', state: { ...state, profile: { ...state.profile!, layers } } });
      await view.settle();
      const blue = await view.page.evaluate<number>(`(() => {
        const canvas = document.querySelector('[data-testid=gradient-depth-canvas]');
        const legend = 40 * devicePixelRatio;
        const { data } = canvas.getContext('2d').getImageData(0, legend, canvas.width, canvas.height - legend);
        const wanted = [0x37, 0x94, 0xff];
        let found = 0;
        for (let i = 0; i < data.length; i += 4)
          if (data[i + 3] > 150 && wanted.every((value, k) => Math.abs(data[i + k] - value) <= 36)) found++;
        return found;
      })()`);
      assert.ok(blue > 5, `${blue} pixels of the last step`);
    });

    it('saves pictures as SVG and PNG', async () => {
      const { view } = opened;
      for (const figure of ['loss', 'heat'])
        for (const format of ['svg', 'png']) await view.get(`${figure}-${format}`).click();
      const saved = (await view.sent('save')) as Extract<ViewToHost, { type: 'save' }>[];
      assert.deepEqual(
        saved.map(({ name }) => name),
        ['svg', 'png']
          .flatMap((format) => [`Loss-cross-entropy.${format}`])
          .concat(['svg', 'png'].map((f) => `Gradient-RMS-by-layer-and-step.${f}`)),
      );
      for (const { content, encoding } of saved) {
        if (encoding === 'base64') {
          const bytes = Buffer.from(content, 'base64');
          assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
          // twice as sharp as the screen
          assert.ok(bytes.readUInt32BE(16) > 500, `${bytes.readUInt32BE(16)} pixels wide`);
          continue;
        }
        const drawn = await view.page.evaluate<{ broken: number; paths: number; words: string[] }>(`(() => {
          const parsed = new DOMParser().parseFromString(${JSON.stringify(content)}, 'image/svg+xml');
          const all = (tag) => [...parsed.getElementsByTagName(tag)];
          return { broken: all('parsererror').length, paths: all('path').length, words: all('text').map((t) => t.textContent) };
        })()`);
        assert.equal(drawn.broken, 0);
        assert.ok(drawn.paths > 5 && drawn.words.includes('step'), `${drawn.paths} paths, ${drawn.words.join(' ')}`);
        assert.ok(!/<script|foreignObject|href/.test(content));
      }
    });

    it('says what the figures are', async () => {
      const line = await opened.view.get('settings-line').innerText();
      for (const part of ['Synthetic data', 'weights re-initialised', 'batch 16', 'seed 1', '20 steps', 'Momentum SGD'])
        assert.ok(line.includes(part), part);
    });

    it('goes to the layer of a point that is clicked', async () => {
      const { view } = opened;
      const { width, height } = (await view.get('gradient-depth-canvas').boundingBox())!;
      // the last layer's gradient is the greatest: upper right corner
      await view.get('gradient-depth-canvas').click({ position: { x: width - 12, y: height * 0.25 } });
      await view.get('layer-title').waitFor();
      assert.equal(await view.get('layer-title').innerText(), 'head/fc');
    });
  });

  it('follows the theme: colours of the charts are those of the tokens', async () => {
    const view = await OpenView.open({ theme: 'dark' });
    assert.ok((await view.inks('gradient-depth')).has('#3794ff'));
    await view.setTheme('light');
    const light = await view.inks('gradient-depth');
    assert.ok(light.has('#1a85ff') && !light.has('#3794ff'));
    await view.setTheme('high-contrast');
    const contrast = await view.inks('gradient-depth');
    assert.ok(contrast.has('#3794ff') && contrast.has('#ffffff'), 'white axes');
    const swatches = await view.page.evaluate<string[]>(
      "[...document.querySelectorAll('.placement-part')].map((part) => getComputedStyle(part).backgroundColor)",
    );
    // these themes have no orange
    assert.ok(swatches.length > 1 && !swatches.includes('rgba(0, 0, 0, 0)'), swatches.join(' '));
    assert.deepEqual(view.complaints, []);
    await view.close();
  });

  it('can be scrolled sideways where the window is narrower than the page can be, and only there', async () => {
    const view = await OpenView.open();
    const scrolled = () => view.page.evaluate<number>('document.scrollingElement.scrollLeft');
    for (const [width, hidden] of [
      [320, 0],
      [260, 60],
    ]) {
      await view.page.setViewportSize({ width, height: 600 });
      await view.page.mouse.move(100, 300);
      await view.page.mouse.wheel(200, 0);
      await view.page.waitForTimeout(500);
      assert.equal(await scrolled(), hidden, `${width} pixels`);
    }
    assert.deepEqual(view.complaints, []);
    await view.close();
  });

  it('keeps labels apart with 100 layers at every width', async () => {
    for (const width of [600, 1000, 1600]) {
      const view = await OpenView.open({ layers: 100, width });
      await view.settle();
      const wide = await view.page.evaluate(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth',
      );
      assert.equal(wide, false, `the page is wider than ${width}`);
      for (const id of ['gradient-depth', 'loss', 'activation-depth']) {
        const head = await view.get(id).boundingBox();
        assert.ok(head!.x >= 0 && head!.x + head!.width <= width, `${id} at ${width}`);
      }
      await view.close();
    }
  });

  it('fits into 500 KB', async () => {
    const { server } = await useBrowser();
    console.log(`      the view: ${(server.bytes / 1024).toFixed(1)} KB minified`);
    assert.ok(server.bytes <= 500 * 1024, `${server.bytes} bytes`);
  });
});
