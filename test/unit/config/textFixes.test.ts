import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import { ConfigDocument } from '../../../src/config/configDocument';
import { layerFixes, textFixes, type TextFix } from '../../../src/config/textFixes';
import { openModel } from '../../../src/formats/openModel';
import { BytesSource } from '../../../src/ir/byteSource';
import type { ModelFacts } from '../../../src/protocol/facts';
import { analyzeModel } from '../../../src/rules/analyzeModel';

type Config = Record<string, unknown>;

const layer = (class_name: string, config: Config, inbound?: string) => ({
  class_name,
  config,
  ...(inbound !== undefined && { name: config.name, inbound_nodes: inbound === '' ? [] : [[[inbound, 0, 0, {}]]] }),
});
const image = { batch_input_shape: [null, 8, 8, 3] };
const conv = (name: string, more: Config = {}) => ({ name, filters: 4, kernel_size: [3, 3], padding: 'same', ...more });

function sequential(layers: object[]): string {
  return JSON.stringify({ class_name: 'Sequential', config: { name: 'm', layers } }, undefined, 2);
}

function functional(layers: object[], output: string): string {
  const config = { name: 'm', layers, input_layers: [['x', 0, 0]], output_layers: [[output, 0, 0]] };
  return JSON.stringify({ class_name: 'Model', config }, undefined, 2);
}

async function factsOf(text: string): Promise<ModelFacts> {
  const folder = { open: () => Promise.resolve(new BytesSource(new TextEncoder().encode(text))) };
  return analyzeModel(await openModel(folder, 'model.json'), 'model.json');
}

function applied(text: string, { edits }: TextFix): string {
  let result = text;
  for (const { span, text: put } of [...edits].sort((a, b) => b.span.offset - a.span.offset))
    result = result.slice(0, span.offset) + put + result.slice(span.offset + span.length);
  return result;
}

async function fixesOf(text: string, rule: string): Promise<TextFix[]> {
  const facts = await factsOf(text);
  const findings = facts.findings.filter((f) => f.ruleId === rule);
  assert.ok(findings.length > 0, `${rule} does not fire`);
  return findings.flatMap((f) => textFixes(ConfigDocument.of(text)!, facts, f));
}

/** What TensorFlow.js makes of a text: its layers in the order they run, each with what feeds it. */
async function loaded(text: string): Promise<string[]> {
  const modelTopology = JSON.parse(text) as object;
  const model = await tfl.loadLayersModel({ load: () => Promise.resolve({ modelTopology }) });
  return model.layers.map((l) => {
    const [node] = l.inboundNodes;
    return `${node.inboundLayers.map((i) => i.name).join()} > ${l.name} ${l.getClassName()} ${(l.getConfig().activation as string) ?? ''}`.trim();
  });
}

async function settled(text: string, rule: string): Promise<string[]> {
  const [fix] = await fixesOf(text, rule);
  assert.ok(fix, 'no fix');
  const mended = applied(text, fix);
  assert.deepEqual(
    (await factsOf(mended)).findings.filter((f) => f.ruleId === rule),
    [],
    mended,
  );
  return loaded(mended);
}

