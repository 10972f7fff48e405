import assert from 'node:assert/strict';
import type { NormFacts } from '../../src/protocol/facts';
import { hostileNames, modelOf, recordedState } from '../support/recordedProfiles';
import { OpenView, useView } from './support';

interface Styled {
  getComputedStyle(element: unknown): { readonly backgroundColor: string; readonly clipPath: string };
}

describe('the layers in a browser', function () {
  this.timeout(60_000);
  const opened = useView({ layers: 100, width: 1600 });
  const names = (view: OpenView) => view.page.locator('.row .cell[data-column=name]').allInnerTexts();
  const cells = (view: OpenView, column: string) =>
    view.page.locator(`.row .cell[data-column=${column}]`).allInnerTexts();
  const flat = (texts: string[]) => texts.map((text) => text.replace(/\s/g, ''));

  beforeEach(() => opened.view.tab('layers'));

  it('lists every layer with its placement and figures', async () => {
    const { view } = opened;
    const state = recordedState(100);
    assert.equal(await view.get('layer-count').innerText(), '100 layers');
    assert.equal(await view.get('layer-table').getAttribute('aria-rowcount'), '101');
    const first = flat(await names(view));
    assert.deepEqual(
      first.slice(0, 10),
      modelOf(state)
        .layers.slice(0, 10)
        .map(({ name }) => name),
    );
    const rms = state.profile!.layers[0].gradient.at(-1)!.rms as number;
    const shown = (await cells(view, 'gradient'))[0];
    assert.ok(Math.abs(Number(shown) - rms) < 0.005 * rms, `${shown} for ${rms}`);
  });

  it('marks roles by their outlines, and norms in the colour of where they sit, here and in the panel', async () => {
    const { view } = opened;
    const styleOf = (mark: string) =>
      view.page
        .locator(mark)
        .first()
        .evaluate((element) => {
          const style = (globalThis as unknown as Styled).getComputedStyle(element);
          return { colour: style.backgroundColor, outline: style.clipPath };
        });
    const swatch = await styleOf('.placement-legend .swatch');
    const norm = await styleOf('.row .role-norm.series-0');
    assert.equal(norm.colour, swatch.colour);
    assert.match(norm.outline, /^polygon/);
    const linear = await styleOf('.row .role-linear');
    assert.equal(linear.outline, 'none');
    assert.notEqual(linear.colour, swatch.colour);
    await view.page
      .locator('.row', { has: view.page.locator('.role-norm.series-0') })
      .first()
      .click();
    await view.settle();
    assert.deepEqual(await styleOf('.panel-role .role-mark'), norm);
  });

  it('sorts by a figure and back to the order of the model', async () => {
    const { view } = opened;
    const sort = view.get('sort-gradient');
    const first = async () => Number((await cells(view, 'gradient'))[0]);
    await sort.click();
    await view.settle();
    const all = recordedState(100).profile!.layers.map(({ gradient }) => gradient.at(-1)!.rms as number);
    assert.ok(Math.abs((await first()) - Math.max(...all)) < 0.005 * Math.max(...all));
    await sort.click();
    await view.settle();
    assert.ok(Math.abs((await first()) - Math.min(...all)) < 0.005 * Math.min(...all));
    await sort.click();
    await view.settle();
    assert.equal(flat(await names(view))[0], 'stage1/block1/conv');
  });

  it('filters by words and by role', async () => {
    const { view } = opened;
    await view.input('filter').fill('block2 norm');
    await view.settle();
    const filtered = flat(await names(view));
    assert.ok(filtered.length > 1 && filtered.every((name) => name.includes('block2')));
    await view.input('filter').fill('');
    await view.get('role').click();
    await view.get('role').getByRole('option', { name: 'With findings' }).click();
    await view.settle();
    assert.equal(await view.get('layer-count').innerText(), '11 of 100 layers');
    await view.input('filter').fill('nothing like it');
    await view.get('no-layers').waitFor();
    assert.equal(await view.get('no-layers').innerText(), 'No layer passes the filter.');
  });

  it('shows what a norm is, in words', async () => {
    const { view } = opened;
    await view.input('filter').fill('BatchNormalization');
    await view.get('layer-row').first().click();
    const facts = await view.get('layer-facts').innerText();
    assert.match(
      facts,
      /One mean and variance for each of 32 channels, taken over batch, height and width \(N H W\)\./,
    );
    assert.match(facts, /0\.9 \(weight of the old value\)/);
    assert.match(facts, /Conv → BatchNormalization → Relu/);
    assert.match(await view.get('layer-figures').innerText(), /RMS\s+1\.2\d/);
    assert.equal((await view.column('running-mean', 'running mean')).length, 20);
  });

  it('shows the cube of a norm, and how distributions move over the steps', async () => {
    const { view } = opened;
    await view.get('layer-row').nth(1).click();
    const cube = view.get('norm-cube').locator('svg');
    assert.match((await cube.getAttribute('aria-label'))!, /taken over batch, height and width \(N H W\)/);
    // one channel in front, all its positions; on top, all its samples; nothing of the last channel
    for (const [face, shared] of [
      ['front', 4],
      ['top', 4],
      ['side', 0],
    ] as const) {
      assert.equal(await cube.locator(`.cube-${face}`).count(), 16);
      assert.equal(await cube.locator(`.cube-${face}.shared`).count(), shared, face);
    }
    const layer = recordedState(100).profile!.layers[1];
    const last = layer.activation.at(-1)!.histogram!.counts;
    const total = last.reduce((sum, count) => sum + count, 0);
    const shares = (await view.column('activation-ridges', 'share at step 19')).map(Number);
    shares.forEach((share, i) => assert.ok(Math.abs(share - last[i] / total) < 1e-5));
    assert.ok([...(await view.inks('activation-ridges')).keys()].length > 10);
    await view.get('layer-row').nth(0).click();
    await view.settle();
    assert.equal(await view.get('norm-cube').count(), 0, 'a convolution has no cube');
    assert.equal(await view.get('norm-parameters').isVisible(), false);
  });

  it('draws what the file holds of a norm, over its channels', async () => {
    const { view } = opened;
    await view.get('layer-row').nth(1).click();
    const state = recordedState(100);
    const { norm } = modelOf(state).layers[1];
    const counts = norm!.parameters!.flatMap(({ bins }) => bins);
    assert.deepEqual((await view.column('norm-parameters', 'channels')).map(Number), counts);
    assert.deepEqual(
      [...new Set(await view.column('norm-parameters', 'parameter'))],
      ['scale', 'shift', 'running mean', 'running variance'],
    );
    const summary = view.get('norm-parameters-summary');
    assert.match(await summary.innerText(), /^Scale 0\.400 to 1\.60 \(mean 0\.970\); shift -0\.500 to 0\.600/);
    await view.get('norm-parameters-svg').click();
    const [saved] = await view.sent('save');
    assert.ok(saved.type === 'save' && saved.name === 'In-the-file-over-32-channels.svg');
    const bars = heightsIn(saved.content);
    const drawn = counts.filter((count) => count > 0);
    assert.equal(bars.length, drawn.length);
    bars.forEach((height, i) => assert.ok(Math.abs(height - (104 * drawn[i]) / Math.max(...drawn)) < 0.02));
    for (const title of ['γ scale', 'β shift', 'running mean', 'running variance'])
      assert.ok(saved.content.includes(`>${title}<`), title);

    const change = async (parameters: NormFacts['parameters']) => {
      const model = modelOf(state);
      const layers = model.layers.map((layer, i) => (i === 1 ? { ...layer, norm: { ...norm!, parameters } } : layer));
      await view.send({ type: 'state', state: { ...state, model: { ...model, layers } } });
      await view.settle();
    };
    const [scale] = norm!.parameters!;
    const bins = [32, ...new Array<number>(15).fill(0)];
    await change([{ ...scale, min: 1, mean: 1, max: 1, bins }]);
    assert.equal(await summary.innerText(), 'Scale 1.00 everywhere.');
    await view.get('norm-parameters-svg').click();
    const shared = (await view.sent('save')).at(-1)!;
    assert.deepEqual(shared.type === 'save' && heightsIn(shared.content), [104], 'one bar');
    await change([{ ...scale, notFinite: 3 }]);
    assert.equal(await view.get('norm-parameters-notes').innerText(), 'Scale: 3 of 32 are not finite.');
    await change(undefined);
    assert.equal(await view.get('norm-parameters').isVisible(), false);
  });

  it('draws histograms whose bars are the counts of the chosen step', async () => {
    const { view } = opened;
    await view.get('layer-row').nth(1).click();
    const layer = recordedState(100).profile!.layers[1];
    for (const of of ['activation', 'gradient'] as const) {
      const counts = (await view.column(`${of}-histogram`, 'count')).map(Number);
      assert.deepEqual(counts, layer[of].at(-1)!.histogram!.counts);
      const ink = Math.max(0, ...(await view.inks(`${of}-histogram`)).values());
      assert.ok(counts.filter((count) => count > 0).length >= 5 && ink > 20, of);
    }
    await view.get('step-slider').focus();
    await view.page.keyboard.press('Home');
    await view.settle();
    assert.equal(await view.get('step-shown').innerText(), 'step 0');
    const first = (await view.column('activation-histogram', 'count')).map(Number);
    assert.deepEqual(first, layer.activation[0].histogram!.counts);
  });

  it('draws bars as high as their shares', async () => {
    const { view } = opened;
    await view.get('layer-row').nth(1).click();
    await view.get('activation-histogram-canvas').scrollIntoViewIfNeeded();
    await view.settle();
    const heights = await view.get('activation-histogram-canvas').evaluate((canvas) => {
      const { width, height } = canvas as unknown as { width: number; height: number };
      const context = (canvas as unknown as { getContext(kind: '2d'): Context }).getContext('2d');
      const { data } = context.getImageData(0, 0, width, height);
      return Array.from({ length: width }, (_, x) => {
        let inked = 0;
        // the bars' blue: more blue than red by far
        for (let y = 0; y < height; y++) if (data[4 * (y * width + x) + 2] > data[4 * (y * width + x)] + 60) inked++;
        return inked;
      });
      interface Context {
        getImageData(...box: number[]): { data: Uint8ClampedArray };
      }
    });
    const { counts } = recordedState(100).profile!.layers[1].activation.at(-1)!.histogram!;
    const [from, to] = [heights.findIndex((inked) => inked > 0), heights.findLastIndex((inked) => inked > 0)];
    const middleOf = (bar: number, bars: number) => from + Math.round(((bar + 0.5) / bars) * (to - from));
    const inked = counts.flatMap((count, i) => (count > 0.001 * Math.max(...counts) ? [i] : []));
    const tallest = Math.max(...inked.map((_, i) => heights[middleOf(i, inked.length)]));
    inked.forEach((bar, i) => {
      const drawn = heights[middleOf(i, inked.length)] / tallest;
      assert.ok(Math.abs(drawn - counts[bar] / Math.max(...counts)) < 0.08, `bar ${bar}: ${drawn}`);
    });
  });

  it('is worked by the keyboard alone', async () => {
    const { view } = opened;
    const { keyboard } = view.page;
    await view.get('layer-table').focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await view.settle();
    assert.equal(await view.get('layer-title').innerText(), 'stage1/block1/bn');
    const active = await view.get('layer-table').getAttribute('aria-activedescendant');
    assert.equal(await view.page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
    await keyboard.press('End');
    await view.settle();
    assert.equal(await view.get('layer-title').innerText(), 'head/softmax');
    assert.equal(await view.page.locator('.row.selected').isVisible(), true);
    await keyboard.press('Home');
    await keyboard.press('PageDown');
    await view.settle();
    assert.notEqual(await view.get('layer-title').innerText(), 'stage1/block1/conv');
    await keyboard.press('Enter');
    assert.equal(await view.page.evaluate('document.activeElement.dataset.testid'), 'layer-title');
    // a line below the name would not be drawn: it is a box of its own
    assert.equal(await view.page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid');
    await keyboard.press('Escape');
    assert.equal(await view.page.evaluate('document.activeElement.dataset.testid'), 'layer-table');
    await keyboard.press('Tab');
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await keyboard.press('Enter');
    await view.settle();
    assert.equal(await view.page.locator('[aria-sort=ascending]').innerText(), 'Layer ▴');
    assert.equal(await view.page.evaluate('document.activeElement.dataset.testid'), 'sort-name');
  });

  it('survives a reload: tab, layer, filter, sort and step', async () => {
    const { view } = opened;
    await view.get('layer-row').nth(4).click();
    await view.get('step-slider').waitFor();
    await view.get('step-slider').focus();
    await view.page.keyboard.press('Home');
    await view.get('sort-name').click();
    await view.input('filter').fill('block');
    await view.settle();
    await view.page.reload();
    await view.get('layer-title').waitFor();
    assert.equal(await view.get('layer-title').innerText(), 'stage1/block2/relu');
    assert.equal(await view.get('step-shown').innerText(), 'step 0');
    assert.equal(await view.input('filter').inputValue(), 'block');
    assert.equal(await view.page.locator('[aria-sort=ascending]').innerText(), 'Layer ▴');
  });

  it('shows a layer that the host asks for, whatever the filter hides', async () => {
    const { view } = opened;
    await view.input('filter').fill('head');
    await view.settle();
    await view.send({ type: 'select', layer: 'stage2/block20/bn' });
    await view.settle();
    assert.equal(await view.get('layer-title').innerText(), 'stage2/block20/bn');
    assert.equal(await view.page.locator('.row.selected').isVisible(), true);
  });

  it('asks the host to show the source of a layer that has one', async () => {
    const { view } = opened;
    await view.get('layer-row').first().click();
    await view.settle();
    assert.equal(await view.get('reveal').isVisible(), false);
    const state = recordedState(100);
    const model = modelOf(state);
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
    const layers = model.layers.map((layer) => ({ ...layer, source: { uri: 'model.json', range } }));
    await view.send({ type: 'state', state: { ...state, profile: null, model: { ...model, layers } } });
    await view.get('reveal').click();
    assert.deepEqual(await view.sent('reveal'), [{ type: 'reveal', layer: 'stage1/block1/conv' }]);
  });
});

describe('ten thousand layers in a browser', function () {
  this.timeout(120_000);

  it('scroll and sort with few rows in the page', async () => {
    const view = await OpenView.open({ layers: 10_000, state: 'analysed', width: 1600 });
    await view.tab('layers');
    await view.get('layer-row').first().waitFor();
    const table = view.get('layer-table');
    const frames = await view.page.evaluate<number[]>(`new Promise((resolve) => {
      const table = document.querySelector('[data-testid=layer-table]');
      const times = [];
      requestAnimationFrame(function scroll(time) {
        times.push(time);
        table.scrollTop += 1300;
        if (times.length < 90) requestAnimationFrame(scroll);
        else resolve(times.slice(1).map((at, i) => at - times[i]));
      });
    })`);
    const median = frames.sort((a, b) => a - b)[Math.floor(frames.length / 2)];
    console.log(`      scrolling: ${median.toFixed(1)} ms a frame (median), ${frames.at(-1)!.toFixed(1)} ms at most`);
    assert.ok(median < 34, `${median} ms a frame`);
    assert.ok((await view.get('layer-row').count()) < 100);
    await table.focus();
    await view.page.keyboard.press('End');
    await view.settle();
    assert.equal(await view.get('layer-title').innerText(), 'head/softmax');
    await view.get('sort-name').click();
    await view.settle();
    assert.match(await view.get('layer-row').first().innerText(), /head\/fc/);
    assert.deepEqual(view.complaints, []);
    await view.close();
  });
});

describe('hostile names in a browser', function () {
  this.timeout(60_000);
  const opened = useView({ state: 'hostile', width: 1000 });

  it('are text and nothing else', async () => {
    const { view } = opened;
    await view.tab('layers');
    for (let i = 0; i < hostileNames.length; i++) {
      await view.get('layer-row').nth(i).click();
      await view.settle();
      const shown = await view.get('layer-title').textContent();
      assert.equal(shown!.length, hostileNames[i].length);
      if (/^[\x20-\x7e]*$/.test(hostileNames[i])) assert.equal(shown, hostileNames[i]);
    }
    assert.equal(await view.page.evaluate('globalThis.__hacked'), undefined);
    assert.equal(await view.page.evaluate('document.querySelectorAll("#app img, #app script").length'), 0);
  });

  it('do not stretch the page', async () => {
    const { view } = opened;
    for (const tab of ['overview', 'layers'] as const) {
      await view.tab(tab);
      await view.settle();
      assert.equal(await view.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, tab);
    }
    const box = (await view.page.locator('.row', { hasText: 'xxxxxxxx' }).boundingBox())!;
    assert.ok(box.height <= 26 && box.width <= 1000);
  });

  it('turn no text around: overrides and isolates are shown as replacement characters', async () => {
    const text = await opened.view.page.locator('#app').textContent();
    assert.doesNotMatch(text!, /[\u202a-\u202e\u2066-\u2069]/);
    assert.ok(!text!.includes('\0'));
  });

  it('figures that are not finite are left out of the charts, and that is said', async () => {
    const { view } = opened;
    assert.match(await view.get('loss-notes').innerText(), /3 losses are not finite/);
    assert.deepEqual((await view.column('loss', 'loss')).slice(17), ['Infinity', 'NaN', 'NaN']);
    assert.match(await view.get('gradient-depth-notes').innerText(), /not finite/);
  });
});

/** Heights of the green bars of a picture: rectangles are written as paths. */
function heightsIn(svg: string): number[] {
  const bars = svg.matchAll(/<path d="([^"]*)Z" fill="rgba\(137, 209, 133[^>]*>/g);
  return [...bars].map(([, path]) => {
    const ys = [...path.matchAll(/[ML]\S+ (\S+?)(?=[ML]|$)/g)].map((match) => Number(match[1]));
    return Math.max(...ys) - Math.min(...ys);
  });
}
