import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { inferTypes } from '../../../../src/ir/inferTypes';
import type { Model } from '../../../../src/ir/model';
import {
  assertAgrees,
  assertLowersExactly,
  MemoryFolder,
  savedModel,
  shuffleWeights,
} from '../../../support/tfjsOracle';

const { layers } = tfl;

function names(model: Model): string[] {
  return [...model.graph.nodes()].map((n) => n.name);
}

function count(model: Model, opType: string): number {
  return [...model.graph.nodes()].filter((n) => n.opType === opType).length;
}

/** Conv-BN-ReLU twice with a skip connection, pooling and a classifier. */
function residualNet(): tfl.LayersModel {
  const input = tfl.input({ shape: [8, 8, 3], name: 'image' });
  const conv = (name: string) => layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false, name });
  let x = conv('conv_1').apply(input) as tfl.SymbolicTensor;
  x = layers.batchNormalization({ name: 'bn_1' }).apply(x) as tfl.SymbolicTensor;
  const skip = layers.activation({ activation: 'relu', name: 'relu_1' }).apply(x) as tfl.SymbolicTensor;
  x = conv('conv_2').apply(skip) as tfl.SymbolicTensor;
  x = layers.batchNormalization({ name: 'bn_2' }).apply(x) as tfl.SymbolicTensor;
  x = layers.add({ name: 'sum' }).apply([x, skip]) as tfl.SymbolicTensor;
  x = layers.activation({ activation: 'relu', name: 'relu_2' }).apply(x) as tfl.SymbolicTensor;
  x = layers.concatenate({ name: 'both' }).apply([x, skip]) as tfl.SymbolicTensor;
  x = layers.prelu({ sharedAxes: [1], name: 'prelu' }).apply(x) as tfl.SymbolicTensor;
  x = layers.globalAveragePooling2d({ name: 'pool' }).apply(x) as tfl.SymbolicTensor;
  const output = layers.dense({ units: 5, activation: 'softmax', name: 'classes' }).apply(x) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: output, name: 'residual' });
}

