import { strict as assert } from 'node:assert';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { ModelError } from '../../../src/ir/errors';
import { float32Tensor, type Tensor } from '../../../src/ir/tensor';
import { TextLines } from '../../../src/ir/textLines';
import { attribute } from '../../../src/ir/attribute';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { modelOf, textModel } from '../../support/textModel';

const BIASED = `<opset_import: ["" : 17, "com.microsoft" : 1]>
  g (float[N,3,8,8] x) => (float[N,10] y)
  <float[4,3,3,3] w, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[4,10] f, float[10] c> {
    [conv] a = Conv<pads = [1,1,1,1]>(x, w, b)
    [norm] n = BatchNormalization<epsilon = 0.001>(a, s, t, m, v)
    r = Relu(n)
    p = GlobalAveragePool(r)
    q = Flatten(p)
    [fc] z = Gemm(q, f, c)
    y = Softmax(z)
  }`;

describe('analyzeModel', () => {
  it('offers fixes for ONNX files that hold their weights', async () => {
    const offered = async (facts: Parameters<typeof textModel>[1]) =>
      (await analyzeModel(textModel(BIASED, facts), 'model.onnx')).findings.flatMap((f) => f.fix?.id ?? []).sort();
    assert.deepEqual(await offered({}), ['drop-bias', 'fold']);
    assert.deepEqual(await offered({ weights: 'partial' }), []);
    assert.deepEqual(await offered({ format: 'tfjs-graph' }), []);
  });

  it('gives layers with ids, inputs, shapes and what norms are', async () => {
    const facts = await analyzeModel(textModel(BIASED), 'some/model.onnx');
    assert.deepEqual(
      facts.layers.map((l) => [l.id, l.role, l.kind, l.inputs, l.outputShape]),
      [
        ['conv', 'linear', 'Conv', [], ['N', 4, 8, 8]],
        ['norm', 'norm', 'BatchNormalization', ['conv'], ['N', 4, 8, 8]],
        ['r', 'activation', 'Relu', ['norm'], ['N', 4, 8, 8]],
        ['p', 'pool', 'GlobalAveragePool', ['r'], ['N', 4, 1, 1]],
        ['fc', 'linear', 'Gemm', ['p'], ['N', 10]],
        ['y', 'activation', 'Softmax', ['fc'], ['N', 10]],
      ],
    );
    assert.deepEqual(facts.layers[1].norm, {
      type: 'batch',
      form: 'native',
      axes: [0, 2, 3],
      axesMeaning: ['N', 'H', 'W'],
      epsilon: 0.001,
      momentum: 0.9,
      momentumOriginal: null,
      groups: null,
      affine: { scale: true, shift: true },
      channels: 4,
      placement: 'linear-norm-activation',
      chain: 'Conv -> BatchNormalization -> Relu -> GlobalAveragePool',
      linear: 'conv',
      activation: 'r',
    });
    assert.deepEqual(facts.layers[0].linear, { hasBias: true, normalization: 'normalized-before-activation' });
    assert.deepEqual(facts.layers[4].linear, { hasBias: true, normalization: 'output-head' });
    assert.deepEqual(facts.summary, {
      linear: 2,
      norm: { batch: 1 },
      activation: { Relu: 1, Softmax: 1 },
      placement: { 'linear-norm-activation': 1 },
    });
    assert.deepEqual(facts.opsets, { 'ai.onnx': 17, 'com.microsoft': 1 });
    assert.equal(facts.path, 'some/model.onnx');
    assert.deepEqual(
      facts.findings.map((f) => [f.ruleId, f.severity, f.layer, f.layers]),
      [
        ['bias-before-norm', 'hint', null, ['conv']],
        ['foldable-batch-norm', 'hint', null, ['norm']],
      ],
    );
  });

  it('is plain data: JSON gives back the same', async () => {
    const facts = await analyzeModel(textModel(BIASED), 'model.onnx');
    const again: unknown = JSON.parse(JSON.stringify(facts));
    assert.deepEqual(JSON.parse(JSON.stringify(again)), again);
    assert.doesNotMatch(JSON.stringify(facts), /undefined|NaN/);
  });

  it('takes severities of the settings, and leaves out rules that are off', async () => {
    const severity = async (asked: 'error' | 'off') => {
      const { findings } = await analyzeModel(textModel(BIASED), 'm', { severities: { 'bias-before-norm': asked } });
      return findings.filter((f) => f.ruleId === 'bias-before-norm').map((f) => f.severity);
    };
    assert.deepEqual(await severity('error'), ['error']);
    assert.deepEqual(await severity('off'), []);
    const { findings } = await analyzeModel(textModel(BIASED), 'm', { severities: {} });
    assert.deepEqual(findings.length, 2);
  });

  it('points into the text of a layers model, and gives axes and shapes in the layout of the file', async () => {
    const text = '{\n  "layers": [\n    {"dense"},\n    {"bn"}\n  ]\n}';
    const origin = (layer: string, kind: string, config: Record<string, unknown>, words: string) => ({
      layer,
      kind,
      config,
      offset: text.indexOf(words),
      length: words.length,
    });
    const conv = origin('conv', 'Conv2D', { activation: 'relu', data_format: 'channels_last' }, '{"dense"}');
    const bn = origin('bn', 'BatchNormalization', { axis: [3], momentum: 0.99, epsilon: 1e-3 }, '{"bn"}');
    const graph = new MutableGraph();
    graph.opsets.set('', 18);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [null, 8, 6, 3] });
    graph.addInitializer(float32Tensor('w', [4, 3, 1, 1], new Float32Array(12).fill(1)));
    for (const name of ['s', 't', 'm', 'v']) graph.addInitializer(float32Tensor(name, [4], [2, 2, 2, 2]));
    const toChannelsFirst = graph.add('Transpose', ['x'], { perm: attribute.ints([0, 3, 1, 2]) }, { origin: conv });
    const a = graph.add('Conv', [toChannelsFirst, 'w'], {}, { origin: conv });
    const r = graph.add('Relu', [a], {}, { origin: conv });
    const n = graph.add(
      'BatchNormalization',
      [r, 's', 't', 'm', 'v'],
      { momentum: attribute.float(Math.fround(0.99)), epsilon: attribute.float(1e-3) },
      { origin: bn },
    );
    graph.addNode('Transpose', [n], { perm: attribute.ints([0, 2, 3, 1]) }, { origin: bn, outputs: ['y'] });
    graph.addOutput('y');
    const model = modelOf(graph.freeze(), { format: 'tfjs-layers', purpose: 'definition', lines: new TextLines(text) });

    const facts = await analyzeModel(model, 'model.json');
    assert.deepEqual(
      facts.layers.map((l) => [l.id, l.role, l.kind, l.nodes, l.outputShape]),
      [
        ['conv', 'linear', 'Conv2D', ['conv'], [null, 8, 6, 4]],
        ['conv/activation', 'activation', 'relu', ['conv'], [null, 8, 6, 4]],
        ['bn', 'norm', 'BatchNormalization', ['bn'], [null, 8, 6, 4]],
      ],
    );
    const norm = facts.layers[2].norm!;
    assert.deepEqual([norm.axes, norm.axesMeaning, norm.momentum], [[0, 1, 2], ['N', 'H', 'W'], 0.99]);
    assert.equal(norm.momentumOriginal, 0.99);
    const range = { start: { line: 3, character: 4 }, end: { line: 3, character: 10 } };
    assert.deepEqual(facts.layers[2].source, { uri: 'model.json', range });
    const [finding] = facts.findings;
    assert.deepEqual([finding.ruleId, finding.layer, finding.source?.range], ['norm-after-activation', 'bn', range]);
  });

  it('reports weights that are there and cannot be read, once, and goes on', async () => {
    const graph = textModel(
      BIASED.replace('float[4] m, float[4] v,', 'float[4] v = {1, 1, 1, 1},').replace(
        'float[4] s,',
        'float[4] m, float[4] s = {1,1,1,1},',
      ),
    ).graph.toMutable();
    const broken: Tensor = {
      ...float32Tensor('m', [4], [0, 0, 0, 0]),
      bytes: undefined,
      read: () => Promise.reject(new ModelError('truncated', 'the file ends at byte 3')),
    };
    graph.initializers.set('m', broken);
    const facts = await analyzeModel(modelOf(graph.freeze()), 'model.onnx');
    assert.deepEqual(facts.problems, [{ code: 'truncated', message: 'the file ends at byte 3' }]);
    assert.equal(facts.summary.norm.batch, 1);
  });

  it('reads a graph without nodes', async () => {
    const facts = await analyzeModel(textModel('g (float x) => (float x) { }'), 'empty.onnx');
    assert.deepEqual([facts.layers, facts.findings], [[], []]);
  });
});
