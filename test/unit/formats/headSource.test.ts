import assert from 'node:assert/strict';
import { HeadSource } from '../../../src/formats/headSource';
import { openModel } from '../../../src/formats/openModel';
import { BytesSource, type ModelFolder } from '../../../src/ir/byteSource';
import { ModelError } from '../../../src/ir/errors';
import { floats, modelBytes, node, valueInfo } from '../../support/onnxModels';

/** A folder with one file that notes the ranges read of it. */
function noted(bytes: Uint8Array): { folder: ModelFolder; ranges: [from: number, to: number][] } {
  const source = new BytesSource(bytes);
  const ranges: [number, number][] = [];
  const read = (offset: number, length: number) => {
    ranges.push([offset, offset + length]);
    return source.read(offset, length);
  };
  return { folder: { open: () => Promise.resolve({ size: source.size, read }) }, ranges };
}

function model(weights: number): Uint8Array {
  const initializer = [floats('w', [weights])];
  return modelBytes({ node: [node('Add', ['x', 'w'], ['y'])], input: [valueInfo('x')], initializer });
}

describe('HeadSource', () => {
  it('answers from the head what lies in it, and from the file what does not', async () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    const { folder, ranges } = noted(bytes);
    const file = await folder.open('a');
    const source = new HeadSource(file, bytes.slice(0, 40));
    assert.equal(source.size, 100);
    assert.deepEqual(await source.read(10, 30), bytes.slice(10, 40));
    assert.deepEqual(ranges, []);
    assert.deepEqual(await source.read(10, 31), bytes.slice(10, 41));
    assert.deepEqual(ranges, [[10, 41]]);
    for (const [offset, length] of [
      [-1, 2],
      [2, -1],
      [99, 2],
    ])
      await assert.rejects(source.read(offset, length), ModelError);
  });

  it('has a small model read at once, with its weights', async () => {
    const bytes = model(20_000);
    const { folder, ranges } = noted(bytes);
    const { graph } = await openModel(folder, 'model.onnx');
    assert.equal((await graph.initializer(graph.valueId('w')!)!.read()).length, 80_000);
    assert.deepEqual(ranges, [[0, bytes.length]]);
  });

  it('has no byte of a larger model read twice, and its weights only when asked', async () => {
    const { folder, ranges } = noted(model(100_000));
    const { graph } = await openModel(folder, 'model.onnx');
    ranges.forEach(([from], i) => assert.ok(i === 0 || from >= ranges[i - 1][1]));
    assert.ok(ranges.reduce((all, [from, to]) => all + to - from, 0) <= 3 * 8192);
    assert.equal((await graph.initializer(graph.valueId('w')!)!.read()).length, 400_000);
  });
});
