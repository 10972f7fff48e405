import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { readCalls } from '../../../../src/formats/tfjs/inboundNodes';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { MemoryFolder } from '../../../support/tfjsOracle';
import { floats, runGraph } from '../../../support/runGraph';

/** What a Keras layer that tfjs does not have computes, on inputs of the given shapes that count 1, 2, 3 ... */
async function outputOf(
  class_name: string,
  config: object,
  shapes: readonly number[][],
  weights: readonly { name: string; shape: number[]; values: number[] }[] = [],
  settings: object = {},
): Promise<{ dims: readonly number[]; data: number[] }> {
  const inputs = shapes.map((shape, i) => ({
    class_name: 'InputLayer',
    name: `x${i}`,
    config: { name: `x${i}`, batch_input_shape: shape },
    inbound_nodes: [],
  }));
  const call = shapes.map((_, i) => [`x${i}`, 0, 0, i === 0 ? settings : {}]);
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

/** Written by `test/references/makeKerasLayers.py` with Keras itself. */
const reference = JSON.parse(readFileSync(path.resolve(__dirname, '../../../references/kerasLayers.json'), 'utf8')) as {
  readonly keras: string;
  readonly layers: readonly {
    readonly class: string;
    readonly config: object;
    readonly shapes: readonly number[][];
    /** Settings of the call. */
    readonly call: object;
    readonly weights: readonly { name: string; shape: number[]; values: number[] }[];
    readonly dims: readonly number[];
    readonly data: readonly number[];
  }[];
};

describe(`Keras layers that tfjs does not have: as Keras ${reference.keras} computes them`, () => {
  for (const { class: kind, config, shapes, call, weights, dims, data } of reference.layers) {
    const settings = Object.keys(call).map((key) => `, ${key}`);
    it(`${kind} of ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')}${settings.join('')}`, async () => {
      const computed = await outputOf(kind, { ...config, name: 'a' }, shapes, weights, call);
      assert.deepEqual(computed.dims, dims);
      const scale = Math.max(...data.map(Math.abs));
      assert.ok(scale > 0);
      computed.data.forEach((v, i) => assert.ok(Math.abs(v - data[i]) < 1e-5 * scale, `${v}, not ${data[i]}`));
    });
  }
});

/** A model of Keras 3: each entry is an operation on the value before it, and what its call names besides. */
async function kerasModel(
  operations: readonly { class_name: string; args: unknown[]; config?: object; kwargs?: object }[],
) {
  const tensor = (name: string, shape: (number | null)[]) => ({
    class_name: '__keras_tensor__',
    config: { shape, dtype: 'float32', keras_history: [name, 0, 0] },
  });
  const x = { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_shape: [1, 3] }, inbound_nodes: [] };
  const layers = operations.map(({ class_name, args, config, kwargs }, i) => ({
    ...{ module: 'keras.src.ops.numpy', class_name, name: `o${i}`, config: { name: `o${i}`, ...config } },
    inbound_nodes: [
      {
        args: args.map((a) => (a === 'x' ? tensor(i === 0 ? 'x' : `o${i - 1}`, [1, 3]) : a)),
        kwargs: kwargs ?? {},
      },
    ],
  }));
  const text = JSON.stringify({
    ...{ module: 'keras', class_name: 'Functional', registered_name: 'Functional' },
    config: {
      name: 'm',
      layers: [x, ...layers],
      input_layers: [['x', 0, 0]],
      output_layers: [[`o${operations.length - 1}`, 0, 0]],
    },
  });
  const model = await openTfjsLayers(new MemoryFolder({}), 'model.json', text);
  assert.deepEqual(
    model.problems.filter((p) => !p.code.includes('weights')),
    [],
  );
  const graph = model.graph.toMutable();
  const result = await runGraph(graph, { x: floats([1, 3], [1, 2, 3]) });
  return Array.from(result[graph.outputs[0].name].data, Number);
}

