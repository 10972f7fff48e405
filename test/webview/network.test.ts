import assert from 'node:assert/strict';
import type { ViewToHost } from '../../src/protocol/view';
import { hostileNames, modelOf, recordedState } from '../support/recordedProfiles';
import { OpenView, useView } from './support';

const said = (view: OpenView) => view.get('graph-said').innerText();

/** Presses keys one after the other, each after what the one before drew. */
async function press(view: OpenView, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await view.page.keyboard.press(key);
    await view.settle();
  }
}

describe('the graph in a browser', function () {
  this.timeout(60_000);

  describe('of a profiled model', () => {
    const opened = useView({ layers: 100, width: 1600 });
    beforeEach(async () => {
      await opened.view.tab('network');
      await opened.view.settle();
    });

    it('is drawn in the colours of the placements, with marks for findings', async () => {
      for (const [what, colour] of [
        ['outlines of norms before their activation', '#3794ff'],
        ['outlines of norms after it', '#d18616'],
        ['warnings', '#cca700'],
      ]) {
        const count = await opened.view.inkNear('graph', colour);
        assert.ok(count > 20, `${what}: ${count} pixels near ${colour}`);
      }
      assert.match(
        await opened.view.get('graph-legend').innerText(),
        /Where the norms sit:\s+linear → norm → activation/,
      );
    });

    it('is walked and opened by the keyboard alone', async () => {
      const { view } = opened;
      await view.get('graph').focus();
      await press(view, 'ArrowDown');
      assert.match(await said(view), /stage1\/block1\/conv\. Conv \(linear\)/);
      assert.equal(await view.get('layer-title').innerText(), 'stage1/block1/conv');
      await press(view, 'ArrowRight');
      assert.match(await said(view), /Batch norm, linear → norm → activation/);
      await view.get('graph-fold').click();
      await view.get('graph').focus();
      await press(view, 'ArrowRight', 'ArrowDown');
      assert.match(
        await said(view),
        /stage1\/block2 … block11\. 2 equal parts, 30 layers, folded\. 4 layers with findings/,
      );
      await press(view, 'Enter');
      assert.match(await said(view), /^Opened/);
      await press(view, 'ArrowDown', 'Enter', 'ArrowDown');
      assert.match(await said(view), /stage1\/block2\/conv/);
      await press(view, 'ArrowRight', 'ArrowRight');
      assert.match(await said(view), /stage1\/block2\/bn.*Warning: norm-after-activation/);
      await press(view, 'Enter');
      assert.equal(await view.page.evaluate('document.activeElement.dataset.testid'), 'layer-title');
      await press(view, 'Escape');
      assert.equal(await view.page.evaluate('document.activeElement.dataset.testid'), 'graph');
      await press(view, 'Escape', 'Escape');
      assert.match(await said(view), /^Folded: stage1\/block2 … block6/);
      await press(view, 'End');
      assert.match(await said(view), /head\/softmax/);
      await press(view, '/');
      assert.equal(await view.page.evaluate('document.activeElement.dataset.testid'), 'graph-search');
    });

    it('shows and selects what is clicked', async () => {
      const { view } = opened;
      const stage = view.get('graph');
      await stage.focus();
      await press(view, '0', 'Home');
      const { x, y } = await selectedChip(view);
      const norm = { x: x + 45, y };
      await stage.hover({ position: norm });
      assert.match(await view.get('graph-tip').innerText(), /stage1\/block1\/bn\s+BatchNormalization/);
      await stage.click({ position: norm });
      await view.settle();
      assert.equal(await view.get('layer-title').innerText(), 'stage1/block1/bn');
      // dragging moves the picture and selects nothing
      const box = (await stage.boundingBox())!;
      await view.page.mouse.move(box.x + x, box.y + y);
      await view.page.mouse.down();
      await view.page.mouse.move(box.x + x + 60, box.y + y + 40, { steps: 4 });
      await view.page.mouse.up();
      await view.settle();
      assert.equal(await view.get('layer-title').innerText(), 'stage1/block1/bn');
      const moved = await selectedChip(view);
      assert.ok(Math.abs(moved.y - y - 40) < 3, `${moved.y} after ${y}`);
    });

    it('is coloured by a measured figure, with its scale', async () => {
      const { view } = opened;
      const before = await view.inkNear('graph', '#3794ff');
      await view.get('graph-colour').click();
      await view.get('graph-colour').getByRole('option', { name: 'Gradient RMS' }).click();
      await view.settle();
      const rms = recordedState(100).profile!.layers.map(({ gradient }) => gradient.at(-1)!.rms as number);
      const legend = await view.get('graph-legend').innerText();
      const [low, high] = legend.match(/\d[\d.]*e-\d+/g)!.map(Number);
      assert.ok(Math.abs(low / Math.min(...rms) - 1) < 0.005 && Math.abs(high / Math.max(...rms) - 1) < 0.005, legend);
      const after = await view.inks('graph');
      const violet = [...after]
        .filter(([colour]) => /^#4[0-8][01]/.test(colour))
        .reduce((sum, [, count]) => sum + count, 0);
      assert.ok(violet > 200, `${violet} pixels of the scale's low end`);
      assert.ok((await view.inkNear('graph', '#3794ff')) < before);
    });

    it('is saved whole, as SVG and PNG', async () => {
      const { view } = opened;
      await view.get('graph-fold').click();
      await view.get('graph-svg').click();
      await view.get('graph-png').click();
      const [svg, png] = (await view.sent('save')) as Extract<ViewToHost, { type: 'save' }>[];
      assert.equal(svg.name, 'Network-of-recorded-cnn-100-onnx.svg');
      for (const words of ['stage1/block1', '×2', 'Gemm', '32×32×32'])
        assert.ok(svg.content.includes(`>${words}<`), words);
      const bytes = Buffer.from(png.content, 'base64');
      const [, width] = /width="(\d+)"/.exec(svg.content)!;
      assert.equal(bytes.readUInt32BE(16), 2 * Number(width), 'twice as sharp');
    });

    it('finds layers and opens the blocks around them', async () => {
      const { view } = opened;
      await view.input('graph-search').fill('block2 norm');
      await view.settle();
      const model = modelOf(recordedState(100));
      const expected = model.layers.filter(({ name, role }) => name.includes('block2') && role === 'norm').length;
      assert.equal(await view.get('graph-found').innerText(), `${expected} of 100 layers`);
      await view.input('graph-search').press('Enter');
      await view.settle();
      assert.equal(await view.get('layer-title').innerText(), 'stage1/block2/bn');
      await view.input('graph-search').press('Enter');
      await view.settle();
      assert.equal(await view.get('layer-title').innerText(), 'stage2/block20/bn');
    });

    it('survives a reload: open blocks, colours, layer and place', async () => {
      const { view } = opened;
      await view.get('graph-fold').click();
      await view.get('graph').focus();
      await press(
        view,
        'ArrowDown',
        'ArrowRight',
        'ArrowRight',
        'ArrowDown',
        'Enter',
        'ArrowDown',
        'Enter',
        'ArrowDown',
        '+',
        '+',
      );
      const a = await view.inkNear('graph', '#3794ff');
      await view.page.reload();
      await view.get('layer-title').waitFor();
      await view.page.waitForTimeout(300);
      assert.equal(await view.get('layer-title').innerText(), 'stage1/block2/conv');
      const b = await view.inkNear('graph', '#3794ff');
      assert.ok(a > 20 && Math.abs(a - b) <= 0.15 * a, `${a} and ${b} pixels of blue`);
    });

    it('goes to the source of a layer that has one, and leaves the keyboard where it is', async () => {
      const { view } = opened;
      const state = recordedState(100);
      const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
      const layers = modelOf(state).layers.map((layer) => ({ ...layer, source: { uri: 'model.json', range } }));
      await view.send({ type: 'state', state: { ...state, model: { ...modelOf(state), layers, graphHash: 'text' } } });
      await view.settle();
      await view.get('graph').focus();
      await press(view, 'Home', '0');
      await view.get('graph').click({ position: await selectedChip(view) });
      assert.deepEqual(await view.sent('reveal'), [{ type: 'reveal', layer: 'stage1/block1/conv', keepFocus: true }]);
    });
  });

  it('colours nothing before a profile, and says so', async () => {
    const view = await OpenView.open({ layers: 40, state: 'analysed' });
    await view.tab('network');
    await view.get('graph-colour').click();
    await view.get('graph-colour').getByRole('option', { name: 'Update ratio' }).click();
    await view.settle();
    assert.match(await view.get('graph-legend').innerText(), /Not profiled yet/);
    assert.deepEqual(view.complaints, []);
    await view.close();
  });

  it('is not offered for a model without layers', async () => {
    const view = await OpenView.open({ state: 'empty' });
    assert.equal(await view.get('tab-network').isVisible(), false);
    await view.close();
  });

  it('draws names that would harm a careless view', async () => {
    const view = await OpenView.open({ state: 'hostile', width: 1000 });
    await view.tab('network');
    await view.get('graph').focus();
    await press(view, 'Home');
    const seen: string[] = [];
    for (let i = 0; i < 12; i++) {
      seen.push(await said(view));
      await press(view, 'ArrowRight');
      if (seen.at(-1) === (await said(view))) await press(view, 'ArrowDown');
    }
    assert.ok(
      seen.some((text) => text.includes('<img src=x')),
      'a name is text',
    );
    assert.ok(seen.every((text) => text.length < 700 && !text.includes('\u202e')));
    assert.ok(hostileNames.length > 5);
    assert.equal(await view.page.evaluate('globalThis.__hacked'), undefined);
    const { scrollWidth, clientWidth } = await view.page.evaluate<{ scrollWidth: number; clientWidth: number }>(
      '({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })',
    );
    assert.equal(scrollWidth, clientWidth);
    assert.deepEqual(view.complaints, []);
    await view.close();
  });

  it('has the room of the counts above it in a small window, where the overview keeps them', async () => {
    for (const [width, height] of [
      [420, 860],
      [1200, 520],
    ]) {
      const view = await OpenView.open({ layers: 40, state: 'analysed', width, height });
      const heightOf = async (id: string) => (await view.get(id).boundingBox())?.height ?? 0;
      await view.settle();
      assert.ok((await heightOf('summary')) > 60);
      await view.tab('network');
      await view.settle();
      assert.equal(await heightOf('summary'), 0);
      assert.ok((await heightOf('graph')) >= 200, `${await heightOf('graph')} of ${height}`);
      await view.page.setViewportSize({ width: 1200, height: 860 });
      assert.ok((await heightOf('summary')) > 60);
      await view.close();
    }
  });

  it('pans ten thousand open layers at more than thirty frames a second', async function () {
    this.timeout(120_000);
    const view = await OpenView.open({ layers: 10_000, state: 'analysed', width: 1600 });
    await view.tab('network');
    await view.get('graph-open-all').click();
    await view.page.waitForTimeout(1500);
    const frames = await view.page.evaluate<number[]>(`new Promise((resolve) => {
      const stage = document.querySelector('[data-testid=graph]');
      const times = [];
      requestAnimationFrame(function pan(time) {
        times.push(time);
        stage.dispatchEvent(new WheelEvent('wheel', { deltaY: 61, cancelable: true }));
        if (times.length < 90) requestAnimationFrame(pan);
        else resolve(times.slice(1).map((at, i) => at - times[i]));
      });
    })`);
    const median = frames.sort((a, b) => a - b)[Math.floor(frames.length / 2)];
    console.log(`      panning: ${median.toFixed(1)} ms a frame (median), ${frames.at(-1)!.toFixed(1)} ms at most`);
    assert.ok(median < 33, `${median} ms a frame`);
    assert.deepEqual(view.complaints, []);
    await view.close();
  });
});

/** A place in the outline of the layer that is selected, from the stage's corner: where the colour of the focus is first. */
async function selectedChip(view: OpenView): Promise<{ x: number; y: number }> {
  const place = await view.page.evaluate<{ x: number; y: number }>(`(() => {
    const canvas = document.querySelector('[data-testid=graph-canvas]');
    const { width, height, clientWidth } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const focus = [0x00, 0x78, 0xd4];
    const at = data.findIndex((_, i) => i % 4 === 0 && focus.every((value, k) => data[i + k] === value)) >> 2;
    return { x: (at % width) * (clientWidth / width), y: Math.floor(at / width) * (clientWidth / width) };
  })()`);
  return { x: place.x + 20, y: place.y + 14 };
}
