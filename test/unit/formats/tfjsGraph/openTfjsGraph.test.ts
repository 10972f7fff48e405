import assert from 'node:assert/strict';
import { openModel } from '../../../../src/formats/openModel';
import { openTfjsGraph } from '../../../../src/formats/tfjsGraph/openTfjsGraph';
import { ModelError } from '../../../../src/ir/errors';
import { analyzeModel } from '../../../../src/rules/analyzeModel';
import { BytesSource } from '../../../../src/ir/byteSource';
import { floats, graphModel, graphNode as n, ints, placeholder, random } from '../../../support/tfjsGraphs';
import { MemoryFolder, type SavedModel } from '../../../support/tfjsOracle';

const open = ({ text, folder }: SavedModel) => openTfjsGraph(folder, 'model.json', text);
const image = { strides: [1, 1, 1, 1], padding: 'SAME', data_format: 'NHWC' };
const parameters = (c: number) => ({
  scale: floats([c], Array(c).fill(1.5)),
  offset: random([c], 3),
  mean: random([c], 4),
  variance: floats([c], Array(c).fill(0.5)),
});

describe('openTfjsGraph', () => {
  it('keeps names, counts nodes as the file does, and says where each stands', async () => {
    const saved = graphModel(
      [
        placeholder('in', [-1, 4, 4, 2]),
        n('net/conv', 'Conv2D', ['in', 'kernel'], image),
        n('net/bias', 'BiasAdd', ['net/conv', 'bias'], { data_format: 'NHWC' }),
        n('net/relu', 'Relu', ['net/bias', '^net/conv']),
      ],
      { kernel: random([3, 3, 2, 5]), bias: random([5], 2) },
      { generatedBy: '2.4.1', convertedBy: 'TensorFlow.js Converter v3' },
    );
    const model = await open(saved);
    assert.deepEqual([model.nodeCount, model.parameterCount, model.weights], [6, 95, 'present']);
    assert.equal(model.producer, '2.4.1 / TensorFlow.js Converter v3');
    assert.deepEqual(
      [...model.graph.inputs, ...model.graph.outputs].map((v) => model.graph.valueType(v)?.shape),
      [
        ['batch', 4, 4, 2],
        [null, 4, 4, 5],
      ],
    );
    const facts = await analyzeModel(model, 'model.json');
    assert.deepEqual(
      facts.layers.map((l) => [l.id, l.kind, l.role, l.nodes, l.linear?.hasBias]),
      [
        ['net/conv', 'Conv2D', 'linear', ['net/conv', 'net/bias'], true],
        ['net/relu', 'Relu', 'activation', ['net/relu'], undefined],
      ],
    );
    const { offset, length } = [...model.graph.nodes()].find((node) => node.opType === 'Conv')!.origin!;
    assert.equal((JSON.parse(saved.text.slice(offset, offset + length)) as { name: string }).name, 'net/conv');
  });

  it('is what openModel opens by the content', async () => {
    const { text } = graphModel([placeholder('in', [2, 2]), n('out', 'Relu', ['in'])]);
    const bytes = new TextEncoder().encode(text);
    const folder = { open: () => Promise.resolve(new BytesSource(bytes)) };
    assert.equal((await openModel(folder, 'anything.bin')).format, 'tfjs-graph');
  });

  it('recognizes FusedBatchNorm as a fused norm, and not what is only called so', async () => {
    const folded = { ...image, fused_ops: ['BiasAdd', 'Relu6'], num_args: 1 };
    const model = await open(
      graphModel(
        [
          placeholder('in', [-1, 4, 4, 2]),
          n('conv', 'Conv2D', ['in', 'kernel'], image),
          n('norm', 'FusedBatchNormV3', ['conv', 'scale', 'offset', 'mean', 'variance'], {
            epsilon: 0.001,
            is_training: false,
            data_format: 'NHWC',
          }),
          n('relu', 'Relu', ['norm']),
          n('b/FusedBatchNormV3', '_FusedConv2D', ['relu', 'kernel2', 'bias2'], folded),
        ],
        { kernel: random([3, 3, 2, 5]), ...parameters(5), kernel2: random([1, 1, 5, 5], 8), bias2: random([5], 9) },
      ),
    );
    const facts = await analyzeModel(model, 'model.json');
    assert.deepEqual(
      facts.layers.map((l) => [l.id, l.kind, l.role]),
      [
        ['conv', 'Conv2D', 'linear'],
        ['norm', 'FusedBatchNormV3', 'norm'],
        ['relu', 'Relu', 'activation'],
        ['b/FusedBatchNormV3', '_FusedConv2D', 'linear'],
        ['b/FusedBatchNormV3/activation', 'Relu6', 'activation'],
      ],
    );
    const { norm } = facts.layers[1];
    assert.deepEqual(
      [norm?.type, norm?.form, norm?.axes, norm?.axesMeaning, norm?.placement],
      ['batch', 'fused', [0, 1, 2], ['N', 'H', 'W'], 'linear-norm-activation'],
    );
    assert.equal(norm?.epsilon, 0.001);
  });

  it('recognizes an instance norm written as moments', async () => {
    const model = await open(
      graphModel(
        [
          placeholder('in', [-1, 6, 6, 2]),
          n('conv', 'Conv2D', ['in', 'kernel'], image),
          n('mean', 'Mean', ['conv', 'axes'], { keep_dims: true }),
          n('difference', 'SquaredDifference', ['conv', 'mean']),
          n('variance', 'Mean', ['difference', 'axes'], { keep_dims: true }),
          n('add', 'AddV2', ['variance', 'epsilon']),
          n('rsqrt', 'Rsqrt', ['add']),
          n('mul', 'Mul', ['rsqrt', 'gamma']),
          n('mul_1', 'Mul', ['conv', 'mul']),
          n('mul_2', 'Mul', ['mean', 'mul']),
          n('sub', 'Sub', ['beta', 'mul_2']),
          n('add_1', 'AddV2', ['mul_1', 'sub']),
          n('relu', 'Relu', ['add_1']),
        ],
        {
          kernel: random([3, 3, 2, 5]),
          axes: ints(1, 2),
          epsilon: floats([], [0.001]),
          gamma: random([5], 5),
          beta: random([5], 6),
        },
      ),
    );
    const facts = await analyzeModel(model, 'model.json');
    const norm = facts.layers.find((l) => l.role === 'norm')!;
    assert.deepEqual(
      [norm.norm?.type, norm.norm?.form, norm.norm?.axes, norm.norm?.epsilon, norm.norm?.affine, norm.norm?.placement],
      ['instance', 'decomposed', [1, 2], 0.001, { scale: true, shift: true }, 'linear-norm-activation'],
    );
    assert.equal(norm.nodes.length, 10);
  });

  it('reads attributes as byte lists, base64, numbers as text, and 1 for true', async () => {
    const bytes = (text: string) => ({ s: [...text].map((c) => c.charCodeAt(0)) });
    const list = { list: { s: [], i: ['1', 2, '2', 1], f: [], b: [], type: [], shape: [] } };
    const norm = { epsilon: { f: 0.25 }, is_training: { b: 1 }, data_format: bytes('NCHW') };
    const model = await open(
      graphModel(
        [
          placeholder('in', [1, 4, 4, 2]),
          n('conv', 'Conv2D', ['in', 'kernel'], { strides: list, padding: bytes('VALID'), data_format: bytes('NHWC') }),
          n('norm', 'FusedBatchNorm', ['conv', 'scale', 'offset', 'mean', 'variance'], norm),
        ],
        { kernel: random([2, 2, 2, 2]), ...parameters(2) },
      ),
    );
    const [conv, batch] = ['Conv', 'BatchNormalization'].map((op) =>
      [...model.graph.nodes()].find((x) => x.opType === op)!,
    );
    assert.deepEqual(conv.ints('strides'), [2, 2]);
    assert.deepEqual([batch.float('epsilon'), batch.int('training_mode')], [0.25, 1]);
  });

  it('leaves what it does not know opaque, with all outputs that are read', async () => {
    const model = await open(
      graphModel([
        placeholder('in', [2, 3]),
        n('top', 'TopKV2', ['in'], {}),
        n('values', 'Relu', ['top']),
        n('indices', 'Neg', ['top:1']),
        n('f', 'StatefulPartitionedCall', ['values'], { f: { func: { name: 'f' } } }),
      ]),
    );
    const opaque = [...model.graph.nodes()].filter((x) => x.domain === 'tfjs');
    assert.deepEqual(
      opaque.map((x) => [x.opType, x.outputs.length]),
      [
        ['TopKV2', 2],
        ['StatefulPartitionedCall', 1],
      ],
    );
    assert.deepEqual(
      model.problems.map((p) => [p.code, p.place?.jsonPath]),
      [
        ['opaque-node', 'modelTopology.node[1]'],
        ['opaque-node', 'modelTopology.node[4]'],
      ],
    );
  });

  it('opens a graph whose weights are missing', async () => {
    const { text } = graphModel(
      [
        placeholder('in', [1, 4, 4, 2]),
        n('conv', 'Conv2D', ['in', 'kernel'], image),
        n('mean', 'Mean', ['conv', 'axes'], { keep_dims: false }),
      ],
      { kernel: random([3, 3, 2, 5]), axes: ints(1, 2) },
    );
    const model = await openTfjsGraph(new MemoryFolder(), 'model.json', text);
    assert.equal(model.weights, 'missing');
    assert.deepEqual(
      model.problems.map((p) => p.code),
      ['not-found', 'opaque-node'],
    );
  });

  const hostile: Readonly<Record<string, unknown>> = {
    'no nodes': { node: [] },
    'nodes that are none': { node: [1, null, 'a', {}, { name: 5 }, { name: '', op: 'Relu' }, { name: 'x' }] },
    'a cycle': { node: [n('a', 'Relu', ['b']), n('b', 'Relu', ['a']), n('c', 'Relu', ['c'])] },
    'a conv on a cycle': { node: [n('a', 'Conv2D', ['b', 'b'], image), n('b', 'Conv2D', ['a', 'a'], image)] },
    'inputs that lead nowhere': { node: [n('a', 'Add', ['gone', 'gone:7']), n('b', 'ConcatV2', []), n('c', 'Mul')] },
    'names of every object': {
      node: [
        n('__proto__', 'Placeholder'),
        n('constructor', '__proto__', ['__proto__']),
        n('toString', 'hasOwnProperty', ['constructor:3']),
        n('x', 'Relu', ['__proto__']),
      ],
    },
    'the same name twice': { node: [placeholder('a', [1]), placeholder('a', [2]), n('b', 'Relu', ['a'])] },
    'huge shapes': {
      node: [
        placeholder('in', [2 ** 52, 2 ** 52, 2 ** 52, 3]),
        n('k', 'Const', [], {
          value: { tensor: { dtype: 1, tensorShape: { dim: [1, 2, 3, 4].map(() => ({ size: '4294967296' })) } } },
        }),
        n('c', 'Conv2D', ['in', 'k'], image),
        n('p', 'MaxPool', ['c'], { ...image, ksize: [1, 2 ** 40, 2 ** 40, 1] }),
      ],
    },
    'a shape of many axes': { node: [placeholder('in', Array(100_000).fill(1) as number[]), n('r', 'Relu', ['in'])] },
    'attributes of the wrong kind': {
      node: [
        placeholder('in', [1, 4, 4, 2]),
        {
          name: 'a',
          op: 'Conv2D',
          input: ['in', 5, null],
          attr: { strides: 5, padding: null, list: { list: { i: {} } } },
        },
        { name: 'b', op: 'MaxPool', input: 'in', attr: [] },
        n('c', 'Split', ['in', 'in'], { num_split: 2 ** 40 }),
        n('d', 'Unpack', ['in'], { num: 2 ** 31, axis: 99 }),
        n('e', 'Squeeze', ['in'], { squeeze_dims: [99, -99] }),
      ],
    },
    'an output of a high number': { node: [n('a', 'Foo'), n('b', 'Relu', ['a:999999'])] },
    'functions that call themselves': {
      node: [n('a', 'PartitionedCall', [], { f: { func: { name: 'f' } } })],
      library: {
        function: [
          { signature: { name: 'f' }, nodeDef: [n('b', 'PartitionedCall', [], { f: { func: { name: 'f' } } })] },
        ],
      },
    },
  };
  for (const [name, topology] of Object.entries(hostile)) {
    it(`opens a graph with ${name}`, async () => {
      const text = JSON.stringify({
        format: 'graph-model',
        modelTopology: topology,
        signature: { inputs: { ['__proto__']: 1 }, outputs: 7 },
      });
      const model = await openTfjsGraph(new MemoryFolder(), 'model.json', text);
      assert.equal(model.nodeCount, (topology as { node: unknown[] }).node.length);
      await analyzeModel(model, 'model.json');
    });
  }

  it('takes names such as __proto__ for names', async () => {
    const text = `{"format":"graph-model","__proto__":{"weightsManifest":1},"signature":{"inputs":{"__proto__":{"name":"x:0"}},
      "outputs":{"constructor":{"name":"__proto__:0"}}},"modelTopology":{"library":{"function":[{"signature":{"name":"__proto__",
      "inputArg":[{"name":"__proto__"}],"outputArg":[{"name":"toString"}]},"ret":{"toString":"valueOf:0","__proto__":"x"},
      "nodeDef":[{"name":"valueOf","op":"Relu","input":["__proto__"]}]}]},"node":[
      {"name":"x","op":"Placeholder","attr":{"__proto__":{"i":"1"}}},
      {"name":"c","op":"constructor","input":["x"]},
      {"name":"__proto__","op":"PartitionedCall","input":["c"],"attr":{"f":{"func":{"name":"__proto__"}}}}]}}`;
    const model = await openTfjsGraph(new MemoryFolder(), 'model.json', text);
    const { graph } = model;
    assert.deepEqual(
      [...graph.nodes()].map((node) => `${node.opType} ${node.name}`),
      ['constructor c', 'Relu __proto__/valueOf'],
    );
    assert.deepEqual(
      graph.outputs.map((v) => graph.valueName(v)),
      ['__proto__/valueOf'],
    );
    assert.equal(({} as Record<string, unknown>).weightsManifest, undefined);
  });

  it('sorts 20 000 nodes that are listed last first', async () => {
    const chain = Array.from({ length: 20_000 }, (_, i) =>
      n(`n${i}`, 'Relu', [i === 0 ? 'in' : `n${i - 1}`]),
    ).reverse();
    const model = await open(graphModel([...chain, placeholder('in', [1])]));
    assert.equal(model.graph.node(0).name, 'n0');
    assert.deepEqual(model.problems, []);
  });

  it('refuses text that is no JSON or no graph, with the place', async () => {
    for (const text of ['{', '{"format": "graph-model"}', '[]', '5', `${'['.repeat(10_000)}`]) {
      await assert.rejects(
        openTfjsGraph(new MemoryFolder(), 'm.json', text),
        (e) => e instanceof ModelError && e.path === 'm.json',
      );
    }
  });
});