describe('a norm after its activation', () => {
  const relu = layer('Activation', { name: 'act', activation: 'relu' });
  const norm = layer('BatchNormalization', { name: 'bn', axis: -1 });
  const head = layer('Conv2D', conv('head'));

  it('changes places with it in a sequential model', async () => {
    const text = sequential([layer('Conv2D', conv('conv', image)), relu, norm, head]);
    const layers = await settled(text, 'norm-after-activation');
    assert.deepEqual(layers.slice(1), [
      'conv > bn BatchNormalization',
      'bn > act Activation relu',
      'act > head Conv2D linear',
    ]);
  });

  it('gets the activation that the linear layer applies behind it', async () => {
    const text = sequential([layer('Conv2D', conv('conv', { ...image, activation: 'relu' })), norm, head]);
    const layers = await settled(text, 'norm-after-activation');
    assert.deepEqual(layers.slice(1), [
      'conv > bn BatchNormalization',
      'bn > conv_relu Activation relu',
      'conv_relu > head Conv2D linear',
    ]);
  });

  const input = layer('InputLayer', { name: 'x', ...image }, '');
  const tail = (from: string) => [
    layer('Conv2D', conv('left'), from),
    layer('Conv2D', conv('right'), from),
    {
      ...layer('Add', { name: 'sum' }, ''),
      inbound_nodes: [
        [
          ['left', 0, 0, {}],
          ['right', 0, 0, {}],
        ],
      ],
    },
  ];

  it('changes places with it in a functional model, for all who read it', async () => {
    const layers = [
      input,
      layer('Conv2D', conv('conv'), 'x'),
      layer('ReLU', { name: 'act' }, 'conv'),
      layer('BatchNormalization', { name: 'bn', axis: -1 }, 'act'),
      ...tail('bn'),
    ];
    assert.deepEqual((await settled(functional(layers, 'sum'), 'norm-after-activation')).slice(1), [
      'x > conv Conv2D linear',
      'conv > bn BatchNormalization',
      'bn > act ReLU',
      'act > left Conv2D linear',
      'act > right Conv2D linear',
      'left,right > sum Add',
    ]);
  });

  it('gets the activation split off in a functional model, as its output too', async () => {
    const layers = [
      input,
      layer('Conv2D', conv('conv', { activation: 'relu' }), 'x'),
      layer('BatchNormalization', { name: 'bn', axis: -1 }, 'conv'),
    ];
    assert.deepEqual((await settled(functional(layers, 'bn'), 'norm-after-activation')).slice(1), [
      'x > conv Conv2D linear',
      'conv > bn BatchNormalization',
      'bn > conv_relu Activation relu',
    ]);
  });

  it('stays where the activation is read elsewhere too', async () => {
    const layers = [
      input,
      layer('Conv2D', conv('conv'), 'x'),
      layer('ReLU', { name: 'act' }, 'conv'),
      layer('BatchNormalization', { name: 'bn', axis: -1 }, 'act'),
      layer('Conv2D', conv('left'), 'bn'),
      layer('Conv2D', conv('right'), 'act'),
      {
        ...layer('Concatenate', { name: 'all' }, ''),
        inbound_nodes: [
          [
            ['left', 0, 0, {}],
            ['right', 0, 0, {}],
          ],
        ],
      },
    ];
    const text = functional(layers, 'all');
    const facts = await factsOf(text);
    for (const f of facts.findings) assert.deepEqual(textFixes(ConfigDocument.of(text)!, facts, f), []);
  });
});

describe('a bias before a norm', () => {
  const layers = [
    layer('Conv2D', conv('conv', image)),
    layer('BatchNormalization', { name: 'bn', axis: -1 }),
    layer('Conv2D', { use_bias: true, ...conv('second') }),
    layer('BatchNormalization', { name: 'bn2', axis: -1 }),
    layer('ReLU', { name: 'act' }),
  ];

  it('is left out by its setting, stated or not', async () => {
    const text = sequential(layers);
    const [fix] = await fixesOf(text, 'bias-before-norm');
    assert.match(fix.title, /2 layers/);
    const mended = JSON.parse(applied(text, fix)) as { config: { layers: { config: Config }[] } };
    assert.deepEqual(
      mended.config.layers.map((l) => l.config.use_bias),
      [false, undefined, false, undefined, undefined],
    );
    await settled(text, 'bias-before-norm');
  });

  it('stays in a file with weights', async () => {
    const weightsManifest = [
      { paths: ['w.bin'], weights: [{ name: 'conv/kernel', shape: [3, 3, 3, 4], dtype: 'float32' }] },
    ];
    const text = JSON.stringify({ modelTopology: JSON.parse(sequential(layers)) as object, weightsManifest });
    const facts = await factsOf(text);
    const finding = facts.findings.find((f) => f.ruleId === 'bias-before-norm')!;
    assert.deepEqual(textFixes(ConfigDocument.of(text)!, facts, finding), []);
  });
});

describe('a norm along another axis', () => {
  it('is set to the channels', async () => {
    const text = sequential([
      layer('Conv2D', conv('conv', image)),
      layer('BatchNormalization', { name: 'bn', axis: [1] }),
      layer('ReLU', { name: 'act' }),
    ]);
    const [fix] = await fixesOf(text, 'norm-axis-not-channel');
    assert.match(applied(text, fix), /"axis": \[3\]/);
    await settled(text, 'norm-axis-not-channel');
  });
});

