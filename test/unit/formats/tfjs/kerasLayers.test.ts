import assert from 'node:assert/strict';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { MemoryFolder } from '../../../support/tfjsOracle';
import { floats, runGraph } from '../../../support/runGraph';

/** What a Keras layer that tfjs does not have computes, on inputs of the given shapes that count 1, 2, 3 ... */
async function outputOf(
  class_name: string,
  config: object,
  shapes: readonly number[][],
  weights: readonly { name: string; shape: number[]; values: number[] }[] = [],
): Promise<{ dims: readonly number[]; data: number[] }> {
  const inputs = shapes.map((shape, i) => ({
    class_name: 'InputLayer',
    name: `x${i}`,
    config: { name: `x${i}`, batch_input_shape: shape },
    inbound_nodes: [],
  }));
  const call = shapes.map((_, i) => [`x${i}`, 0, 0, {}]);
  const layer = { class_name, name: 'a', config: { name: 'a', ...config }, inbound_nodes: [call] };
  const text = JSON.stringify({
    modelTopology: {
      class_name: 'Model',
      config: {
        name: 'm',
        layers: [...inputs, layer],
        input_layers: inputs.map((i) => [i.name, 0, 0]),
        output_layers: [['a', 0, 0]],
      },
    },
    weightsManifest: [{ paths: ['w'], weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) }],
  });
  const bytes = new Uint8Array(Float32Array.from(weights.flatMap((w) => w.values)).buffer);
  const model = await openTfjsLayers(new MemoryFolder({ w: bytes }), 'model.json', text);
  assert.deepEqual(model.problems, []);
  const graph = model.graph.toMutable();
  let next = 1;
  const feeds = shapes.map((shape, i) => {
    const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next++);
    return [`x${i}`, floats(shape, values)] as const;
  });
  const result = (await runGraph(graph, Object.fromEntries(feeds)))[graph.outputs[0].name];
  return { dims: result.dims, data: Array.from(result.data, Number) };
}

describe('Keras layers that tfjs does not have', () => {
  it('Subtract', async () => {
    assert.deepEqual(
      await outputOf('Subtract', {}, [
        [1, 3],
        [1, 3],
      ]),
      { dims: [1, 3], data: [-3, -3, -3] },
    );
  });

  it('ZeroPadding1D', async () => {
    assert.deepEqual(await outputOf('ZeroPadding1D', { padding: [1, 2] }, [[1, 2, 1]]), {
      dims: [1, 5, 1],
      data: [0, 1, 2, 0, 0],
    });
    assert.deepEqual((await outputOf('ZeroPadding1D', { padding: 1 }, [[1, 1, 2]])).data, [0, 0, 1, 2, 0, 0]);
  });

  it('ZeroPadding3D', async () => {
    const padding = [
      [0, 0],
      [1, 0],
      [0, 1],
    ];
    assert.deepEqual(await outputOf('ZeroPadding3D', { padding }, [[1, 1, 1, 2, 2]]), {
      dims: [1, 1, 2, 3, 2],
      data: [0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0],
    });
  });

  it('Cropping1D and Cropping3D', async () => {
    assert.deepEqual((await outputOf('Cropping1D', { cropping: [1, 2] }, [[1, 5, 1]])).data, [2, 3]);
    const cropping = [
      [1, 0],
      [0, 1],
      [0, 0],
    ];
    assert.deepEqual(await outputOf('Cropping3D', { cropping }, [[1, 2, 2, 2, 1]]), {
      dims: [1, 1, 1, 2, 1],
      data: [5, 6],
    });
  });

  it('GlobalAveragePooling3D and GlobalMaxPooling3D', async () => {
    assert.deepEqual(await outputOf('GlobalAveragePooling3D', {}, [[1, 2, 1, 2, 2]]), { dims: [1, 2], data: [4, 5] });
    assert.deepEqual(await outputOf('GlobalMaxPooling3D', { keepdims: true }, [[1, 2, 1, 2, 2]]), {
      dims: [1, 1, 1, 1, 2],
      data: [7, 8],
    });
  });

  it('SpatialDropout and ActivityRegularization pass their input on', async () => {
    for (const kind of ['SpatialDropout2D', 'ActivityRegularization']) {
      assert.deepEqual((await outputOf(kind, { rate: 0.5 }, [[1, 1, 1, 3]])).data, [1, 2, 3]);
    }
    assert.deepEqual((await outputOf('SpatialDropout3D', { rate: 0.5 }, [[1, 1, 1, 1, 2]])).data, [1, 2]);
  });

  it('Conv1D with causal padding looks back only', async () => {
    const kernel = { name: 'a/kernel', shape: [3, 1, 1], values: [100, 10, 1] };
    const config = { filters: 1, kernel_size: 3, padding: 'causal', use_bias: false };
    assert.deepEqual((await outputOf('Conv1D', config, [[1, 4, 1]], [kernel])).data, [1, 12, 123, 234]);
  });

  it('Conv2D with groups', async () => {
    const kernel = { name: 'a/kernel', shape: [1, 1, 1, 2], values: [10, 100] };
    const config = { filters: 2, kernel_size: 1, groups: 2, use_bias: false };
    assert.deepEqual((await outputOf('Conv2D', config, [[1, 1, 2, 2]], [kernel])).data, [10, 200, 30, 400]);
  });

  it('GRU that resets after the product, as TensorFlow 2 writes it', async () => {
    const kernel = [0.1, -0.2, 0.3];
    const recurrent = [0.4, 0.5, -0.6];
    const bias = [0.01, 0.02, 0.03, -0.04, 0.05, 0.06];
    const config = {
      units: 1,
      activation: 'tanh',
      recurrent_activation: 'sigmoid',
      reset_after: true,
      return_sequences: true,
    };
    const { data } = await outputOf(
      'GRU',
      config,
      [[1, 3, 1]],
      [
        { name: 'a/gru_cell/kernel', shape: [1, 3], values: kernel },
        { name: 'a/gru_cell/recurrent_kernel', shape: [1, 3], values: recurrent },
        { name: 'a/gru_cell/bias', shape: [2, 3], values: bias },
      ],
    );
    const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
    let h = 0;
    [1, 2, 3].forEach((x, step) => {
      const state = h;
      const side = (gate: number) => x * kernel[gate] + bias[gate];
      const back = (gate: number) => state * recurrent[gate] + bias[3 + gate];
      const z = sigmoid(side(0) + back(0));
      const r = sigmoid(side(1) + back(1));
      h = z * state + (1 - z) * Math.tanh(side(2) + r * back(2));
      assert.ok(Math.abs(data[step] - h) < 1e-6);
    });
  });
});
