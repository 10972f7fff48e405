import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runFix } from '../../../src/engine/runFix';
import { ModelError } from '../../../src/ir/errors';
import type { FixId } from '../../../src/protocol/facts';
import type { FixResult, FixSettings } from '../../../src/protocol/fix';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { corpusPath, manifestEntries } from '../../support/manifest';
import { groupBytes, loadModel, readModelJson, saveModel, tfjsDifference } from '../../support/tfjsFiles';

const { layers: l } = tfl;
const SAME = 1e-5;

const conv = (more: object = {}) => l.conv2d({ filters: 4, kernelSize: 3, padding: 'same', ...more });
const norm = (more: object = {}) => l.batchNormalization(more);
const image = { inputShape: [8, 8, 3] };

describe('a copy of a TensorFlow.js layers model with a fix', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-layers-'));
    fs.mkdirSync(path.join(folder, 'model'));
    tf.disposeVariables();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const saved = (model: tfl.LayersModel) => saveModel(model, path.join(folder, 'model'));
  const output = () => path.join(folder, 'copy', 'model.json');
  const fix = (model: string, id: FixId, more: Partial<FixSettings> = {}): Promise<FixResult> =>
    runFix(
      {
        model: { path: model },
        settings: { fix: id, output: output(), overwrite: false, acceptDifference: false, ...more },
      },
      () => undefined,
      new AbortController().signal,
      nodeHost,
    );
  const refusal = async (work: Promise<unknown>): Promise<ModelError> => {
    const error = await work.then(
      () => assert.fail('a copy was saved'),
      (e: unknown) => e,
    );
    assert.ok(error instanceof ModelError, String(error));
    return error;
  };
  const kinds = (file: string) => {
    const topology = readModelJson(file).modelTopology as { config: { layers: { class_name: string }[] } };
    return topology.config.layers.map((layer) => layer.class_name);
  };
  const weightNames = (file: string) =>
    readModelJson(file).weightsManifest.flatMap(({ weights }) => weights.map((w) => w.name));

  /** Fixes, and holds the copy against the model in TensorFlow.js. */
  const assertSame = async (model: tfl.LayersModel, id: FixId, changed: number): Promise<FixResult> => {
    const file = await saved(model);
    const before = fs.readFileSync(file, 'utf8');
    const result = await fix(file, id);
    assert.equal(result.changed.length, changed, JSON.stringify(result.left));
    assert.ok(Number(result.proof.difference) <= SAME);
    const difference = tfjsDifference(await loadModel(file), await loadModel(output()));
    assert.ok(difference <= SAME, `TensorFlow.js says ${difference}`);
    assert.equal(fs.readFileSync(file, 'utf8'), before);
    return result;
  };

  const linears: [name: string, make: () => tfl.layers.Layer][] = [
    ['a dense layer', () => l.dense({ units: 5, inputShape: [6] })],
    ['a convolution of a series', () => l.conv1d({ filters: 4, kernelSize: 3, inputShape: [9, 3] })],
    ['a convolution', () => conv(image)],
    ['a depthwise convolution', () => l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, ...image })],
    ['a separable convolution', () => l.separableConv2d({ filters: 5, kernelSize: 3, ...image })],
    ['a transposed convolution', () => l.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, ...image })],
  ];
  for (const [name, make] of linears) {
    it(`with the bias of ${name} dropped, computes the same`, async () => {
      const { weights } = await assertSame(tfl.sequential({ layers: [make(), norm(), l.reLU()] }), 'drop-bias', 1);
      assert.equal(path.dirname(weights!), path.dirname(output()));
      assert.ok(!weightNames(output()).some((n) => n.endsWith('/bias')), weightNames(output()).join());
    });

    it(`with the batch norm folded into ${name}, computes the same`, async () => {
      await assertSame(tfl.sequential({ layers: [make(), norm({ epsilon: 0.01 }), l.reLU()] }), 'fold', 1);
      assert.ok(!kinds(output()).includes('BatchNormalization'));
      assert.ok(!weightNames(output()).some((n) => n.includes('moving')));
    });
  }

  it('with a batch norm folded into layers without a bias, and without scale or shift', async () => {
    const layers = [
      conv({ ...image, useBias: false }),
      norm({ scale: false }),
      l.reLU(),
      conv({ useBias: false, dataFormat: 'channelsLast' }),
      norm({ center: false }),
    ];
    await assertSame(tfl.sequential({ layers }), 'fold', 2);
    const biases = weightNames(output()).filter((n) => n.endsWith('/bias'));
    assert.equal(biases.length, 2);
  });

  it('with batch norms folded into the layers behind them', async () => {
    const layers = [
      l.dense({ units: 4, activation: 'relu', inputShape: [6] }),
      norm(),
      l.dense({ units: 5, activation: 'tanh', useBias: false }),
      norm(),
      l.dense({ units: 3 }),
    ];
    await assertSame(tfl.sequential({ layers }), 'fold', 2);
    assert.deepEqual(kinds(output()), ['Dense', 'Dense', 'Dense']);
  });

  it('with norms before and behind one layer folded into it', async () => {
    const layers = [
      l.reLU({ inputShape: [6] }),
      norm(),
      l.dense({ units: 5 }),
      norm(),
      l.reLU(),
      l.dense({ units: 2 }),
    ];
    const { changed } = await assertSame(tfl.sequential({ layers }), 'fold', 2);
    assert.equal(changed.length, 2);
  });

  /** Two branches that are added, one of them with two norms in a row of layers; the last norm is an output. */
  const branches = () => {
    const x = tfl.input({ shape: [8, 8, 3] });
    const stem = norm().apply(conv().apply(x)) as tfl.SymbolicTensor;
    const left = norm().apply(conv().apply(stem)) as tfl.SymbolicTensor;
    const right = norm().apply(l.depthwiseConv2d({ kernelSize: 1 }).apply(stem)) as tfl.SymbolicTensor;
    const sum = l.add().apply([left, right]) as tfl.SymbolicTensor;
    const last = norm().apply(conv({ filters: 2 }).apply(l.reLU().apply(sum))) as tfl.SymbolicTensor;
    return tfl.model({ inputs: x, outputs: [last, l.globalAveragePooling2d({}).apply(sum) as tfl.SymbolicTensor] });
  };

  it('of a functional model with branches and two outputs', async () => {
    await assertSame(branches(), 'fold', 4);
    const { outputs } = await loadModel(output());
    assert.equal(outputs.length, 2);
    fs.rmSync(path.dirname(output()), { recursive: true });
    await assertSame(branches(), 'drop-bias', 4);
  });

  it('of models in a model; layers that are called twice stay as they are', async () => {
    const inner = () =>
      tfl.sequential({ layers: [conv({ inputShape: [8, 8, 4] }), norm(), l.reLU()] }) as unknown as tfl.layers.Layer;
    const once = tfl.sequential({ layers: [conv(image), norm(), l.reLU(), inner()] });
    await assertSame(once, 'fold', 2);
    fs.rmSync(path.dirname(output()), { recursive: true });

    const shared = inner();
    const x = tfl.input({ shape: [8, 8, 4] });
    const twice = shared.apply(shared.apply(norm().apply(conv().apply(x))));
    const result = await assertSame(tfl.model({ inputs: x, outputs: twice as tfl.SymbolicTensor }), 'fold', 1);
    assert.match(result.left[0].reason, /is called in several places/);
  });

  it('can be meant for some layers alone', async () => {
    const file = await saved(branches());
    const { findings } = await analyzeModel(await openModelFile(file), file);
    const biased = findings.find((f) => f.fix?.id === 'drop-bias')!;
    assert.equal(biased.layers!.length, 4);
    const { changed } = await fix(file, 'drop-bias', { layers: [biased.layers![1]] });
    assert.deepEqual(changed, [biased.layers![1]]);
    assert.equal(weightNames(file).length - weightNames(output()).length, 1);
    const error = await refusal(fix(file, 'drop-bias', { layers: ['nobody'], overwrite: true }));
    assert.match(error.message, /has no layer nobody/);
  });

  it('keeps all else of the text, and type, quantisation and bytes of other weights', async () => {
    const file = await saved(
      tfl.sequential({ layers: [conv(image), norm(), l.reLU(), l.flatten(), l.dense({ units: 3 })] }),
    );
    // the kernels quantised, one to bytes and one to half precision, and the files cut where it suits nobody
    const json = readModelJson(file);
    const [{ weights }] = json.weightsManifest;
    const bytes = groupBytes(file);
    let at = 0;
    const parts = weights.map((w) => {
      const count = w.shape.reduce((a, b) => a * b, 1);
      const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + at + 4 * count));
      at += 4 * count;
      if (w.name.endsWith('/kernel')) {
        w.quantization = { dtype: 'uint8', scale: 1 / 255, min: -0.5 };
        return Buffer.from(Uint8Array.from(values, (v) => Math.round((v + 0.5) * 255)));
      }
      return Buffer.from(values.buffer);
    });
    const all = Buffer.concat(parts);
    const cuts = [0, 7, 100, all.length];
    json.weightsManifest[0].paths = [1, 2, 3].map((i) => `part ${i}`);
    for (const i of [1, 2, 3])
      fs.writeFileSync(path.join(folder, 'model', `part ${i}`), all.subarray(cuts[i - 1], cuts[i]));
    const text = JSON.stringify(
      { ...json, userDefinedMetadata: { __proto__: 1.0, big: '1e999' } },
      undefined,
      3,
    ).replace('"1e999"', '123456789012345678901234567890');
    fs.writeFileSync(file, text);

    await fix(file, 'drop-bias');
    const difference = tfjsDifference(await loadModel(file), await loadModel(output()));
    assert.ok(difference <= SAME, `TensorFlow.js says ${difference}`);
    const copied = fs.readFileSync(output(), 'utf8');
    const bias = /,\s*\{\s*"name": "conv2d[^"]*\/bias"[^}]*\}/;
    const stripped = (t: string) => t.replace(/"paths": \[[^\]]*\]/, '').replace(/"use_bias": (true|false)/, '');
    assert.equal(stripped(copied), stripped(text.replace(bias, '')));
    const kernels = (f: string) => readModelJson(f).weightsManifest[0].weights.filter((w) => w.name.endsWith('kernel'));
    assert.deepEqual(kernels(output()), kernels(file));
    assert.deepEqual(groupBytes(output()).subarray(0, 108), groupBytes(file).subarray(0, 108));
  });

  it('of a quantised kernel that changes, holds that one as float32', async () => {
    const file = await saved(tfl.sequential({ layers: [conv(image), norm(), l.reLU()] }));
    const json = readModelJson(file);
    const kernel = json.weightsManifest[0].weights.find((w) => w.name.endsWith('/kernel'))!;
    kernel.quantization = { dtype: 'float16' };
    const bytes = groupBytes(file);
    const half = Buffer.alloc(216);
    for (let i = 0; i < 108; i++) half.writeUInt16LE(0x3000 + 5 * i, 2 * i);
    fs.writeFileSync(path.join(folder, 'model', 'weights.bin'), Buffer.concat([half, bytes.subarray(432)]));
    fs.writeFileSync(file, JSON.stringify(json));
    await fix(file, 'fold');
    const copied = readModelJson(output()).weightsManifest[0].weights;
    assert.equal(copied.find((w) => w.name === kernel.name)!.quantization, undefined);
    assert.ok(tfjsDifference(await loadModel(file), await loadModel(output())) <= SAME);
  });

  it('with a norm moved says so first, and is saved on demand', async () => {
    const layers = [conv({ ...image, activation: 'relu' }), norm(), l.flatten(), l.dense({ units: 3 })];
    const file = await saved(tfl.sequential({ layers }));
    const asked = await fix(file, 'norm-before-activation');
    assert.equal(asked.output, null);
    assert.equal(asked.proof.limit, null);
    assert.ok(!fs.existsSync(path.dirname(output())));
    const moved = await fix(file, 'norm-before-activation', { acceptDifference: true });
    assert.deepEqual(kinds(output()), ['Conv2D', 'BatchNormalization', 'Activation', 'Flatten', 'Dense']);
    const difference = tfjsDifference(await loadModel(file), await loadModel(output()));
    assert.ok(Number(moved.proof.difference) > 1e-3 && difference > 1e-3);

    const back = path.join(folder, 'copy', 'back.json');
    await fix(output(), 'norm-after-activation', { acceptDifference: true, output: back });
    assert.deepEqual(kinds(back), ['Conv2D', 'Activation', 'BatchNormalization', 'Flatten', 'Dense']);
    assert.ok(tfjsDifference(await loadModel(file), await loadModel(back)) <= SAME);
  });

  it('with the axis set has fresh statistics of the channels', async () => {
    const layers = [conv(image), norm({ axis: 1 }), l.reLU(), l.flatten(), l.dense({ units: 3 })];
    const file = await saved(tfl.sequential({ layers }));
    await fix(file, 'norm-axis', { acceptDifference: true });
    const copy = await loadModel(output());
    const norms = copy.layers.find((layer) => layer.getClassName() === 'BatchNormalization')!;
    assert.deepEqual(
      norms.getWeights().map((w) => Array.from(w.dataSync())),
      [1, 0, 0, 1].map((v) => [v, v, v, v]),
    );
    assert.equal(norms.getConfig().axis, 3);
  });

  it('with the momentum converted differs in that alone', async () => {
    const layers = [l.dense({ units: 4, inputShape: [6] }), norm({ momentum: 0.1 }), l.reLU(), l.dense({ units: 2 })];
    const file = await saved(tfl.sequential({ layers }));
    const { proof } = await fix(file, 'momentum');
    assert.equal(proof.kind, 'training-step');
    const stripped = (t: string) => t.replace(/"paths": \[[^\]]*\]/, '');
    const text = fs.readFileSync(file, 'utf8').replace('"momentum": 0.1', '"momentum": 0.9');
    assert.equal(stripped(fs.readFileSync(output(), 'utf8')), stripped(text));
    assert.deepEqual(groupBytes(output()), groupBytes(file));
  });

  it('replaces no file unless asked to, weights included', async () => {
    const file = await saved(tfl.sequential({ layers: [conv(image), norm(), l.reLU()] }));
    fs.mkdirSync(path.dirname(output()));
    const shard = path.join(folder, 'copy', 'model.group1-shard1of1.bin');
    fs.writeFileSync(shard, 'something else');
    assert.match((await refusal(fix(file, 'fold'))).message, /shard1of1\.bin is there already/);
    assert.deepEqual(fs.readdirSync(path.dirname(output())), [path.basename(shard)]);
    assert.equal(fs.readFileSync(shard, 'utf8'), 'something else');
    await fix(file, 'fold', { overwrite: true });
    assert.deepEqual(fs.readdirSync(path.dirname(output())).sort(), ['model.group1-shard1of1.bin', 'model.json']);
    // the model's own place
    await fix(file, 'drop-bias', { overwrite: true, output: file });
    assert.ok(!weightNames(file).some((n) => n.endsWith('/bias')));
    const there = (await refusal(fix(file, 'fold', { output: file }))).message;
    assert.match(there, /is the model itself/);
  });

  it('says that the state of an optimizer is that of the model', async () => {
    const file = await saved(tfl.sequential({ layers: [conv(image), norm(), l.reLU()] }));
    assert.ok(!(await fix(file, 'fold')).notes.some((n) => n.includes('optimizer')));
    const json = readModelJson(file);
    const entry = { name: 'conv/kernel_m', shape: [2], dtype: 'float32' as const, group: 'optimizer' as const };
    json.weightsManifest.push({ paths: ['state.bin'], weights: [entry] });
    fs.writeFileSync(path.join(folder, 'model', 'state.bin'), Buffer.alloc(8, 1));
    fs.writeFileSync(file, JSON.stringify(json));
    const { notes, weights } = await fix(file, 'fold', { overwrite: true });
    assert.ok(notes.some((n) => n.includes('optimizer')));
    assert.deepEqual(groupBytes(output(), 1), Buffer.alloc(8, 1));
    assert.equal(path.basename(weights!), 'model.group1-shard1of1.bin');
  });

  it('is not saved without all the weights, nor where a path leaves the folder', async () => {
    const file = await saved(tfl.sequential({ layers: [conv(image), norm(), l.reLU()] }));
    fs.renameSync(path.join(folder, 'model', 'weights.bin'), path.join(folder, 'weights.bin'));
    assert.equal((await refusal(fix(file, 'fold'))).code, 'missing-weights');
    const json = readModelJson(file);
    json.weightsManifest[0].paths = ['../weights.bin'];
    fs.writeFileSync(file, JSON.stringify(json));
    assert.equal((await refusal(fix(file, 'fold'))).code, 'missing-weights');
    assert.ok(!fs.existsSync(path.dirname(output())));
  });

  it('is not for fixes of other formats', async () => {
    const file = await saved(tfl.sequential({ layers: [conv(image), norm(), l.reLU()] }));
    assert.match(
      (await refusal(fix(file, 'inference-mode'))).message,
      /written into ONNX files, and this is a TensorFlow/,
    );
    assert.match((await refusal(fix(file, 'norm-axis'))).message, /nothing to fix: no batch norm keeps statistics/);
  });

  const foldable: Readonly<Record<string, number>> = {
    'mlperf-ad01': 9,
    'mlperf-vww96': 27,
    'oarriaga-fer2013_mini_xception': 14,
    'tinymaix-cifar10': 3,
    'tinymaix-mnist_arduino': 3,
  };
  const real = manifestEntries().filter((e) => e.path.startsWith('tfjs-layers/') && e.path.endsWith('model.json'));
  for (const entry of real) {
    it(`of ${entry.path}: every fix that it is offered`, async () => {
      const file = corpusPath(entry);
      const { findings, weights, format } = await analyzeModel(await openModelFile(file), file);
      const offered = [...new Set(findings.flatMap((f) => (f.fix === undefined ? [] : [f.fix.id])))];
      if (weights !== 'present' || format !== 'tfjs-layers') return assert.deepEqual(offered, []);
      for (const id of [...offered, 'norm-after-activation', 'fold'] as const) {
        const result = await fix(file, id, { acceptDifference: true, overwrite: true }).catch((error: ModelError) => {
          assert.match(error.message, /nothing to fix/, error.describe());
          return undefined;
        });
        if (id === 'fold') assert.equal(result?.changed.length, foldable[path.basename(path.dirname(file))]);
        if (result?.proof.limit === undefined || result.proof.limit === null) continue;
        const difference = tfjsDifference(await loadModel(file), await loadModel(output()));
        assert.ok(difference <= SAME, `${id}: TensorFlow.js says ${difference}`);
      }
    });
  }
});
