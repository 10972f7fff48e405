import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EditedFolder } from '../../../src/engine/editedFolder';
import { NodeFolder } from '../../../src/engine/nodeFolder';
import { openModel } from '../../../src/formats/openModel';
import type { ModelFolder } from '../../../src/ir/byteSource';
import { ModelError } from '../../../src/ir/errors';
import { changedFacts, type FactsChange } from '../../../src/protocol/factsChange';
import type { ModelFacts } from '../../../src/protocol/facts';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import type { AnalysisOptions } from '../../../src/rules/modelAnalysis';
import { analyzeText, type TextAnalysis } from '../../../src/rules/textAnalysis';
import { corpusFolder } from '../../support/manifest';

/** Edits of each model; more by hand. */
const STEPS = Number(process.env.NORMSCOPE_EDITS ?? 30);

type Outcome = ModelFacts | string;

/** A text in an editor, analyzed after each edit as the engine does it, and anew. */
class Editor {
  analysis: TextAnalysis | undefined;
  facts: ModelFacts | undefined;

  constructor(
    private readonly file: string,
    private readonly options: AnalysisOptions = {},
  ) {}

  /** Says how the text was analyzed: what is different, all that follows from its layers, or all from the beginning. */
  async show(text: string): Promise<'difference' | 'layers' | 'all'> {
    const folder = new EditedFolder(new NodeFolder(path.dirname(this.file)), path.basename(this.file), text);
    const name = path.basename(this.file);
    const expected = await outcome(async () => analyzeModel(await openModel(folder, name), 'shown', this.options));
    let change: FactsChange | undefined;
    let opened = false;
    const watched: ModelFolder = {
      open(file) {
        opened ||= file === name;
        return folder.open(file);
      },
    };
    const found = await outcome(async () => {
      const { options } = this;
      const answer = await analyzeText(this.analysis, text, { folder: watched, name, shownPath: 'shown', options });
      ({ analysis: this.analysis, change } = answer);
      return answer.analysis.facts;
    });
    assert.deepEqual(found, expected);
    if (typeof found === 'string') return 'all';
    if (change !== undefined) assert.deepEqual(changedFacts(this.facts!, structuredClone(change)), expected);
    this.facts = structuredClone(found);
    return opened ? 'all' : change === undefined ? 'layers' : 'difference';
  }
}

async function outcome(run: () => Promise<ModelFacts>): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ModelError) return error.describe();
    throw error;
  }
}

/** Numbers that look like chance, the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Replaces words in a text, one after the other; each is analyzed in a certain way. */
async function take(
  editor: Editor,
  text: string,
  steps: readonly (readonly [string, string, 'difference' | 'layers' | 'all'])[],
): Promise<string> {
  let current = text;
  for (const [from, to, way] of steps) {
    assert.ok(current.includes(from), from);
    current = current.replace(from, () => to);
    assert.equal(await editor.show(current), way, to);
  }
  return current;
}

type Edit = (text: string, roll: (sides: number) => number) => string;

const put = (text: string, start: number, end: number, words: string) => text.slice(0, start) + words + text.slice(end);

/** Replaces one of the places that fit. */
function replacing(pattern: RegExp, words: readonly string[]): Edit {
  return (text, roll) => {
    const places = [...text.matchAll(pattern)];
    if (places.length === 0) return text;
    const { index, 0: found, 1: kept = '' } = places[roll(places.length)];
    return put(text, index, index + found.length, kept + words[roll(words.length)]);
  };
}