describe('operations of Keras 3 in a functional model', () => {
  const number = (value: number) => ({ class_name: '__tensor__', config: { value, dtype: 'float32' } });

  it('with numbers on either side', async () => {
    const operations = [
      { class_name: 'Multiply', args: ['x', 2] },
      { class_name: 'Subtract', args: [number(3), 'x'] },
      { class_name: 'TrueDivide', args: ['x', number(2)] },
      { class_name: 'Add', args: ['x', 1] },
    ];
    assert.deepEqual(await kerasModel(operations), [1.5, 0.5, -0.5]);
    const more = [...operations, { class_name: 'Relu', args: ['x'] }, { class_name: 'Negative', args: ['x'] }];
    assert.deepEqual(await kerasModel(more), [-1.5, -0.5, -0]);
  });

  const activations: Record<string, (x: number) => number> = {
    hard_silu: (x) => (x * (x + 3)) / 6,
    hard_swish: (x) => (x * (x + 3)) / 6,
    leaky_relu: (x) => Math.max(x, 0.2 * x),
    celu: (x) => (x > 0 ? x : Math.exp(x) - 1),
    hard_tanh: (x) => Math.min(Math.max(x, -1), 1),
    soft_shrink: (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0),
    hard_shrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
  };
  for (const [activation, f] of Object.entries(activations)) {
    it(`the activation ${activation}`, async () => {
      for (const number of [2, 2.75]) {
        const shifted = { class_name: 'Subtract', args: ['x', number] };
        const result = await kerasModel([shifted, { class_name: 'Activation', args: ['x'], config: { activation } }]);
        [1, 2, 3].forEach((x, i) => assert.ok(Math.abs(result[i] - f(x - number)) < 1e-6, `${result[i]}`));
      }
    });
  }

  it('a branch that is scaled before it is added', async () => {
    const { data } = await outputOf('CustomScaleLayer', { scale: 0.5 }, [
      [1, 2],
      [1, 2],
    ]);
    assert.deepEqual(data, [2.5, 4]);
  });

  it('reductions, a new shape, comparisons', async () => {
    assert.deepEqual(
      await kerasModel([{ class_name: 'Mean', args: ['x'], config: { axis: -1, keepdims: false } }]),
      [2],
    );
    assert.deepEqual(await kerasModel([{ class_name: 'Sum', args: ['x'], config: { axis: null } }]), [6]);
    assert.deepEqual(
      await kerasModel([{ class_name: 'Reshape', args: ['x'], config: { newshape: [-1, 3, 1] } }]),
      [1, 2, 3],
    );
    assert.deepEqual(await kerasModel([{ class_name: 'NotEqual', args: ['x', 2] }]), [1, 0, 1]);
    assert.deepEqual(await kerasModel([{ class_name: 'Greater', args: [2, 'x'] }]), [1, 0, 0]);
  });

  it('the mask of causal attention is a setting of the call', () => {
    const x = { class_name: '__keras_tensor__', config: { shape: [1, 3, 4], keras_history: ['x', 0, 0] } };
    const call = (kwargs: object) => readCalls([{ args: [x], kwargs: { query: x, ...kwargs } }])![0].isCausal;
    assert.deepEqual([{ use_causal_mask: true }, { use_causal_mask: false }, {}].map(call), [
      true,
      undefined,
      undefined,
    ]);
  });

  it('a mask is no input of the layer that it is for', async () => {
    const mask = { class_name: '__keras_tensor__', config: { shape: [1, 3], keras_history: ['x', 0, 0] } };
    assert.deepEqual(await kerasModel([{ class_name: 'Relu', args: ['x'], kwargs: { mask } }]), [1, 2, 3]);
  });
});

/** What a functional model of Keras 2 computes of 1, 2, 3: functions of TensorFlow, each called as `inbound_nodes` says. */
async function openLambdas(calls: readonly (readonly [string, unknown])[]) {
  const layers = calls.map(([name, call], i) => ({
    ...{ class_name: 'TFOpLambda', name: `f${i}`, config: { name: `f${i}`, dtype: 'float32', function: name } },
    inbound_nodes: [call],
  }));
  const x = {
    class_name: 'InputLayer',
    name: 'x',
    config: { name: 'x', batch_input_shape: [1, 3] },
    inbound_nodes: [],
  };
  const config = {
    ...{ name: 'm', layers: [x, ...layers], input_layers: [['x', 0, 0]] },
    output_layers: [[`f${calls.length - 1}`, 0, 0]],
  };
  return openTfjsLayers(new MemoryFolder({}), 'model.json', JSON.stringify({ class_name: 'Functional', config }));
}

describe("TensorFlow's functions in a functional model of Keras 2", () => {
  it('tensors and numbers on either side', async () => {
    const model = await openLambdas([
      ['math.multiply', ['x', 0, 0, { y: ['x', 0, 0], name: null }]],
      ['math.subtract', ['_CONSTANT_VALUE', -1, 5, { y: ['f0', 0, 0], name: null }]],
      ['nn.relu', ['f1', 0, 0, { name: null }]],
      ['math.truediv', ['f2', 0, 0, { y: 2, name: null }]],
      ['__operators__.add', ['f3', 0, 0, { y: ['x', 0, 0], name: null }]],
    ]);
    assert.deepEqual(
      model.problems.filter((p) => !p.code.includes('weights')),
      [],
    );
    const graph = model.graph.toMutable();
    const result = await runGraph(graph, { x: floats([1, 3], [1, 2, 3]) });
    assert.deepEqual(Array.from(result[graph.outputs[0].name].data, Number), [3, 2.5, 3]);
  });

  it('one that is not known is named', async () => {
    const model = await openLambdas([['linalg.inv', ['x', 0, 0, {}]]]);
    assert.match(model.problems[0].message, /its function linalg\.inv is not known/);
  });
});
