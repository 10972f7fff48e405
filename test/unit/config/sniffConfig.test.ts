import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { sniffConfig } from '../../../src/config/sniffConfig';

const layer = { class_name: 'Dense', config: { name: 'd', units: 1 } };
const model = { class_name: 'Sequential', config: { name: 's', layers: [layer] } };
const custom = { class_name: 'MyNet', config: { layers: [layer] } };
const corpus = path.resolve(__dirname, '../../../../shared/models');

describe('sniffConfig', () => {
  const models: readonly [string, unknown, 'tfjs-layers' | 'tfjs-graph' | 'keras'][] = [
    ['tfjs', { modelTopology: model, weightsManifest: [] }, 'tfjs-layers'],
    ['graph model', { format: 'graph-model', modelTopology: { node: [] } }, 'tfjs-graph'],
    ['early graph model', { modelTopology: { node: [{ input: [], name: 'a', op: 'Const' }] } }, 'tfjs-graph'],
    ['tfjs with model_config', { modelTopology: { keras_version: '2', model_config: model } }, 'tfjs-layers'],
    ['a class of its own', { modelTopology: { model_config: custom } }, 'tfjs-layers'],
    ['Keras', model, 'keras'],
    ['Keras, class of its own', custom, 'keras'],
    ['Keras 1', { class_name: 'Sequential', config: [layer] }, 'keras'],
    ['Keras with model_config', { keras_version: '2', model_config: model }, 'keras'],
    ['config first', { config: { layers: [layer] }, class_name: 'MyNet' }, 'keras'],
    ['encoded model_config', { modelTopology: { model_config: JSON.stringify(model) } }, 'tfjs-layers'],
    ['encoded topology', { modelTopology: JSON.stringify(model) }, 'tfjs-layers'],
    ['encoded whole', JSON.stringify(model), 'keras'],
    [
      'weights before the topology',
      { format: 'layers-model', weightsManifest: [], modelTopology: model },
      'tfjs-layers',
    ],
  ];
  for (const [name, value, kind] of models) {
    it(`knows ${name}`, () => {
      assert.equal(sniffConfig(JSON.stringify(value)), kind);
      assert.equal(sniffConfig(`\ufeff\n  ${JSON.stringify(value, null, 2)}`), kind);
    });
  }

  it('knows a long model by its beginning', () => {
    const long = { modelTopology: { ...model, config: { layers: Array.from({ length: 5000 }, () => layer) } } };
    assert.equal(sniffConfig(JSON.stringify(long).slice(0, 65_536)), 'tfjs-layers');
  });

  it('knows a model by its weights where its topology lies beyond the beginning', () => {
    const weights = Array.from({ length: 3000 }, (_, i) => ({ name: `w${i}`, shape: [1], dtype: 'float32' }));
    const text = JSON.stringify({ weightsManifest: [{ paths: ['w.bin'], weights }], modelTopology: { node: [] } });
    assert.equal(sniffConfig(text.slice(0, 65_536)), 'tfjs');
    // all of it is there, and describes no model
    assert.equal(sniffConfig(JSON.stringify({ weightsManifest: [{ paths: [], weights }] })), undefined);
    assert.equal(sniffConfig('{"weightsManifest": [1, 2, '), undefined);
  });

  it('knows a graph model by the first node or function, however long that is', () => {
    const long = 'x'.repeat(100_000);
    const attr = { value: { tensor: { tensorContent: long } } };
    const node = [{ name: 'c', attr, op: 'Const' }];
    for (const modelTopology of [{ node }, { library: { function: [{ nodeDef: long }] }, node }])
      assert.equal(sniffConfig(JSON.stringify({ modelTopology }).slice(0, 65_536)), 'tfjs-graph');
  });

  it('knows nothing else', () => {
    for (const value of [
      {},
      [],
      [model],
      'class_name',
      { name: 'package', version: '1.0.0', keywords: ['class_name', 'layers', 'config'] },
      { architectures: ['BertModel'], hidden_size: 768, layer_norm_eps: 1e-12, class_name: 'x' },
      { layers: [layer], exportData: 1 },
      { modelTopology: { node: 'op' }, note: 'graph-model' },
      { components: { class_name: 'Model', config: {} } },
      { class_name: 'Widget', config: { rows: [] } },
      { a: { b: { c: { d: { e: { class_name: 'Sequential' } } } } } },
      { class_name: { Sequential: 1 }, note: 'layers-model' },
      [{ weights: [{ name: 'class_name' }], paths: [] }],
    ]) {
      assert.equal(sniffConfig(JSON.stringify(value)), undefined, JSON.stringify(value));
    }
  });

  it('takes any text, quickly', () => {
    const start = performance.now();
    for (const text of [
      '',
      '{',
      '"',
      '{"class_name"',
      '{"class_name":',
      '[[[[class_name',
      '}}}}class_name',
      '{"class_name": "Mod',
      '\\"class_name\\"',
    ]) {
      assert.equal(sniffConfig(text), undefined, text);
    }
    sniffConfig(`{"class_name":${'['.repeat(65_536)}`);
    sniffConfig(`{${'"class_name":1,'.repeat(4000)}`);
    sniffConfig(`"${'\\\\'.repeat(30_000)}class_name"config`);
    assert.ok(performance.now() - start < 2000);
  });

  it('tells the files of the corpus apart', function () {
    const manifest = path.join(corpus, 'manifest.json');
    if (!fs.existsSync(manifest)) this.skip();
    const files = (JSON.parse(fs.readFileSync(manifest, 'utf8')) as { path: string; format?: string }[]).filter((e) =>
      e.path.endsWith('.json'),
    );
    let known = 0;
    for (const { path: file, format } of files) {
      const isModel = format?.startsWith('tfjs-') || format === 'keras-json' || file === 'malformed/model.json';
      const kind = sniffConfig(fs.readFileSync(path.join(corpus, file), 'utf8').slice(0, 65_536));
      assert.equal(kind !== undefined, isModel, file);
      if (isModel) known++;
    }
    assert.ok(known >= 19);
    assert.equal(sniffConfig(fs.readFileSync(manifest, 'utf8').slice(0, 65_536)), undefined);
  });
});