describe('a norm before its activation', () => {
  const layers = [
    layer('Conv2D', conv('conv', image)),
    layer('BatchNormalization', { name: 'bn', axis: -1 }),
    layer('ReLU', { name: 'act' }),
    layer('Conv2D', conv('head')),
  ];

  it('is moved behind it on demand, and back again', async () => {
    const text = sequential(layers);
    const [fix] = layerFixes(ConfigDocument.of(text)!, await factsOf(text), 'bn');
    assert.match(fix.title, /after the activation \(changes what the model computes\)/);
    const moved = applied(text, fix);
    assert.deepEqual((await loaded(moved)).slice(1, 3), ['conv > act ReLU', 'act > bn BatchNormalization']);
    assert.equal(applied(moved, (await fixesOf(moved, 'norm-after-activation'))[0]), text);
  });

  it('is not where another layer reads the norm too', async () => {
    const both = [
      layer('InputLayer', { name: 'x', ...image }, ''),
      layer('Conv2D', conv('conv'), 'x'),
      layer('BatchNormalization', { name: 'bn', axis: -1 }, 'conv'),
      layer('ReLU', { name: 'act' }, 'bn'),
      {
        ...layer('Add', { name: 'sum' }, ''),
        inbound_nodes: [
          [
            ['act', 0, 0, {}],
            ['bn', 0, 0, {}],
          ],
        ],
      },
    ];
    const text = functional(both, 'sum');
    assert.deepEqual(layerFixes(ConfigDocument.of(text)!, await factsOf(text), 'bn'), []);
  });
});

describe('a momentum of the other convention', () => {
  const weightsManifest = [{ paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [3, 4], dtype: 'float32' }] }];
  const layers = [
    layer('Dense', { name: 'd', units: 4, batch_input_shape: [null, 3] }),
    layer('BatchNormalization', { name: 'bn', axis: -1, momentum: 0.1 }),
    layer('ReLU', { name: 'act' }),
    layer('Dense', { name: 'head', units: 2 }),
  ];

  it('is converted in files with weights too, which it does not concern', async () => {
    const modelTopology = { model_config: JSON.parse(sequential(layers)) as object };
    const text = JSON.stringify({ modelTopology, weightsManifest }, undefined, 2);
    const [fix] = await fixesOf(text, 'momentum-convention');
    assert.equal(fix.title, 'Set the momentum to 0.9, the weight of the old value');
    assert.equal(applied(text, fix), text.replace('"momentum": 0.1', '"momentum": 0.9'));
  });
});

describe('epsilons that differ', () => {
  const norm = (name: string, config: Config) => layer('BatchNormalization', { name, axis: -1, ...config });
  const layers = [
    layer('Dense', { name: 'd', units: 4, batch_input_shape: [null, 3] }),
    norm('bn1', { epsilon: 1.001e-5 }),
    layer('Dense', { name: 'e', units: 4 }),
    norm('bn2', {}),
    layer('Dense', { name: 'f', units: 4 }),
    norm('bn3', { epsilon: 1.001e-5 }),
    layer('Dense', { name: 'head', units: 2 }),
  ];

  it('become that of most norms, in the digits of the file', async () => {
    const [fix] = await fixesOf(sequential(layers), 'mixed-epsilon');
    assert.match(fix.title, /Set epsilon to 0\.00001001, as in the other batch norms \(changes/);
    const mended = JSON.parse(applied(sequential(layers), fix)) as { config: { layers: { config: Config }[] } };
    assert.equal(mended.config.layers[3].config.epsilon, 1.001e-5);
    await settled(sequential(layers), 'mixed-epsilon');
  });

  it('stay in a file with weights, which were trained with them', async () => {
    const weightsManifest = [{ paths: ['w.bin'], weights: [] }];
    const modelTopology = { model_config: JSON.parse(sequential(layers)) as object };
    assert.deepEqual(await fixesOf(JSON.stringify({ modelTopology, weightsManifest }), 'mixed-epsilon'), []);
  });
});

describe('a setting of a layer without any', () => {
  it('is added without a comma', async () => {
    const text = sequential([
      layer('Dense', { name: 'd', units: 4, batch_input_shape: [null, 3] }),
      { class_name: 'BatchNormalization', config: {} },
      layer('Dense', { name: 'e', units: 4 }),
      layer('BatchNormalization', { name: 'bn2', axis: -1, epsilon: 1e-5 }),
      layer('Dense', { name: 'f', units: 4 }),
      layer('BatchNormalization', { name: 'bn3', axis: -1, epsilon: 1e-5 }),
    ]);
    const [fix] = await fixesOf(text, 'mixed-epsilon');
    assert.match(applied(text, fix), /\{"epsilon": 0\.00001\}/);
  });
});

describe('a model inside a string', () => {
  it('is not edited', async () => {
    const inner = JSON.parse(
      sequential([
        layer('Conv2D', conv('conv', image)),
        layer('Activation', { name: 'act', activation: 'relu' }),
        layer('BatchNormalization', { name: 'bn', axis: -1 }),
        layer('Conv2D', conv('head')),
      ]),
    ) as object;
    const text = JSON.stringify({ modelTopology: { model_config: JSON.stringify(inner) } });
    assert.deepEqual(await fixesOf(text, 'norm-after-activation'), []);
  });
});
