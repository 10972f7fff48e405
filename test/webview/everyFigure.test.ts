import assert from 'node:assert/strict';
import { OpenView, type Query } from './support';

/** What is true of every chart, whatever its model is called and however large it is. */
describe('every figure', function () {
  this.timeout(240_000);
  const cases: Query[] = [
    { state: 'compared', layers: 10 },
    { state: 'compared', layers: 100, theme: 'light' },
    { state: 'compared', layers: 1000, theme: 'high-contrast' },
    { state: 'hostile' },
  ];
  for (const query of cases)
    it(`of ${Object.values(query).join(' ')} has its table, CSV, PNG and SVG`, async () => {
      const view = await OpenView.open({ width: 1400, ...query });
      await view.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const seen: string[] = [];
      for (const tab of ['overview', 'layers', ...(query.state === 'compared' ? ['compare'] : [])]) {
        await view.tab(tab);
        if (tab === 'layers') await view.get('layer-row').nth(1).click();
        await view.settle();
        for (const figure of await view.page.locator('figure.figure:visible').all()) {
          const id = (await figure.getAttribute('data-testid'))!;
          // a tensor that no figure is finite of has a sentence in the place of its picture
          if (!(await view.get(`${id}-canvas`).isVisible())) continue;
          seen.push(id);
          await checkTable(view, id);
          await checkExports(view, id);
        }
      }
      for (const id of ['gradient-depth', 'loss', 'heat', 'norm-parameters', 'activation-ridges', 'running-mean'])
        assert.ok(seen.includes(id), `${id} is not among ${seen.join(' ')}`);
      assert.equal(await view.page.evaluate('globalThis.__hacked'), undefined);
      assert.equal(await view.page.evaluate('document.querySelectorAll("#app img, #app script").length'), 0);
      assert.deepEqual(view.complaints, []);
      await view.close();
    });

  async function checkTable(view: OpenView, id: string): Promise<void> {
    const table = view.get(`${id}-table`);
    await view.get(`${id}-toggle-table`).click();
    await view.settle();
    assert.ok((await table.boundingBox())!.height > 20, `${id}: its table is not shown`);
    const rows = await table.locator('tbody tr').count();
    assert.ok(rows > 0, `${id}: an empty table`);
    await view.get(`${id}-copy`).click();
    await view.get(`${id}-copy`).getByText('Copied').waitFor();
    const lines = (await view.page.evaluate<string>('navigator.clipboard.readText()'))
      .trimEnd()
      .split(/\r?\n(?=[^"]*)/);
    assert.ok(lines[0].startsWith('# ') && lines.length >= rows + 2, `${id}: ${lines.length} lines, ${rows} rows`);
    await view.get(`${id}-toggle-table`).click();
  }

  async function checkExports(view: OpenView, id: string): Promise<void> {
    for (const format of ['svg', 'png'] as const) await view.get(`${id}-${format}`).click();
    // looked at in the page: the pictures of a thousand layers are megabytes
    const saved = await view.page.evaluate<{ svg: string; broken: number; png: string; bytes: string }>(`(() => {
      const [svg, png] = recorded.sent.filter(({ type }) => type === 'save').slice(-2);
      const parsed = new DOMParser().parseFromString(svg.content, 'image/svg+xml');
      const broken = parsed.querySelectorAll('parsererror, script, foreignObject, image, a').length;
      return { svg: svg.name, broken, png: png.name, bytes: atob(png.content).slice(1, 4) };
    })()`);
    assert.match(saved.svg, /^[\w-]{1,100}\.svg$/);
    assert.equal(saved.broken, 0, `${id}: its SVG`);
    assert.match(saved.png, /^[\w-]{1,100}\.png$/);
    assert.equal(saved.bytes, 'PNG', id);
  }

  it('tells what is below the pointer as text', async () => {
    const view = await OpenView.open({ state: 'hostile', width: 1400 });
    const told = new Set<string>();
    for (const tab of ['overview', 'network'] as const) {
      await view.tab(tab);
      const stage = view.get(tab === 'overview' ? 'heat-canvas' : 'graph');
      await stage.scrollIntoViewIfNeeded();
      const box = (await stage.boundingBox())!;
      for (let y = 0.1; y < 0.95; y += 0.08)
        for (const x of [0.42, 0.46, 0.5, 0.54]) {
          await view.page.mouse.move(box.x + box.width * x, box.y + box.height * y);
          const tips = await view.page.locator('.plot-tip:visible, .graph-tip:visible').allTextContents();
          for (const tip of tips) told.add(tip);
        }
    }
    const all = [...told].join('\n');
    for (const part of ['<img src=x', '<script>', '__proto__', 'שכבת'])
      assert.ok(all.includes(part), `${part} is not told: ${all}`);
    assert.ok([...told].every((tip) => tip.length < 700 && !/[\u202e\u2066]/.test(tip)));
    assert.equal(await view.page.evaluate('globalThis.__hacked'), undefined);
    assert.deepEqual(view.complaints, []);
    await view.close();
  });
});