/** Objects of layers, by the brackets around a class. */
function layerSpans(text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  for (const { index } of text.matchAll(/\{[^{}]*?"(?:class_name|name)"\s*:/g)) {
    let depth = 0;
    for (let i = index; i < text.length; i++) {
      if (text[i] === '{') depth++;
      else if (text[i] === '}' && --depth === 0) {
        spans.push({ start: index, end: i + 1 });
        break;
      }
    }
  }
  return spans;
}

const numbers = ['0', '1', '2', '0.5', '1e-7', '0.001', '-1', '16', 'null', '"three"'];

const activations =
  'relu tanh elu selu sigmoid hard_sigmoid softplus softsign mish softmax linear exponential relu6 swish gelu gelu_new unheard'.split(
    ' ',
  );

const edits: Readonly<Record<string, Edit>> = {
  number: replacing(/(":\s*)-?\d[\d.e+-]*(?=\s*[,}])/g, numbers),
  element: replacing(/([[,]\s*)\d+(?=\s*[,\]])/g, ['1', '2', '3', '5', 'null']),
  epsilon: replacing(/("epsilon"\s*:\s*)[^,}]+/g, ['0.001', '1e-5', '1e-12', '0.25', '0', '1e-3', 'true', '-0.5']),
  momentum: replacing(/("momentum"\s*:\s*)[^,}]+/g, ['0.99', '0.9', '0.1', '1', '"much"']),
  activation: replacing(
    /("activation"\s*:\s*)"[^"]*"/g,
    activations.map((name) => `"${name}"`),
  ),
  size: replacing(/("(?:filters|units|depth_multiplier)"\s*:\s*)\d+/g, ['4', '2', '6', '8']),
  window: replacing(/("(?:kernel_size|pool_size|strides|dilation_rate)"\s*:\s*)\[[^\]]*\]/g, [
    '[1,1]',
    '[2,2]',
    '[3,3]',
  ]),
  padding: replacing(/("padding"\s*:\s*)"\w+"/g, ['"same"', '"valid"']),
  bias: replacing(/("(?:use_bias|center|scale)"\s*:\s*)(?:true|false)/g, ['true', 'false']),
  shape: replacing(/("(?:target_shape|axis|batch_input_shape)"\s*:\s*)\[[^\]]*\]/g, [
    '[1,1,4]',
    '[2,2]',
    '[3]',
    '[null,8,8,4]',
  ]),
  rate: replacing(/("rate"\s*:\s*)[^,}]+/g, ['0.1', '0.5', '0', '0.9']),
  flag: replacing(/\b(?:true|false)\b/g, ['true', 'false']),
  trainable: replacing(/("trainable"\s*:\s*)(?:true|false)/g, ['true', 'false']),
  initializer: replacing(/("(?:mode|distribution)"\s*:\s*)"\w+"/g, ['"fan_in"', '"fan_out"', '"normal"']),
  word: replacing(/(":\s*)"[^"]*"/g, ['"relu"', '"tanh"', '"same"', '"valid"', '"linear"', '"channels_first"', '"x"']),
  rename: replacing(/("name"\s*:\s*)"[^"]*"/g, ['"renamed"', '"twin"', '"less/tanh"', '"dense/relu"', '"__proto__"']),
  kind: replacing(/("class_name"\s*:\s*)"[^"]*"/g, ['"ReLU"', '"BatchNormalization"', '"Unheard"', '"Dense"']),
  key: replacing(/"(?:epsilon|trainable|axis|scale|seed)"(?=\s*:)/g, ['"epsilon"', '"note"', '"axis"']),
  blank: replacing(/[,:{}[\]]/g, [',\n', ' ,', ':  ', '{\r\n\t', '} ', '[ ', '\n]', ',']),
  between: replacing(/(\}\s*),(?=\s*\{)/g, [',', ' ,\n', ',\n\n  ', '\r\n,\r']),
  break: (text, roll) => {
    const at = roll(text.length);
    return put(text, at, at + roll(2), ['', '}', '"', ',', 'x', '\\', ']', '1', '\n'][roll(9)]);
  },
  remove: (text, roll) => {
    const spans = layerSpans(text);
    if (spans.length < 2) return text;
    const { start, end } = spans[roll(spans.length)];
    const comma = text.slice(end).match(/^\s*,\s*/)?.[0].length ?? 0;
    return put(text, start, end + comma, '');
  },
  insert: (text, roll) => {
    const spans = layerSpans(text);
    if (spans.length === 0) return text;
    const [from, to] = [spans[roll(spans.length)], spans[roll(spans.length)]];
    return put(text, to.start, to.start, `${text.slice(from.start, from.end)},`);
  },
};

/** Of what is followed as another structure, or changes what that stands on: broken texts would hide how one follows the other. */
const ofStructure = ['bias', 'bias', 'bias', 'bias', 'size', 'activation', 'epsilon', 'rename', 'kind'];

/** Random edits, most of them small; a text that is broken is put right again soon. */
async function editAtRandom(
  file: string,
  seed: number,
  names: readonly string[] = Object.keys(edits),
): Promise<Record<'difference' | 'layers' | 'all', number>> {
  const roll = dice(seed);
  const first = readFileSync(file, 'utf8');
  const editor = new Editor(file);
  await editor.show(first);
  let [good, text] = [first, first];
  const ways = { difference: 0, layers: 0, all: 0 };
  for (let step = 0; step < STEPS; step++) {
    const before = text;
    text = roll(6) === 0 ? good : edits[names[roll(names.length)]](text, roll);
    if (text === before) continue;
    ways[await editor.show(text)]++;
    const isGood = editor.facts !== undefined && isJson(text) && editor.facts.layers.length > 0;
    if (!isGood || roll(12) === 0) text = isJson(good) ? good : first;
    else good = text;
  }
  return ways;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const corpus = [
  'tfjs-layers/cnn_explainer_tinyvgg/model.json',
  'tfjs-layers/acgan_generator/model.json',
  'tfjs-layers/upscaler_default/model.json',
  'tfjs-layers/oarriaga-fer2013_mini_xception/model.json',
  'tfjs-layers/mlperf-ad01/model.json',
  'tfjs-layers/resnet50_topology_only/model.json',
  'keras/kotlindl_toyresnet.json',
  'keras/kotlindl_lenet_dropout.json',
  'keras/mlperf-ad01.keras.json',
];

const layer = (class_name: string, name: string, config: object = {}, from?: string | [string, number][]) => ({
  class_name,
  name,
  config: { name, trainable: true, ...config },
  inbound_nodes:
    from === undefined ? [] : typeof from === 'string' ? [[[from, 0, 0, {}]]] : from.map(([n, c]) => [[n, c, 0, {}]]),
});

const conv = { filters: 4, kernel_size: [3, 3], padding: 'same', activation: 'linear', use_bias: true };
const norm = { axis: [3], epsilon: 0.001, momentum: 0.99, scale: true, center: true };

/** Layers that are called twice, nested models called once and twice, wrappers, layers that are not known, twins. */
const nestedModel = {
  class_name: 'Functional',
  config: {
    name: 'outer',
    layers: [
      layer('InputLayer', 'in', { batch_input_shape: [null, 8, 8, 4] }),
      layer('Conv2D', 'shared', conv, [
        ['in', 0],
        ['block', 1],
      ]),
      {
        ...layer('Functional', 'block', {}, [
          ['shared', 0],
          ['twice', 0],
        ]),
        config: {
          name: 'block',
          layers: [
            layer('InputLayer', 'block_in', { batch_input_shape: [null, 8, 8, 4] }),
            layer('BatchNormalization', 'block_norm', norm, 'block_in'),
            layer('Activation', 'block_relu', { activation: 'relu' }, 'block_norm'),
          ],
          input_layers: [['block_in', 0, 0]],
          output_layers: [['block_relu', 0, 0]],
        },
      },
      layer('BatchNormalization', 'twice', norm, [
        ['shared', 1],
        ['strange', 0],
      ]),
      layer('Strange', 'strange', { epsilon: 0.1, seed: null }, 'in'),
      layer('TimeDistributed', 'each', { layer: { class_name: 'Dense', config: { name: 'inner', units: 5 } } }, 'in'),
      layer('BatchNormalization', 'wrong', { ...norm, axis: [1, 2], activity_regularizer: 'l2' }, 'each'),
      layer('LayerNormalization', 'after', { axis: -1, epsilon: 0.001 }, 'each'),
      layer('Dropout', 'dropped', { rate: 0.5, noise_shape: null, seed: null }, 'after'),
      layer('Conv2D', 'head', { ...conv, bias_regularizer: 1 }, 'block'),
      layer('BatchNormalization', 'head_norm', norm, 'head'),
      layer('Activation', 'bounded', { activation: 'sigmoid' }, 'head_norm'),
      layer('PReLU', 'slopes', { shared_axes: [1, 2] }, 'bounded'),
      layer('Dense', 'unused', { units: 3 }),
    ],
    input_layers: [['in', 0, 0]],
    output_layers: [
      ['slopes', 0, 0],
      ['wrong', 0, 0],
      ['dropped', 0, 0],
    ],
  },
};

/** Activations that several operators make up, residual sums, squeeze and excitation, products that look like a swish. */
const blocks = {
  class_name: 'Functional',
  config: {
    name: 'blocks',
    layers: [
      layer('InputLayer', 'in', { batch_input_shape: [null, 8, 8, 4] }),
      layer('Rescaling', 'scaled', { scale: 1, offset: 0 }, 'in'),
      layer('Conv2D', 'stem', { ...conv, activation: 'swish' }, 'scaled'),
      layer('BatchNormalization', 'norm', norm, 'stem'),
      layer('Activation', 'gate', { activation: 'sigmoid' }, 'norm'),
      layer('Multiply', 'gated', {}, [
        ['norm', 0],
        ['gate', 0],
      ]),
      layer('Conv2D', 'body', { ...conv, activation: 'gelu', use_bias: false }, 'gated'),
      layer('BatchNormalization', 'body_norm', norm, 'body'),
      layer('Add', 'sum', {}, [
        ['body_norm', 0],
        ['stem', 0],
      ]),
      layer('Activation', 'after', { activation: 'relu' }, 'sum'),
      layer('GlobalAveragePooling2D', 'squeeze', {}, 'after'),
      layer('Reshape', 'shaped', { target_shape: [1, 1, 4] }, 'squeeze'),
      layer('Conv2D', 'less', { ...conv, filters: 2, activation: 'relu' }, 'shaped'),
      layer('Conv2D', 'more', { ...conv, activation: 'hard_sigmoid' }, 'less'),
      layer('Multiply', 'excited', {}, [
        ['after', 0],
        ['more', 0],
      ]),
      layer('Dropout', 'dropped', { rate: 0.25 }, 'excited'),
      layer('LayerNormalization', 'layer_norm', { axis: -1, epsilon: 0.001 }, 'dropped'),
      layer('Activation', 'six', { activation: 'relu6' }, 'layer_norm'),
      layer('MaxPooling2D', 'pooled', { pool_size: [2, 2], strides: [2, 2], padding: 'valid' }, 'six'),
      layer('Flatten', 'flat', {}, 'pooled'),
      layer('Dense', 'dense', { units: 6, activation: 'tanh', use_bias: true }, 'flat'),
      layer('BatchNormalization', 'dense_norm', { ...norm, axis: [1] }, 'dense'),
      layer('Dense', 'head', { units: 3, activation: 'softmax', use_bias: true }, 'dense_norm'),
    ],
    input_layers: [['in', 0, 0]],
    output_layers: [['head', 0, 0]],
  },
};

const chain = {
  class_name: 'Sequential',
  config: [
    layer('Conv2D', 'first', { ...conv, batch_input_shape: [null, 8, 8, 3] }),
    layer('BatchNormalization', 'first', norm),
    layer('Activation', 'relu', { activation: 'relu' }),
    {
      class_name: 'Sequential',
      config: {
        name: 'inside',
        layers: [
          layer('SeparableConv2D', 'separable', { ...conv, depth_multiplier: 1 }),
          layer('BatchNormalization', 'inner_norm', { ...norm, scale: false }),
        ],
      },
    },
    layer('LSTM', 'recurrent', { units: 4, unit_forget_bias: true }),
    layer('GroupNormalization', 'groups', { groups: 2, epsilon: 1e-3, axis: -1 }),
  ].map(({ class_name, config }) => ({ class_name, config })),
};

describe('analysis of a text that is edited', function () {
  this.timeout(120_000);
  let folder: string;
  const write = (name: string, model: unknown, indent?: number) => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(model, null, indent));
    return file;
  };
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'edited-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('finds after any edit what a full analysis finds: shared, nested, wrapped and unknown layers, activations of several operators', async () => {
    let difference = 0;
    for (const [i, model] of [nestedModel, chain, blocks, nestedModel, chain, blocks].entries()) {
      const file = write(`model${i}.json`, { modelTopology: model }, i > 2 ? 2 : undefined);
      const ways = await editAtRandom(file, i + 1);
      difference += ways.difference;
    }
    assert.ok(difference > STEPS / 2, `${difference} edits were followed`);
  });

  it('and where the file holds weights, which settings may fit or not', async () => {
    const kernel = [3, 3, 4, 4];
    const shapes: Readonly<Record<string, readonly number[]>> = {
      ...{ 'stem/kernel': kernel, 'stem/bias': [4], 'body/kernel': kernel, 'dense/kernel': [64, 6], 'dense/bias': [6] },
      ...{ 'less/kernel': [3, 3, 4, 2], 'less/bias': [2], 'more/kernel': [3, 3, 2, 4], 'more/bias': [4] },
      ...{ 'layer_norm/gamma': [4], 'layer_norm/beta': [4], 'head/kernel': [6, 3], 'head/bias': [3] },
      ...Object.fromEntries(
        ['norm', 'body_norm', 'dense_norm'].flatMap((name) =>
          ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) => [
            `${name}/${part}`,
            [name === 'dense_norm' ? 6 : 4],
          ]),
        ),
      ),
    };
    const weights = Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
    const size = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    writeFileSync(
      path.join(folder, 'blocks.bin'),
      Float32Array.from({ length: size }, (_, i) => i % 7),
    );
    const model = { modelTopology: blocks, weightsManifest: [{ paths: ['blocks.bin'], weights }] };
    let followed = 0;
    for (const seed of [21, 22, 23]) {
      const { difference, layers } = await editAtRandom(write('blocks.json', model), seed);
      followed += difference + layers;
      await editAtRandom(write('blocks.json', model), seed, ofStructure);
    }
    assert.ok(followed > STEPS / 2, `${followed} edits were followed`);

    const wrapped = ['each', 'inner'].map((name) => ({ name: `${name}/kernel`, shape: [4, 5], dtype: 'float32' }));
    const nested = { modelTopology: nestedModel, weightsManifest: [{ paths: ['none.bin'], weights: wrapped }] };
    await editAtRandom(write('nested.json', nested), 24);
    const text = JSON.stringify(nested);
    const editor = new Editor(write('wrapped.json', nested));
    await editor.show(text);
    await take(editor, text, [['"units":5', '"units":6', 'all']]);
    assert.ok(editor.facts!.problems.some(({ code }) => code === 'weight-shape'));
  });

  for (const [i, name] of corpus.entries()) {
    const file = path.join(corpusFolder, name);
    (existsSync(file) ? it : it.skip)(`and in ${name}`, async () => {
      await editAtRandom(file, 100 + i);
      await editAtRandom(file, 200 + i, ofStructure);
    });
  }

  it('follows numbers of norms, settings that nothing depends on, and blanks; not what other layers depend on', async () => {
    const text = JSON.stringify({ modelTopology: nestedModel });
    const file = write('model.json', { modelTopology: nestedModel });
    const editor = new Editor(file);
    await editor.show(text);
    const steps: readonly (readonly [string, string, 'difference' | 'layers' | 'all'])[] = [
      [
        '"name":"head_norm","trainable":true,"axis":[3],"epsilon":0.001',
        '"name":"head_norm","trainable":true,"axis":[3],"epsilon":1e-12',
        'difference',
      ],
      ['"name":"head_norm","trainable":true', '"name":"head_norm","trainable":false', 'difference'],
      ['"name":"slopes","trainable":true', '"name" : "slopes",\n"trainable":true', 'difference'],
      ['},{"class_name":"Dense"', '},\r\n{"class_name":"Dense"', 'difference'],
      ['"units":3', '"units":4', 'difference'],
      ['"activation":"sigmoid"', '"activation":"elu"', 'difference'],
      ['"activation":"elu"', '"activation":"linear"', 'layers'],
      [
        '"activation":"linear"},"inbound_nodes":[[["head_norm"',
        '"activation":"relu"},"inbound_nodes":[[["head_norm"',
        'layers',
      ],
      ['"rate":0.5', '"rate":0.25', 'difference'],
      ['"epsilon":1e-12', '"epsilon":1e-11', 'difference'],
      ['"name":"head","trainable":true,"filters":4', '"name":"head","trainable":true,"filters":8', 'difference'],
      ['"name":"twice","trainable":true', '"name":"twice","trainable":false', 'difference'],
      ['"output_layers":[["slopes"', '"output_layers":[["head_norm"', 'all'],
      ['"class_name":"Strange"', '"class_name":"Stranger"', 'difference'],
    ];
    await take(editor, text, steps);
  });

  it('follows sizes as far as they go, weights that no longer fit, and activations that name values', async () => {
    const weights = [
      { name: 'less/kernel', shape: [3, 3, 4, 2], dtype: 'float32' },
      { name: 'more/kernel', shape: [3, 3, 2, 4], dtype: 'float32' },
    ];
    const model = { modelTopology: blocks, weightsManifest: [{ paths: ['none.bin'], weights }] };
    const text = JSON.stringify(model);
    const editor = new Editor(write('sizes.json', model));
    await editor.show(text);
    const problems = () => editor.facts!.problems.filter(({ code }) => code === 'weight-shape').length;
    assert.equal(problems(), 0);
    let current = await take(editor, text, [['"filters":2', '"filters":3', 'difference']]);
    assert.equal(problems(), 2);
    current = await take(editor, current, [
      ['"units":6', '"units":5', 'difference'],
      ['"strides":[2,2]', '"strides":[1,1]', 'difference'],
      ['"pool_size":[2,2]', '"pool_size":[3,3]', 'difference'],
      ['"filters":3', '"filters":2', 'difference'],
      ['"units":3', '"units":4', 'difference'],
      [
        '"filters":2,"kernel_size":[3,3],"padding":"same","activation":"relu"',
        '"filters":2,"kernel_size":[3,3],"padding":"same","activation":"elu"',
        'difference',
      ],
      ['"activation":"elu"', '"activation":"selu"', 'difference'],
      ['"units":5,"activation":"tanh"', '"units":5,"activation":"sigmoid"', 'difference'],
      ['"activation":"selu"', '"activation":"relu"', 'difference'],
    ]);
    assert.equal(problems(), 0);
    await take(editor, current, [
      ['"pool_size":[3,3]', '"pool_size":[9,9]', 'difference'],
      ['"strides":[1,1],"padding":"valid"', '"strides":[1,1],"padding":"unheard"', 'difference'],
    ]);
  });

  it('follows other structure: biases, classes, layers more and fewer, names', async () => {
    const model = { modelTopology: blocks };
    const editor = new Editor(write('structure.json', model));
    const text = JSON.stringify(model);
    await editor.show(text);
    const stated = (layer: object) => JSON.stringify(layer);
    const six = stated(layer('Activation', 'six', { activation: 'relu6' }, 'layer_norm'));
    const more = stated(layer('LayerNormalization', 'more_norm', { axis: -1 }, 'six'));
    let current = await take(editor, text, [
      ['"activation":"swish","use_bias":true', '"activation":"swish","use_bias":false', 'difference'],
      ['"use_bias":false', '"use_bias":true', 'difference'],
      [
        '"class_name":"BatchNormalization","name":"norm"',
        '"class_name":"LayerNormalization","name":"norm"',
        'difference',
      ],
      ['"class_name":"LayerNormalization","name":"norm"', '"class_name":"LayerNorm","name":"norm"', 'difference'],
    ]);
    assert.ok(editor.facts!.problems.some(({ code }) => code === 'opaque-layer'));
    assert.ok('tfjs' in editor.facts!.opsets);
    const { nodeCount } = editor.facts!;
    current = await take(editor, current, [
      ['"class_name":"LayerNorm"', '"class_name":"BatchNormalization"', 'difference'],
      [six, `${six},${more}`, 'difference'],
      [
        '[[["six",0,0,{}]]]},{"class_name":"Flatten"',
        '[[["more_norm",0,0,{}]]]},{"class_name":"Flatten"',
        'difference',
      ],
    ]);
    assert.equal(editor.facts!.nodeCount, nodeCount + 1);
    // the new name, and then who reads it
    current = await take(editor, current, [
      ['"name":"more_norm","config":{"name":"more_norm"', '"name":"other","config":{"name":"other"', 'difference'],
      ['[["more_norm",0,0,{}]]', '[["other",0,0,{}]]', 'difference'],
      ['{"class_name":"Dropout"', '{"class_name":"GaussianDropout"', 'difference'],
      ['"name":"dense","config":{"name":"dense"', '"name":"hidden","config":{"name":"hidden"', 'difference'],
    ]);
    assert.ok(editor.facts!.problems.some(({ code }) => code === 'unknown-layer'));
    await take(editor, current, [
      ['["dense",0,0,{}]', '["hidden",0,0,{}]', 'difference'],
      ['"epsilon":0.001', '"epsilon":0.002', 'difference'],
      ['"name":"less"', '"name":"more"', 'all'],
    ]);
  });

  it('says of a layer what follows from its neighbours, however they come to be others', async () => {
    const rest = { rate: 0.5, activation: 'relu' };
    const layers = [
      layer('InputLayer', 'in', { batch_input_shape: [null, 8, 8, 4] }),
      layer('Conv2D', 'conv', { filters: 4, kernel_size: [1, 1], use_bias: false }, 'in'),
      layer('BatchNormalization', 'norm', { axis: -1 }, 'conv'),
      layer('Dropout', 'first', rest, 'norm'),
      layer('Dropout', 'second', rest, 'first'),
      { ...layer('Add', 'sum', {}), inbound_nodes: [['in', 'second'].map((name) => [name, 0, 0, {}])] },
      layer('Conv2D', 'last', { filters: 4, kernel_size: [1, 1], use_bias: false }, 'sum'),
      layer('BatchNormalization', 'end', { axis: -1 }, 'last'),
    ];
    const config = { name: 'branch', layers, input_layers: [['in', 0, 0]], output_layers: [['end', 0, 0]] };
    const kernel = { shape: [1, 1, 4, 4], dtype: 'float32' };
    const parameters = ['norm', 'end'].flatMap((norm) =>
      ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) => ({
        name: `${norm}/${part}`,
        shape: [4],
        dtype: 'float32',
      })),
    );
    const weights = [{ name: 'conv/kernel', ...kernel }, { name: 'last/kernel', ...kernel }, ...parameters];
    writeFileSync(path.join(folder, 'branch.bin'), new Float32Array(64));
    const model = {
      modelTopology: { class_name: 'Model', config },
      weightsManifest: [{ paths: ['branch.bin'], weights }],
    };
    const editor = new Editor(write('branch.json', model));
    const dead = () => editor.facts!.findings.filter((f) => f.ruleId === 'dead-scale-channels').map((f) => f.layer);
    const text = JSON.stringify(model);
    await editor.show(text);
    assert.deepEqual(dead(), ['end']);
    const second = (kind: string) => `"class_name":"${kind}","name":"second"`;
    let current = await take(editor, text, [[second('Dropout'), second('Activation'), 'difference']]);
    assert.deepEqual(dead(), ['norm', 'end']);
    current = await take(editor, current, [[second('Activation'), second('Dropout'), 'difference']]);
    assert.deepEqual(dead(), ['end']);
    await take(editor, current, [['"class_name":"Add"', '"class_name":"Minimum"', 'difference']]);
  });

  it('analyzes anew when settings or files of weights have changed', async () => {
    const weights = [{ name: 'n/gamma', shape: [2], dtype: 'float32' }];
    const model = {
      modelTopology: {
        class_name: 'Sequential',
        config: [layer('BatchNormalization', 'n', { ...norm, axis: [1], batch_input_shape: [null, 2] })],
      },
      weightsManifest: [{ paths: ['w.bin'], weights }],
    };
    const file = write('weights.json', model);
    const bytes = path.join(folder, 'w.bin');
    writeFileSync(bytes, new Uint8Array(8));
    const editor = new Editor(file);
    let text = JSON.stringify(model);
    const edit = () => (text = text.replace(/"epsilon":0\.0/, '"epsilon":0.00'));
    await editor.show(text);
    assert.equal(await editor.show(edit()), 'difference');
    writeFileSync(bytes, Float32Array.of(1, 2));
    utimesSync(bytes, new Date(), new Date(statSync(bytes).mtimeMs + 5000));
    assert.equal(await editor.show(edit()), 'all');
    assert.equal(await editor.show(edit()), 'difference');
    rmSync(bytes);
    assert.equal(await editor.show(edit()), 'all');
    assert.equal(await editor.show(edit()), 'difference');
  });

  it('is of one set of severities', async () => {
    const file = write('severities.json', { modelTopology: nestedModel });
    const text = JSON.stringify({ modelTopology: nestedModel });
    const editor = new Editor(file, { severities: { 'mixed-epsilon': 'error' } });
    await editor.show(text);
    Object.assign(editor, { options: { severities: { 'mixed-epsilon': 'off' } } });
    assert.equal(await editor.show(text.replace('0.001', '0.002')), 'all');
  });
});
