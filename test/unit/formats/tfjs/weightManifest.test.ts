import assert from 'node:assert/strict';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import type { Model } from '../../../../src/ir/model';
import { readFloats } from '../../../../src/ir/tensorValues';
import { MemoryFolder } from '../../../support/tfjsOracle';

const dense = {
  class_name: 'Sequential',
  config: { layers: [{ class_name: 'Dense', config: { name: 'd', units: 3, batch_input_shape: [null, 2] } }] },
};
const kernel = { name: 'd/kernel', shape: [2, 3], dtype: 'float32' };
const bias = { name: 'd/bias', shape: [3], dtype: 'float32' };

function withManifest(
  weightsManifest: unknown,
  files: Record<string, Uint8Array> = {},
): { open: Promise<Model>; folder: MemoryFolder } {
  const folder = new MemoryFolder(files);
  return {
    folder,
    open: openTfjsLayers(folder, 'model.json', JSON.stringify({ modelTopology: dense, weightsManifest })),
  };
}

async function values(model: Model, name: string): Promise<number[]> {
  return [...(await readFloats(model.graph.initializer(model.graph.valueId(name)!)!))];
}

function bytesOf(array: Float32Array | Uint16Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

const floats = bytesOf(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]));

describe('Weights of a layers model', () => {
  it('are read across shards that cut through a number', async () => {
    const { open, folder } = withManifest([{ paths: ['a', 'b', 'c'], weights: [kernel, bias] }], {
      a: floats.subarray(0, 7),
      b: floats.subarray(7, 9),
      c: floats.subarray(9),
    });
    const model = await open;
    assert.equal(model.weights, 'present');
    assert.equal(folder.reads, 0);
    assert.deepEqual(await values(model, 'd/kernel'), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(await values(model, 'd/bias'), [7, 8, 9]);
    assert.equal(folder.reads, 3 + 1);
  });

  it('are read from several groups', async () => {
    const model = await withManifest(
      [
        { paths: ['k'], weights: [kernel] },
        { paths: ['b'], weights: [bias] },
      ],
      { k: floats.subarray(0, 24), b: floats.subarray(24) },
    ).open;
    assert.deepEqual(await values(model, 'd/bias'), [7, 8, 9]);
  });

  it('are dequantised from uint8, uint16 and float16', async () => {
    const stored = [
      bytesOf(Uint8Array.from([0, 1, 2, 100, 200, 255])),
      bytesOf(Uint16Array.from([0x3c00, 0xc000, 0x3555])),
    ];
    const model = await withManifest(
      [
        {
          paths: ['w'],
          weights: [
            { ...kernel, quantization: { dtype: 'uint8', scale: 0.5, min: -10 } },
            { ...bias, quantization: { dtype: 'float16' } },
          ],
        },
      ],
      { w: Uint8Array.from([...stored[0], ...stored[1]]) },
    ).open;
    assert.deepEqual(await values(model, 'd/kernel'), [-10, -9.5, -9, 40, 90, 117.5]);
    const [one, minusTwo, third] = await values(model, 'd/bias');
    assert.deepEqual([one, minusTwo], [1, -2]);
    assert.ok(Math.abs(third - 1 / 3) < 1e-3);

    const wide = await withManifest(
      [{ paths: ['w'], weights: [{ ...bias, quantization: { dtype: 'uint16', scale: 0.001, min: 1 } }] }],
      { w: bytesOf(Uint16Array.from([0, 1000, 65535])) },
    ).open;
    const read = await values(wide, 'd/bias');
    [1, 2, 66.535].forEach((v, i) => assert.ok(Math.abs(read[i] - v) < 1e-5));
    assert.equal(wide.weights, 'partial');
  });

  it('are missing without a manifest, and say so when they are read', async () => {
    for (const manifest of [undefined, []]) {
      const model = await withManifest(manifest).open;
      assert.equal(model.weights, 'missing');
      assert.equal(model.parameterCount, 9);
      assert.deepEqual(model.problems, []);
      await assert.rejects(values(model, 'd/kernel'), { code: 'missing-weights' });
    }
  });

  it('are partly there when a later shard is missing', async () => {
    const model = await withManifest([{ paths: ['a', 'b'], weights: [kernel, bias] }], { a: floats.subarray(0, 30) })
      .open;
    assert.equal(model.weights, 'partial');
    assert.deepEqual(
      model.problems.map((p) => p.code),
      ['not-found'],
    );
    assert.deepEqual(await values(model, 'd/kernel'), [1, 2, 3, 4, 5, 6]);
    await assert.rejects(values(model, 'd/bias'), { code: 'missing-weights' });
  });

  it('are found under the names that different writers give them', async () => {
    for (const prefix of ['d/', 'd/cell/', 'model/d/', 'scope/d/inner/']) {
      const weights = [
        { ...kernel, name: `${prefix}kernel` },
        { ...bias, name: `${prefix}bias:0` },
      ];
      const model = await withManifest([{ paths: ['w'], weights }], { w: floats }).open;
      assert.equal(model.weights, 'present', prefix);
      assert.deepEqual(await values(model, `${prefix}bias`), [7, 8, 9]);
    }
    const numbered = [
      { ...kernel, name: 'd/0' },
      { ...bias, name: 'd/1' },
    ];
    const keras3 = await withManifest([{ paths: ['w'], weights: numbered }], { w: floats }).open;
    assert.deepEqual(await values(keras3, 'd/1'), [7, 8, 9]);
  });

  it('of the wrong shape are reported and taken as missing', async () => {
    const model = await withManifest([{ paths: ['w'], weights: [{ ...kernel, shape: [3, 2] }, bias] }], { w: floats })
      .open;
    assert.deepEqual(
      model.problems.map((p) => p.code),
      ['weight-shape'],
    );
    assert.match(model.problems[0].message, /\[3, 2\].*\[2, 3\]/);
    assert.equal(model.weights, 'partial');
    assert.deepEqual(model.graph.initializer(model.graph.valueId('d/kernel')!)?.dims, [2, 3]);
  });

  it('beyond the end of their file are reported', async () => {
    const model = await withManifest([{ paths: ['w'], weights: [kernel, bias] }], { w: floats.subarray(0, 24) }).open;
    assert.deepEqual(
      model.problems.map((p) => p.code),
      ['truncated'],
    );
    assert.match(model.problems[0].message, /need 36 bytes.*hold 24/);
    assert.equal(model.weights, 'partial');
  });

  it('never come from outside the folder', async () => {
    const outside = ['../w', '/etc/w', 'a/../../w', 'C:\\w', '..\\w', 'https://example.org/w', 'file:///w', 'a\0b', ''];
    for (const path of outside) {
      const { open, folder } = withManifest([{ paths: [path], weights: [kernel, bias] }], { w: floats });
      const model = await open;
      assert.deepEqual(folder.opened, [], path);
      assert.deepEqual(
        model.problems.map((p) => p.code),
        ['outside-folder'],
        path,
      );
      assert.equal(model.problems[0].place?.jsonPath, 'weightsManifest[0].paths');
      assert.equal(model.weights, 'missing');
    }
    const inside = withManifest([{ paths: ['sub/w..x'], weights: [kernel, bias] }], { 'sub/w..x': floats });
    assert.equal((await inside.open).weights, 'present');
  });

  it('of an absurd size allocate nothing and are reported', async () => {
    const huge = { name: 'd/kernel', shape: [2 ** 40, 2 ** 40], dtype: 'float32' };
    const negative = { name: 'x', shape: [-1], dtype: 'float32' };
    const strange = { name: 'y', shape: [1], dtype: 'string' };
    const quantised = { name: 'z', shape: [1], dtype: 'float32', quantization: { dtype: 'uint4' } };
    for (const weight of [huge, negative, strange, quantised, 5, null]) {
      const model = await withManifest([{ paths: ['w'], weights: [weight, bias] }], { w: floats }).open;
      assert.equal(model.problems.length, 1, JSON.stringify(weight));
      assert.equal(model.problems[0].place?.jsonPath, 'weightsManifest[0].weights[0]');
      // where the next weight begins is not known either
      assert.equal(model.weights, 'missing');
      assert.ok(Number.isFinite(model.parameterCount));
    }
  });

  it('may be stated in any broken way without an exception', async () => {
    for (const manifest of [
      5,
      'x',
      {},
      [5],
      [{}],
      [{ weights: 5 }],
      [{ weights: [{}] }],
      [{ paths: [5, null], weights: [bias] }],
    ]) {
      const model = await withManifest(manifest).open;
      assert.equal(model.weights, 'missing', JSON.stringify(manifest));
    }
  });

  it('listed twice count once', async () => {
    const model = await withManifest([{ paths: ['w'], weights: [kernel, { ...bias, name: 'd/kernel' }] }], {
      w: floats,
    }).open;
    assert.deepEqual(
      model.problems.map((p) => p.code),
      ['duplicate-name'],
    );
    assert.deepEqual(await values(model, 'd/kernel'), [1, 2, 3, 4, 5, 6]);
  });
});
