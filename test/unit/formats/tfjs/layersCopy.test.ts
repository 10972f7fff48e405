import assert from 'node:assert/strict';
import { JsonIndex } from '../../../../src/formats/tfjs/jsonIndex';
import { layersCopy, type NewWeight, type WeightEdits } from '../../../../src/formats/tfjs/layersCopy';
import { parseJson } from '../../../../src/formats/tfjs/parseJson';
import { findModel } from '../../../../src/formats/tfjs/topology';
import { WeightManifest } from '../../../../src/formats/tfjs/weightManifest';
import { ModelError } from '../../../../src/ir/errors';
import { MemoryFolder } from '../../../support/tfjsOracle';

const modelTopology = { class_name: 'Sequential', config: { layers: [] } };
const none: WeightEdits = { changed: new Map(), removed: new Set(), added: new Map() };

/** Bytes that tell where they stood. */
const numbered = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255);

async function copyOf(text: string, files: Record<string, Uint8Array>, edits: Partial<WeightEdits> = {}) {
  const stated = findModel(parseJson(text));
  const folder = new MemoryFolder(files);
  const manifest = await WeightManifest.open(stated.weightsManifest, folder, stated.manifestPlace, () => undefined);
  const file = { ...stated, text, index: JsonIndex.of(text), manifest };
  const copy = layersCopy(file, [], { ...none, ...edits }, (g, i, n) => `g${g}-${i}of${n}`);
  const shards = await Promise.all(
    copy.shards.map(async ({ source }) => Buffer.from(await source.read(0, source.size))),
  );
  const { weightsManifest } = JSON.parse(copy.text) as {
    weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
  };
  assert.deepEqual(
    copy.shards.map((s) => s.name),
    weightsManifest.flatMap((g) => g.paths),
  );
  return { text: copy.text, sources: copy.shards.map((s) => s.source), shards, groups: weightsManifest };
}

const weight = (name: string, size: number, more: object = {}) => ({ name, shape: [size], dtype: 'uint8', ...more });
const modelOf = (weightsManifest: unknown) => JSON.stringify({ modelTopology, weightsManifest });

describe('the files of a layers model written anew', () => {
  it('hold the same bytes where nothing is edited, in files of their own names', async () => {
    const files = { a: numbered(5), b: numbered(300), c: numbered(9) };
    const text = modelOf([
      { paths: ['a', 'b'], weights: [weight('x', 100), weight('y', 205)] },
      { paths: ['c'], weights: [weight('z', 9, { quantization: { dtype: 'uint8', scale: 2, min: 1, odd: true } })] },
    ]);
    const { shards, text: copied } = await copyOf(text, files);
    assert.deepEqual(shards, [Buffer.concat([files.a, files.b]), Buffer.from(files.c)]);
    assert.equal(copied, text.replace('["a","b"]', '["g1-1of1"]').replace('["c"]', '["g2-1of1"]'));
  });

  it('are cut at 4 MiB, or at the size of the largest file that was there', async () => {
    const size = 9 * 2 ** 20 + 3;
    const bytes = numbered(size);
    const text = modelOf([{ paths: ['a', 'b'], weights: [weight('x', 2 ** 20), weight('y', size - 2 ** 20)] }]);
    const cut = (at: number) => copyOf(text, { a: bytes.subarray(0, at), b: bytes.subarray(at) });
    const { shards, sources } = await cut(Math.floor(size / 2));
    assert.deepEqual(
      shards.map((s) => s.length),
      [Math.ceil(size / 2), Math.floor(size / 2)],
    );
    assert.ok(Buffer.concat(shards).equals(bytes));
    const inside = await sources[1].read(1000, 5000);
    assert.deepEqual(inside, bytes.slice(Math.ceil(size / 2) + 1000, Math.ceil(size / 2) + 6000));
    await assert.rejects(sources[1].read(sources[1].size - 1, 2), ModelError);
    const sizes = (await cut(10)).shards.map((s) => s.length);
    assert.deepEqual(sizes, [size - 10, 10]);
  });

  it('with weights gone, changed and added', async () => {
    const numbers = (name: string, values: number[]): NewWeight => ({
      name,
      dims: [values.length],
      values: Float32Array.from(values),
    });
    const quantization = { dtype: 'uint8', scale: 1, min: 0 };
    const weights = [
      weight('first', 3),
      { name: 'k:0', shape: [2], dtype: 'float32', quantization, note: 'kept' },
      weight('last', 4),
    ];
    const { groups, shards } = await copyOf(
      modelOf([{ weights }]).replace('{"weights"', '{"paths": ["a"], "weights"'),
      { a: numbered(9) },
      {
        removed: new Set(['first']),
        changed: new Map([['k', numbers('k', [1, 2, 3])]]),
        added: new Map([['k', numbers('b', [4])]]),
      },
    );
    assert.deepEqual(groups[0].weights, [
      { name: 'k:0', shape: [3], dtype: 'float32', note: 'kept' },
      { name: 'b', shape: [1], dtype: 'float32' },
      weight('last', 4),
    ]);
    const floats = Buffer.from(Float32Array.from([1, 2, 3, 4]).buffer);
    assert.deepEqual(shards[0], Buffer.concat([floats, numbered(9).subarray(5)]));
  });

  it('keep texts, whose length stands in the files only', async () => {
    const texts = Buffer.from([2, 0, 0, 0, 104, 105, 0, 0, 0, 0]);
    const weights = [{ name: 't', shape: [2], dtype: 'string' }, weight('x', 3)];
    const { shards } = await copyOf(
      modelOf([{ paths: ['a'], weights }]),
      { a: Buffer.concat([texts, numbered(3), numbered(5)]) },
      { removed: new Set(['x']) },
    );
    assert.deepEqual(shards, [texts]);
  });

  const refused: [what: string, text: string][] = [
    ['a weight of a type that is not known', modelOf([{ paths: ['a'], weights: [weight('x', 1, { dtype: 'int3' })] }])],
    ['a weight that is larger than all', modelOf([{ paths: ['a'], weights: [weight('x', 2 ** 52)] }])],
    ['a weight beyond the end of the files', modelOf([{ paths: ['a'], weights: [weight('x', 10)] }])],
    ['texts beyond the end of the files', modelOf([{ paths: ['a'], weights: [weight('x', 2, { dtype: 'string' })] }])],
    ['an entry that is no object', modelOf([{ paths: ['a'], weights: [3] }])],
    ['a group that is no object', modelOf([{ paths: ['a'], weights: [weight('x', 1)] }, 3])],
    ['a group without weights', modelOf([{ paths: ['a'] }])],
    ['a path out of the folder', modelOf([{ paths: ['../a'], weights: [weight('x', 1)] }])],
    ['a model inside a string', JSON.stringify(modelOf([{ paths: ['a'], weights: [weight('x', 1)] }]))],
  ];
  for (const [what, text] of refused) {
    it(`are not made of ${what}`, () => assert.rejects(copyOf(text, { a: numbered(4) }), ModelError));
  }
});