describe('openTfjsLayers', () => {
  it('cancels all transposes of a residual network but the one at the input', async () => {
    const opened = await assertLowersExactly(residualNet());
    assert.equal(count(opened, 'Transpose'), 1);
    assert.deepEqual(
      names(opened).filter((n) => !n.includes('/')),
      ['conv_1', 'bn_1', 'relu_1', 'conv_2', 'bn_2', 'sum', 'relu_2', 'both', 'prelu', 'pool', 'classes'],
    );
    assert.equal(opened.nodeCount, 12);
    assert.equal(opened.weights, 'present');
    assert.equal(opened.purpose, 'definition');
    assert.deepEqual([...opened.opsets], [['', 18]]);
  });

  it('goes through the layers when somebody asks for them, once, and reads no weights', async () => {
    const { text, folder } = await savedModel(residualNet());
    const stated = JSON.parse(text) as { modelTopology: { config: { layers: object[] } } };
    stated.modelTopology.config.layers.push({ class_name: 'Nobody', config: { name: 'opaque' }, inbound_nodes: [[]] });
    const opened = await openTfjsLayers(folder, 'model.json', JSON.stringify(stated));
    const { graph } = opened;
    assert.equal(opened.graph, graph);
    assert.equal(opened.nodeCount, 13);
    // the same however often they are asked for
    assert.deepEqual(opened.problems, opened.problems);
    assert.deepEqual([folder.opened, folder.reads], [['weights.bin'], 0]);
  });

  it('names initializers as tfjs names weights and counts their elements', async () => {
    const model = residualNet();
    const opened = await assertLowersExactly(model);
    const { graph } = opened;
    const initializers = new Set(graph.initializers.map((v) => graph.valueName(v)));
    for (const weight of model.weights) assert.ok(initializers.has(weight.originalName), weight.originalName);
    assert.equal(opened.parameterCount, model.countParams());
  });

  it('declares types that inference confirms', async () => {
    const { graph } = await assertLowersExactly(residualNet());
    const inferred = inferTypes(graph.toMutable());
    let compared = 0;
    for (const node of graph.nodes()) {
      for (const v of node.outputs) {
        const declared = graph.valueType(v)?.shape;
        const shape = inferred.get(graph.valueName(v))?.shape;
        if (declared === undefined || shape === undefined) continue;
        assert.equal(declared.length, shape.length, node.name);
        declared.forEach((d, i) => {
          if (typeof d === 'number' && typeof shape[i] === 'number')
            assert.equal(d, shape[i], `${node.name}, axis ${i}`);
        });
        compared++;
      }
    }
    assert.ok(compared > 10);
  });

  it('keeps the layout of the file at inputs and outputs', async () => {
    const input = tfl.input({ shape: [6, 5, 2], name: 'x' });
    const y = layers.conv2d({ filters: 3, kernelSize: 2, name: 'y' }).apply(input) as tfl.SymbolicTensor;
    const { graph } = await assertLowersExactly(tfl.model({ inputs: input, outputs: y }));
    assert.deepEqual(graph.valueType(graph.inputs[0])?.shape, ['batch', 6, 5, 2]);
    assert.deepEqual(graph.valueType(graph.outputs[0])?.shape, [null, 5, 4, 3]);
  });

  it('gives every node the words of its layer', async () => {
    const { text, folder } = await savedModel(residualNet());
    const { graph } = await openTfjsLayers(folder, 'model.json', text);
    for (const node of graph.nodes()) {
      const { origin } = node;
      assert.ok(origin !== undefined, node.name);
      const layer = JSON.parse(text.slice(origin.offset, origin.offset + origin.length)) as Record<string, unknown>;
      assert.equal(layer.class_name, origin.kind);
      assert.equal(layer.name, origin.layer);
      assert.deepEqual(layer.config, origin.config);
    }
    const bn = [...graph.nodes()].find((n) => n.opType === 'BatchNormalization')!;
    assert.equal(bn.origin?.config.axis, -1);
    assert.ok(Math.abs(bn.float('epsilon', 0) - 1e-3) < 1e-9);
    assert.ok(Math.abs(bn.float('momentum', 0) - 0.99) < 1e-9);
  });

  it('opens a sequential model with a nested model and a first layer that states the input', async () => {
    const inner = tfl.sequential({
      name: 'features',
      layers: [
        layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 2], activation: 'relu', name: 'c' }),
        layers.maxPooling2d({ poolSize: 2, name: 'p' }),
      ],
    });
    const model = tfl.sequential({
      layers: [inner, layers.flatten({ name: 'f' }), layers.dense({ units: 2, name: 'd' })],
    });
    const opened = await assertLowersExactly(model);
    assert.deepEqual(
      names(opened).filter((n) => n.startsWith('features/') && !n.includes('channels')),
      ['features/c', 'features/c/relu', 'features/p'],
    );
    const node = [...opened.graph.nodes()].find((n) => n.name === 'features/c')!;
    assert.equal(node.origin?.layer, 'features/c');
    assert.equal(opened.nodeCount, 5);
  });

  it('shares the weights of a layer and of a nested model that are called twice', async () => {
    const a = tfl.input({ shape: [4], name: 'a' });
    const b = tfl.input({ shape: [4], name: 'b' });
    const embed = tfl.sequential({
      name: 'embed',
      layers: [layers.dense({ units: 3, inputShape: [4], name: 'inner' })],
    });
    const head = layers.dense({ units: 2, name: 'head', activation: 'tanh' });
    const left = head.apply(embed.apply(a)) as tfl.SymbolicTensor;
    const right = head.apply(embed.apply(b)) as tfl.SymbolicTensor;
    const sum = layers.add({ name: 'sum' }).apply([left, right]) as tfl.SymbolicTensor;
    const opened = await assertLowersExactly(tfl.model({ inputs: [a, b], outputs: [sum, left] }));
    const { graph } = opened;
    assert.deepEqual(
      graph.initializers.map((v) => graph.valueName(v)).filter((n) => n.includes('kernel')),
      ['inner/kernel', 'head/kernel'],
    );
    assert.equal(graph.consumers(graph.valueId('head/kernel')!).length, 2);
    assert.deepEqual(names(opened), [
      'embed/inner',
      'embed:1/inner',
      'head',
      'head/tanh',
      'head:1',
      'head:1/tanh',
      'sum',
    ]);
  });

  it('gives an output that is an input, or is listed twice, a value of its own', async () => {
    const input = tfl.input({ shape: [4], name: 'x' });
    const y = layers.dense({ units: 3, name: 'y' }).apply(input) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: y });
    shuffleWeights(model);
    const { text, folder } = await savedModel(model);
    const outputs = '"output_layers":[["y",0,0],["y",0,0],["x",0,0]]';
    const changed = text.replace('"output_layers":[["y",0,0]]', outputs);
    assert.notEqual(changed, text);
    const { graph, problems } = await openTfjsLayers(folder, 'model.json', changed);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      graph.outputs.map((v) => graph.valueName(v)),
      ['y', 'y/output', 'x/output'],
    );
  });

  it('reads models of the tfjs form, of model_config and of the doubly encoded form alike', async () => {
    const { text, folder } = await savedModel(residualNet());
    const file = JSON.parse(text) as Record<string, unknown>;
    const original = await openTfjsLayers(folder, 'model.json', text);
    const { weightsManifest, modelTopology } = file;
    const keras = { keras_version: '2.4.0', backend: 'tensorflow', model_config: modelTopology };
    const encoded = { ...keras, model_config: JSON.stringify(modelTopology) };
    for (const topology of [keras, encoded, JSON.stringify(keras)]) {
      const variant = JSON.stringify({ modelTopology: topology, weightsManifest });
      const opened = await openTfjsLayers(folder, 'model.json', variant);
      assert.equal(opened.graphHash, original.graphHash);
      assert.deepEqual(opened.problems, []);
      const { origin } = [...opened.graph.nodes()].find((n) => n.name === 'conv_2')!;
      const words = variant.slice(origin!.offset, origin!.offset + origin!.length);
      assert.match(words, /^\{.*conv_2.*\}$/);
      assert.ok(!words.includes('conv_1'));
    }
  });

  it('reads what Keras 3 writes', async () => {
    const tensor = (layer: string) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 4], dtype: 'float32', keras_history: [layer, 0, 0] },
    });
    const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
    const layer = (class_name: string, name: string, config: object, inputs: string[]) => ({
      module: 'keras.layers',
      class_name,
      config: { name, dtype: policy, ...config },
      registered_name: null,
      name,
      inbound_nodes:
        inputs.length === 0
          ? []
          : [{ args: inputs.length === 1 ? [tensor(inputs[0])] : [inputs.map(tensor)], kwargs: {} }],
    });
    const text = JSON.stringify({
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: {
        name: 'f',
        layers: [
          layer('InputLayer', 'x', { batch_shape: [null, 4] }, []),
          layer('Dense', 'd', { units: 4, activation: 'silu', use_bias: true }, ['x']),
          layer('Add', 's', {}, ['x', 'd']),
        ],
        input_layers: ['x', 0, 0],
        output_layers: ['s', 0, 0],
      },
    });
    const opened = await openTfjsLayers(new MemoryFolder(), 'config.json', text);
    assert.deepEqual(opened.problems, []);
    assert.deepEqual(names(opened), ['d', 'd/silu/sigmoid', 'd/silu', 's']);
    assert.equal(opened.weights, 'missing');
    assert.equal(opened.parameterCount, 20);
    assert.equal(opened.graph.initializer(opened.graph.valueId('d/kernel')!)?.location, 'missing');
  });

  it('reads a sequential model whose config is the list of layers, as Keras 1 wrote it', async () => {
    const dense = (name: string, more: object = {}) => ({
      class_name: 'Dense',
      config: { name, units: 3, activation: 'linear', ...more },
    });
    const text = JSON.stringify({
      class_name: 'Sequential',
      config: [dense('a', { batch_input_shape: [null, 2] }), dense('b')],
    });
    const opened = await openTfjsLayers(new MemoryFolder(), 'model.json', text);
    assert.deepEqual(names(opened), ['a', 'b']);
    assert.deepEqual(
      opened.graph.inputs.map((v) => opened.graph.valueName(v)),
      ['a_input'],
    );
    assert.equal(opened.parameterCount, 9 + 12);
  });

  it('keeps unknown and custom layers as opaque nodes with their weights, and goes on behind them', async () => {
    const text = JSON.stringify({
      modelTopology: {
        class_name: 'Sequential',
        config: {
          name: 's',
          layers: [
            { class_name: 'Dense', config: { name: 'a', units: 3, batch_input_shape: [null, 2] } },
            { class_name: 'Custom>Mixer', config: { name: 'mix', depth: 2 } },
            { class_name: 'BatchNormalization', config: { name: 'bn', axis: -1 } },
            { class_name: 'Dense', config: { name: 'b', units: 1, activation: 'cubic' } },
          ],
        },
      },
      weightsManifest: [
        {
          paths: ['w.bin'],
          weights: [
            { name: 'a/kernel', shape: [2, 3], dtype: 'float32' },
            { name: 'a/bias', shape: [3], dtype: 'float32' },
            { name: 'mix/scale', shape: [5], dtype: 'float32' },
            { name: 'bn/gamma', shape: [3], dtype: 'float32' },
            { name: 'bn/beta', shape: [3], dtype: 'float32' },
            { name: 'bn/moving_mean', shape: [3], dtype: 'float32' },
            { name: 'bn/moving_variance', shape: [3], dtype: 'float32' },
            { name: 'b/kernel', shape: [3, 1], dtype: 'float32' },
            { name: 'b/bias', shape: [1], dtype: 'float32' },
          ],
        },
      ],
    });
    const opened = await openTfjsLayers(new MemoryFolder({ 'w.bin': new Uint8Array(4 * 30) }), 'model.json', text);
    const nodes = [...opened.graph.nodes()];
    assert.deepEqual(
      nodes.map((n) => `${n.domain}.${n.opType}`),
      ['.Gemm', 'tfjs.Custom>Mixer', '.BatchNormalization', 'tfjs.Dense'],
    );
    assert.deepEqual(
      nodes[1].inputs.map((v) => opened.graph.valueName(v)),
      ['a', 'mix/scale'],
    );
    assert.deepEqual(
      opened.problems.map((p) => [p.code, p.place?.jsonPath]),
      [
        ['opaque-layer', 'modelTopology.config.layers[1]'],
        ['opaque-layer', 'modelTopology.config.layers[3]'],
      ],
    );
    assert.match(opened.problems[1].message, /activation cubic/);
    assert.equal(opened.opsets.get('tfjs'), 1);
    assert.equal(opened.weights, 'present');
    assert.equal(opened.parameterCount, 30);
  });

  it('keeps layers that are called with nothing as opaque nodes', async () => {
    const classes = ['ReLU', 'Conv2D', 'BatchNormalization', 'Add', 'Flatten', 'LSTM', 'Dropout', 'Permute'];
    const layers = classes.map((class_name, i) => ({
      class_name,
      name: `l${i}`,
      config: { name: `l${i}`, filters: 1, kernel_size: 1, units: 1, dims: [1] },
      inbound_nodes: [[]],
    }));
    const output_layers = classes.map((_, i) => [`l${i}`, 0, 0]);
    const text = JSON.stringify({ class_name: 'Functional', config: { layers, input_layers: [], output_layers } });
    const { graph, problems } = await openTfjsLayers(new MemoryFolder(), 'model.json', text);
    assert.deepEqual(
      [...graph.nodes()].map((n) => `${n.domain}.${n.opType}`),
      classes.map((name) => `tfjs.${name}`),
    );
    assert.ok(problems.every((p) => p.code === 'opaque-layer' && p.message.endsWith('it has no input')));
  });

  it('says where settings are ignored by TensorFlow.js', async () => {
    const text = JSON.stringify({
      class_name: 'Sequential',
      config: {
        layers: [{ class_name: 'ReLU', config: { name: 'r', negative_slope: 0.1, batch_input_shape: [null, 2] } }],
      },
    });
    const { problems, graph } = await openTfjsLayers(new MemoryFolder(), 'model.json', text);
    assert.equal(graph.node(0).opType, 'Relu');
    assert.deepEqual(
      problems.map((p) => [p.code, p.place?.jsonPath]),
      [['ignored-setting', 'config.layers[0].config.negative_slope']],
    );
    assert.equal(text.slice(problems[0].place!.character).startsWith('0.1'), true);
  });

  it('gives the graph a hash that the weights do not change and an edit does', async () => {
    const model = residualNet();
    const { text, folder } = await savedModel(model);
    const before = await openTfjsLayers(folder, 'model.json', text);
    shuffleWeights(model, 3);
    const after = await savedModel(model);
    assert.equal((await openTfjsLayers(after.folder, 'model.json', after.text)).graphHash, before.graphHash);
    const edited = text.replace('"epsilon":0.001', '"epsilon":0.002');
    assert.notEqual((await openTfjsLayers(folder, 'model.json', edited)).graphHash, before.graphHash);
  });

  it('runs with another batch than it was opened with', async () => {
    const model = residualNet();
    shuffleWeights(model);
    const { text, folder } = await savedModel(model);
    const opened = await openTfjsLayers(folder, 'model.json', text);
    for (const batch of [1, 5]) await assertAgrees(model, opened, { batch });
    tf.disposeVariables();
  });
});
