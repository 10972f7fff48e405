import { strict as assert } from 'node:assert';
import { openTfjsLayers } from '../../../src/formats/tfjs/openTfjsLayers';
import { inferTypes } from '../../../src/ir/inferTypes';
import type { Layer, LayerView } from '../../../src/layers/layerView';
import { layerView } from '../../../src/layers/recognize';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { layerNamed } from '../../support/textLayers';

type Json = Record<string, unknown>;

/** A layers model of one input: [class, settings, names of the layers it reads (several calls: several lists)]. */
function modelJson(shape: (number | null)[], layers: [string, Json, ...string[][]][]): string {
  const calls = (lists: string[][]) =>
    lists.map((names) => names.map((n) => [n.split('@')[0], Number(n.split('@')[1] ?? 0), 0, {}]));
  const input = {
    class_name: 'InputLayer',
    config: { name: 'x', batch_input_shape: shape, dtype: 'float32' },
    name: 'x',
    inbound_nodes: [],
  };
  const rest = layers.map(([class_name, config, ...reads]) => ({
    class_name,
    config,
    name: config.name,
    inbound_nodes: calls(reads),
  }));
  const [, last, ...reads] = layers[layers.length - 1];
  const config = {
    name: 'm',
    layers: [input, ...rest],
    input_layers: [['x', 0, 0]],
    output_layers: [[last.name, reads.length - 1, 0]],
  };
  return JSON.stringify({ modelTopology: { model_config: { class_name: 'Model', config } }, weightsManifest: [] });
}

const noFolder = { open: () => Promise.reject(new Error('no weights in this test')) };

async function view(shape: (number | null)[], layers: Parameters<typeof modelJson>[1]): Promise<LayerView> {
  const { graph } = await openTfjsLayers(noFolder, 'model.json', modelJson(shape, layers));
  return layerView(graph, inferTypes(graph));
}

const brief = (l: Layer) => [l.id, l.role, l.kind];
const conv = (name: string, more: Json = {}): Json => ({
  name,
  filters: 4,
  kernel_size: [3, 3],
  strides: [1, 1],
  padding: 'same',
  use_bias: false,
  activation: 'linear',
  ...more,
});

