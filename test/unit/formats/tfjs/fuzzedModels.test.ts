import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import { ConfigDocument } from '../../../../src/config/configDocument';
import { formatModel } from '../../../../src/config/formattedText';
import { sniffConfig } from '../../../../src/config/sniffConfig';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { ModelError } from '../../../../src/ir/errors';
import { mutate, random } from '../../../support/jsonMutations';
import { MemoryFolder, savedModel } from '../../../support/tfjsOracle';

const { layers } = tfl;

/** Layers of many kinds, called once, twice and nested. */
function variedModel(): tfl.LayersModel {
  const input = tfl.input({ shape: [8, 8, 2], name: 'x' });
  const conv = layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'relu', name: 'conv' });
  const once = layers.batchNormalization({ name: 'bn' }).apply(conv.apply(input)) as tfl.SymbolicTensor;
  const twice = conv.apply(once) as tfl.SymbolicTensor;
  const sum = layers.add({ name: 'sum' }).apply([once, twice]) as tfl.SymbolicTensor;
  const both = layers
    .concatenate({ name: 'both' })
    .apply([sum, layers.prelu({ name: 'prelu' }).apply(sum) as tfl.SymbolicTensor]);
  const body = tfl.sequential({
    name: 'body',
    layers: [
      layers.maxPooling2d({ poolSize: 2, inputShape: [8, 8, 4] }),
      layers.reshape({ targetShape: [16, 4] }),
      layers.timeDistributed({ layer: layers.dense({ units: 3 }) }),
      layers.bidirectional({ layer: layers.gru({ units: 2 }), mergeMode: 'concat' }),
    ],
  });
  const head = layers
    .dense({ units: 2, activation: 'softmax', name: 'head' })
    .apply(body.apply(both)) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: head });
}

const strange: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  2.5,
  1e308,
  2 ** 53,
  '',
  'x',
  'conv',
  '../w',
  [],
  {},
  [[]],
  [null],
  ['x', 0, 0],
  [['conv', 9, 9, {}]],
  [3, 3],
  [-1, -1],
  { class_name: 'Dense' },
  { class_name: 5, config: [] },
  { layers: [] },
  [{ class_name: 'Sequential', config: { layers: [null] } }],
];

describe('Layers models with random faults', () => {
  let text = '';
  let folder = new MemoryFolder();
  before(async () => ({ text, folder } = await savedModel(variedModel())));

  async function open(candidate: string): Promise<'opened' | 'refused'> {
    try {
      sniffConfig(candidate.slice(0, 65_536));
      formatModel(candidate);
      ConfigDocument.of(candidate);
      const { graph, problems } = await openTfjsLayers(folder, 'model.json', candidate);
      for (const node of graph.nodes()) assert.ok((node.origin?.offset ?? 0) >= 0);
      for (const { place } of problems) assert.ok(place === undefined || (place.line ?? 0) >= 0);
      return 'opened';
    } catch (error) {
      assert.ok(error instanceof ModelError, `${(error as Error).stack}\n${candidate}`);
      return 'refused';
    }
  }

  it('in their values are opened or refused', async () => {
    const results = { opened: 0, refused: 0 };
    for (let seed = 0; seed < 400; seed++) {
      const next = random(seed);
      const model: unknown = JSON.parse(text);
      for (let times = 1 + Math.floor(next() * 4); times > 0; times--) mutate(model, next, strange);
      results[await open(JSON.stringify(model))]++;
    }
    assert.ok(results.opened > 250 && results.refused > 3, JSON.stringify(results));
  });

  it('in their characters are opened or refused', async () => {
    const results = { opened: 0, refused: 0 };
    for (let seed = 0; seed < 300; seed++) {
      const next = random(seed);
      const at = Math.floor(next() * text.length);
      const replaced = String.fromCharCode(Math.floor(next() * 128)) + text.slice(at + 1);
      results[await open(next() < 0.3 ? text.slice(0, at) : text.slice(0, at) + replaced)]++;
    }
    assert.ok(results.opened > 30 && results.refused > 30, JSON.stringify(results));
  });
});
