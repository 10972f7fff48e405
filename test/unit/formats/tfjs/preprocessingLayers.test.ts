import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { noise, runGraph } from '../../../support/runGraph';
import { MemoryFolder } from '../../../support/tfjsOracle';

type Name = 'resizing' | 'centerCrop' | 'categoryEncoding';
/** tfjs does not declare these layers, and cannot run them as part of a model: they take their list of inputs for a tensor. */
const factories = tfl.layers as unknown as Record<Name, (config: object) => tfl.layers.Layer>;

/** The file's words for settings: tfjs writes `numTokens: 'multiHot'` as `num_tokens: 'multi_hot'`. */
function snakeCase(text: string): string {
  return text.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

function stated(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      snakeCase(key),
      typeof value === 'string' ? snakeCase(value) : value,
    ]),
  );
}

async function assertComputes(
  name: Name,
  config: Readonly<Record<string, unknown>>,
  shape: number[],
  data: Float32Array,
) {
  const [first, ...rest] = name;
  const layer = { class_name: first.toUpperCase() + rest.join(''), config: { name: 'x', ...stated(config) } };
  const input = { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, ...shape.slice(1)] } };
  const model = { class_name: 'Sequential', config: { name: 's', layers: [input, layer] } };
  const opened = await openTfjsLayers(new MemoryFolder(), 'model.json', JSON.stringify(model));
  assert.deepEqual(opened.problems, []);
  const graph = opened.graph.toMutable();
  const feeds = { [graph.inputs[0].name]: new ort.Tensor('float32', data, shape) };
  const actual = (await runGraph(graph, feeds))[graph.outputs[0].name];
  const expected = tf.tidy(() => {
    const result = factories[name](config).call(tf.tensor(data, shape), {}) as tf.Tensor;
    return { dims: result.shape, data: result.dataSync() };
  });
  assert.deepEqual(actual.dims, expected.dims);
  const type = opened.graph.valueType(opened.graph.outputs[0])!;
  assert.deepEqual(type.shape?.slice(1), expected.dims.slice(1));
  expected.data.forEach((value, i) => assert.ok(Math.abs(Number(actual.data[i]) - value) < 1e-5, `${i}: ${value}`));
}

const image = [2, 9, 8, 3];
const pixels = noise(2 * 9 * 8 * 3, 1);

describe('Preprocessing layers give what those of tfjs give', () => {
  for (const [height, width] of [
    [5, 11],
    [18, 16],
    [1, 8],
  ]) {
    for (const interpolation of ['bilinear', 'nearest']) {
      for (const cropToAspectRatio of [false, true]) {
        const settings = { height, width, interpolation, cropToAspectRatio };
        it(`Resizing ${JSON.stringify(settings)}`, () => assertComputes('resizing', settings, image, pixels));
      }
    }
  }

  for (const [height, width] of [
    [4, 4],
    [9, 8],
    [5, 7],
    [1, 1],
    [8, 3],
    [12, 20],
    [12, 4],
  ])
    it(`CenterCrop to ${height} x ${width}`, () => assertComputes('centerCrop', { height, width }, image, pixels));

  it('CategoryEncoding, which categories occur and how often', async () => {
    const tokens = Float32Array.from([0, 4, 4, 1, 2, 1]);
    await assertComputes('categoryEncoding', { numTokens: 5, outputMode: 'multiHot' }, [2, 3], tokens);
    await assertComputes('categoryEncoding', { numTokens: 6, outputMode: 'count' }, [2, 3], tokens);
    await assertComputes('categoryEncoding', { numTokens: 5, outputMode: 'oneHot' }, [6, 1], tokens);
  });
});