describe('layers of a file that has layers', () => {
  it('are one layer each, with the activation they apply and the parts of separable convolutions beside them', async () => {
    const v = await view(
      [null, 8, 8, 3],
      [
        [
          'ZeroPadding2D',
          {
            name: 'pad',
            padding: [
              [1, 1],
              [1, 1],
            ],
          },
          ['x'],
        ],
        ['SeparableConv2D', conv('sep', { depth_multiplier: 1, activation: 'relu' }), ['pad']],
        ['BatchNormalization', { name: 'bn', axis: -1, momentum: 0.99, epsilon: 1e-3, scale: false }, ['sep']],
        ['ReLU', { name: 'relu', max_value: 6, negative_slope: 0.1, threshold: 0 }, ['bn']],
        ['GlobalAveragePooling2D', { name: 'gap' }, ['relu']],
        ['Reshape', { name: 'shape', target_shape: [1, 1, 4] }, ['gap']],
        ['Flatten', { name: 'flat' }, ['shape']],
        ['Dense', { name: 'fc', units: 10, use_bias: true, activation: 'softmax' }, ['flat']],
      ],
    );
    assert.deepEqual(v.layers.map(brief), [
      ['pad', 'other', 'ZeroPadding2D'],
      ['sep/depthwise', 'linear', 'SeparableConv2D'],
      ['sep', 'linear', 'SeparableConv2D'],
      ['sep/activation', 'activation', 'relu'],
      ['bn', 'norm', 'BatchNormalization'],
      ['relu', 'activation', 'ReLU'],
      ['gap', 'pool', 'GlobalAveragePooling2D'],
      ['shape', 'other', 'Reshape'],
      ['flat', 'other', 'Flatten'],
      ['fc', 'linear', 'Dense'],
      ['fc/activation', 'activation', 'softmax'],
    ]);
    const { norm } = layerNamed(v, 'bn');
    assert.deepEqual([norm?.axes, norm?.axesMeaning, norm?.momentumOriginal], [[0, 1, 2], ['N', 'H', 'W'], 0.99]);
    assert.deepEqual([norm?.scale !== undefined, norm?.shift !== undefined], [false, true], 'the layer has no scale');
    const placement = v.placementOf(layerNamed(v, 'bn'));
    assert.deepEqual([placement.placement, placement.linear?.id], ['linear-activation-norm', 'sep']);
  });

  it('keep the axes that the file states, right or wrong, in its layout', async () => {
    const norm = async (shape: (number | null)[], kind: string, config: Json) =>
      layerNamed(await view(shape, [[kind, { name: 'n', ...config }, ['x']]]), 'n').norm;
    const letters = async (...args: Parameters<typeof norm>) => {
      const n = await norm(...args);
      return [n?.type, n?.axes, n?.axesMeaning?.join('')];
    };
    assert.deepEqual(await letters([null, 8, 6, 3], 'BatchNormalization', { axis: [3] }), ['batch', [0, 1, 2], 'NHW']);
    assert.deepEqual(await letters([null, 8, 6, 3], 'BatchNormalization', { axis: 1 }), ['batch', [0, 2, 3], 'NWC']);
    assert.deepEqual(await letters([null, 8, 3], 'BatchNormalization', { axis: -1 }), ['batch', [0, 1], 'NL']);
    assert.deepEqual(await letters([null, 8], 'BatchNormalization', { axis: -1 }), ['batch', [0], 'N']);
    assert.deepEqual(await letters([null, 8, 6, 3], 'LayerNormalization', { axis: [1, 2, 3] }), [
      'layer',
      [1, 2, 3],
      'HWC',
    ]);
    assert.deepEqual(await letters([null, 8, 3], 'LayerNormalization', { axis: -1 }), ['layer', [2], 'F']);
    const group = await norm([null, 8, 6, 4], 'GroupNormalization', { groups: 2, axis: -1, epsilon: 1e-3 });
    assert.deepEqual(
      [group?.type, group?.groups, group?.epsilon],
      ['group', 2, 1e-3],
      'not lowered, known by its class',
    );
  });

  it('have their channels first when a layer says so', async () => {
    const v = await view(
      [null, 3, 8, 8],
      [
        ['Conv2D', conv('c', { data_format: 'channels_first' }), ['x']],
        ['BatchNormalization', { name: 'bn', axis: 1 }, ['c']],
      ],
    );
    const { norm } = layerNamed(v, 'bn');
    assert.deepEqual([norm?.axes, norm?.axesMeaning?.join('')], [[0, 2, 3], 'NHW']);
  });

  it('are numbered when one is applied several times', async () => {
    const v = await view(
      [null, 8, 8, 4],
      [
        ['Conv2D', conv('c', { activation: 'relu' }), ['x'], ['c']],
        ['Add', { name: 'sum' }, ['c', 'c@1']],
      ],
    );
    assert.deepEqual(v.layers.map((l) => l.id).sort(), ['c', 'c/2', 'c/2/activation', 'c/activation', 'sum']);
    assert.deepEqual(
      v.predecessors(layerNamed(v, 'c/2')).map((l) => l?.id),
      ['c/activation'],
    );
    assert.deepEqual(
      v.predecessors(layerNamed(v, 'sum')).map((l) => l?.id),
      ['c/activation', 'c/2/activation'],
    );
  });

  it('are told by their class where they cannot be expressed in operators', async () => {
    const v = await view(
      [null, 8, 4],
      [
        ['LSTM', { name: 'lstm', units: 3, return_sequences: false }, ['x']],
        ['MyOwnLayer', { name: 'own' }, ['lstm']],
      ],
    );
    assert.deepEqual(v.layers.map(brief), [
      ['lstm', 'recurrent', 'LSTM'],
      ['own', 'other', 'MyOwnLayer'],
    ]);
    assert.equal(v.depthOf(layerNamed(v, 'own')), 1);
  });

  it('judge dropout by its class: stochastic depth and AlphaDropout shift no variance', async () => {
    const warned = async (kind: string, config: Json) => {
      const text = modelJson(
        [null, 8, 8, 4],
        [
          [kind, { name: 'd', ...config }, ['x']],
          ['Conv2D', conv('c'), ['d']],
          ['BatchNormalization', { name: 'bn', axis: 3 }, ['c']],
        ],
      );
      const { findings } = await analyzeModel(await openTfjsLayers(noFolder, 'model.json', text), 'model.json');
      return findings
        .filter((f) => f.ruleId === 'dropout-before-batch-norm')
        .map((f) => [f.layer, f.source !== undefined]);
    };
    assert.deepEqual(await warned('Dropout', { rate: 0.3 }), [['d', true]]);
    assert.deepEqual(await warned('SpatialDropout2D', { rate: 0.3 }), [['d', true]]);
    assert.deepEqual(await warned('GaussianDropout', { rate: 0.3 }), [['d', true]]);
    assert.deepEqual(await warned('AlphaDropout', { rate: 0.3 }), []);
    assert.deepEqual(await warned('Dropout', { rate: 0.3, noise_shape: [null, 1, 1, 1] }), []);
    assert.deepEqual(await warned('Dropout', { rate: 0.01 }), []);
  });
});
