import assert from 'node:assert/strict';
import { ConfigDocument } from '../../../src/config/configDocument';
import { statedLayers } from '../../../src/config/layerHint';
import { outlineOf, type OutlineItem } from '../../../src/config/outline';
import { BytesSource } from '../../../src/ir/byteSource';
import { openModel } from '../../../src/formats/openModel';
import type { ModelFacts } from '../../../src/protocol/facts';
import { analyzeModel } from '../../../src/rules/analyzeModel';

const conv = {
  class_name: 'Conv2D',
  config: { name: 'conv', filters: 4, kernel_size: [3, 3], activation: 'relu', batch_input_shape: [null, 8, 8, 3] },
};
const dense = { class_name: 'Dense', config: { name: 'inner', units: 2 } };
const flatten = { class_name: 'Flatten', config: { name: 'flat' } };
const norm = { class_name: 'BatchNormalization', config: { name: 'bn', axis: -1 } };
const head = { class_name: 'Sequential', config: { name: 'head', layers: [flatten, dense] } };
const text = JSON.stringify(
  { class_name: 'Sequential', config: { name: 'm', layers: [conv, norm, head] } },
  undefined,
  2,
);

async function factsOf(model: string): Promise<ModelFacts> {
  const folder = { open: () => Promise.resolve(new BytesSource(new TextEncoder().encode(model))) };
  return analyzeModel(await openModel(folder, 'model.json'), 'model.json');
}

function names(items: readonly OutlineItem[]): unknown[] {
  return items.map(({ name, detail, role, children }) => [name, detail, role, ...names(children)]);
}

describe('the outline of a model text', () => {
  it('is the tree of its layers, with roles, places of norms and shapes', async () => {
    const outline = outlineOf(ConfigDocument.of(text)!, await factsOf(text));
    assert.deepEqual(names(outline), [
      ['conv', 'Conv2D: 6x6x4', 'linear'],
      ['bn', 'BatchNormalization: N,H,W; after activation; 6x6x4', 'norm'],
      ['head', 'Sequential', undefined, ['flat', 'Flatten: 144', 'other'], ['inner', 'Dense: 2', 'linear']],
    ]);
  });

  it('selects the class inside the range of each layer', async () => {
    const config = ConfigDocument.of(text)!;
    const check = (item: OutlineItem): void => {
      const [start, end] = [item.range.start, item.range.end].map((p) => config.lines.offsetAt(p));
      const [from, to] = [item.selection.start, item.selection.end].map((p) => config.lines.offsetAt(p));
      assert.ok(start <= from && to <= end, item.name);
      assert.match(text.slice(from, to), /^"class_name": "\w+"$/);
      item.children.forEach(check);
    };
    outlineOf(config, await factsOf(text)).forEach(check);
  });

  it('has the layers without facts as well', () => {
    assert.deepEqual(names(outlineOf(ConfigDocument.of(text)!, undefined))[0], ['conv', 'Conv2D', undefined]);
  });
});

describe('the layers that a text states', () => {
  it('are listed once each: a convolution stands for its own activation too', async () => {
    const stated = statedLayers(await factsOf(text));
    assert.deepEqual(
      stated.map((s) => [s.layer.name, s.hint]),
      [
        ['conv', '6x6x4'],
        ['bn', 'N,H,W; after activation; 6x6x4'],
        ['head/flat', '144'],
        ['head/inner', '2'],
      ],
    );
  });
});
