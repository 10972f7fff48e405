import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readOptions, type CompareOptions, type ExportOptions, type ProfileOptions } from '../../../src/cli/options';
import { UsageError } from '../../../src/cli/usage';
import { nodeHost } from '../../../src/engine/nodeHost';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { runExport } from '../../../src/engine/runExport';
import { ModelError } from '../../../src/ir/errors';
import { inferTypes } from '../../../src/ir/inferTypes';
import { verifyGraph } from '../../../src/ir/verifyGraph';
import { layerView } from '../../../src/layers/recognize';
import { defaultProfileSettings as defaults } from '../../../src/profile/defaultSettings';
import { corpusPath, manifestEntries } from '../../support/manifest';

const sample = path.join(__dirname, '../../../media/samples/sample.onnx');
const read = (...args: string[]) => readOptions(args, defaults);

describe('normscope compare: options', () => {
  it('reads variants, seeds and the options of a profile', () => {
    const { settings, model } = read(
      ...['compare', 'm.onnx', '--variants', 'as-is, none,group', '--seeds', '5', '--steps', '7', '--optimizer', 'sgd'],
    ) as CompareOptions;
    assert.equal(model, 'm.onnx');
    assert.deepEqual(settings.variants, ['as-is', 'none', 'group']);
    assert.deepEqual([settings.seeds, settings.steps, settings.optimizer, settings.lr], [5, 7, 'sgd', 0.01]);
    assert.equal(settings.learningRates, false);
  });

  it('starts from fresh weights unless told otherwise', () => {
    assert.equal((read('compare', 'm.onnx') as CompareOptions).settings.init, 'default');
    assert.equal((read('compare', 'm.onnx', '--init', 'keep') as CompareOptions).settings.init, 'keep');
    assert.equal((read('profile', 'm.onnx') as ProfileOptions).settings.init, 'keep');
  });

  it('refuses variants that do not exist', () => {
    assert.throws(() => read('compare', 'm.onnx', '--variants', 'as-is,batchnorm'), UsageError);
    assert.throws(() => read('profile', 'm.onnx', '--norm', 'dropout'), /--norm dropout: expected one of as-is, none/);
    assert.throws(() => read('compare', 'm.onnx', '--seeds', '0'), UsageError);
    assert.equal((read('profile', 'm.onnx', '--norm', 'rms') as ProfileOptions).settings.norm, 'rms');
    assert.equal((read('profile', 'm.onnx') as ProfileOptions).settings.norm, undefined);
  });
});

describe('normscope export', () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-export-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  const save = (model: string, norm: ExportOptions['settings']['norm'], output: string, overwrite = false) =>
    runExport(
      { model: { path: model }, settings: { norm, output, overwrite } },
      () => undefined,
      new AbortController().signal,
      nodeHost,
    );

  it('reads its options', () => {
    const { settings } = read('export', 'm.onnx', '--norm', 'group', '--output', 'g.onnx', '--force') as ExportOptions;
    assert.deepEqual(settings, { norm: 'group', output: 'g.onnx', overwrite: true });
    assert.throws(() => read('export', 'm.onnx', '--output', 'g.onnx'), /--norm with one of none, folded, batch/);
    assert.throws(() => read('export', 'm.onnx', '--norm', 'as-is', '--output', 'g.onnx'), UsageError);
    assert.throws(() => read('export', 'm.onnx', '--norm', 'none'), /--output/);
  });

  it('saves a model that opens, with the norms that were asked for', async () => {
    const output = path.join(folder, 'group.onnx');
    const { change, weights } = await save(sample, 'group', output);
    assert.match(change, /replaced by group norms/);
    assert.equal(weights, null);
    const { graph, opsets } = await openModelFile(output);
    assert.equal(opsets.get(''), 18);
    assert.deepEqual(verifyGraph(graph.toMutable()), []);
    const types = new Set(layerView(graph, inferTypes(graph)).layers.flatMap((l) => l.norm?.type ?? []));
    assert.deepEqual([...types], ['group']);
  });

  it('replaces no file unasked, and never the model', async () => {
    const output = path.join(folder, 'twice.onnx');
    await save(sample, 'none', output);
    await assert.rejects(save(sample, 'none', output), /is there already/);
    await save(sample, 'none', output, true);
    await assert.rejects(save(output, 'batch', output, true), /is the model itself/);
    await assert.rejects(save(sample, 'none', path.join(folder, 'no', 'where.onnx')), ModelError);
  });

  const tfjs = manifestEntries().find((e) => e.path.endsWith('acgan_generator/model.json'));
  (tfjs === undefined ? it.skip : it)('saves a variant of a TensorFlow.js model as ONNX', async () => {
    const output = path.join(folder, 'generator.onnx');
    await save(corpusPath(tfjs!), 'layer', output);
    const { graph } = await openModelFile(output);
    assert.deepEqual(verifyGraph(graph.toMutable()), []);
  });
});
