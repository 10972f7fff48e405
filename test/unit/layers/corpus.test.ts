import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { openModelFile } from '../../../src/engine/nodeFolder';
import type { ModelFacts, NormType } from '../../../src/protocol/facts';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { corpusPath, manifestEntries, type ManifestEntry } from '../../support/manifest';

/** What the manifest counts by operator or layer class, where it counts. */
interface CorpusFile extends ManifestEntry {
  readonly norm?: Readonly<Record<string, number>> | null;
  /** What stands before and after the norms. */
  readonly norm_prev?: Readonly<Record<string, number>>;
  readonly norm_next?: Readonly<Record<string, number>>;
  readonly conv?: number | null;
  readonly gemm_matmul?: number | null;
}

/** What is said of each file of the corpus, in counts: a change of behaviour shows in review. UPDATE_CORPUS_TABLE=1 writes it anew. */
const TABLE = path.join(__dirname, 'corpusTable.md');

const typeOf: Readonly<Record<string, NormType>> = {
  BatchNormalization: 'batch',
  FusedBatchNorm: 'batch',
  LayerNormalization: 'layer',
  SkipLayerNormalization: 'layer',
  EmbedLayerNormalization: 'layer',
  InstanceNormalization: 'instance',
  GroupNormalization: 'group',
  RMSNormalization: 'rms',
  LRN: 'local-response',
  MeanVarianceNormalization: 'mean-variance',
  LpNormalization: 'lp',
};

/** Files with functions, of which the manifest counts every body once: norms and linear layers with each call. */
const inFunctions: Readonly<Record<string, { batch: number; linear: number }>> = {
  'onnx/dynamo_resnet18/resnet18_dynamo.onnx': { batch: 20, linear: 21 },
};

/** Norms made of several nodes, counted by hand. */
const decomposed: Readonly<Record<string, Partial<Record<NormType, number>>>> = {
  'onnx/BertForQuestionAnswering_0.onnx': { layer: 25 },
  'onnx/bert_toy_optimized.onnx': { layer: 12 },
  'onnx/dummy_transformer.onnx': { layer: 4 },
  'onnx/model_2.onnx': { layer: 1 },
  'onnx/skip_layer_norm_format1.onnx': { layer: 1 },
  'onnx/layer_norm_with_cast.onnx': { layer: 1 },
  'onnx-backend/test_group_normalization_epsilon_expanded/model.onnx': { group: 1 },
  'onnx-backend/test_layer_normalization_4d_axis1_expanded/model.onnx': { layer: 1 },
  'onnx-backend/test_rms_normalization_3d_axis1_epsilon_expanded/model.onnx': { rms: 1 },
  'tfjs-graph/style_transformer_separable/model.json': { instance: 13 },
};

/** Tests of tools and of single operators, with parameters that no trained model has. */
const warned: Readonly<Record<string, readonly string[]>> = {
  'onnx/embed_layer_norm_format1.onnx': ['single-value-statistics'],
  'onnx/opset_01.onnx': ['batch-norm-training-mode'],
  'onnx/linear2-3_bn1-linear3-1.onnx': ['untrained-statistics'],
  'onnx-backend/test_batchnorm_epsilon_training_mode/model.onnx': ['batch-norm-training-mode'],
  'onnx-backend/test_BatchNorm1d_3d_input_eval/model.onnx': ['untrained-statistics'],
  'onnx-backend/test_BatchNorm2d_momentum_eval/model.onnx': ['untrained-statistics'],
};

const linearOperators = ['Conv', 'Gemm', 'MatMul', 'Conv2D', 'Dense', 'SeparableConv2D', 'DepthwiseConv2D'];

describe('corpus of real models: layers, placements and findings', function () {
  this.timeout(120_000);
  const analyzed = new Map<string, ModelFacts>();
  const files: CorpusFile[] = [];

  before(async function () {
    const all = manifestEntries() as readonly CorpusFile[];
    if (all.length === 0) this.skip();
    for (const file of all) {
      if (file.parse !== 'ok' || !isOpened(file)) continue;
      files.push(file);
      analyzed.set(file.path, await analyzeModel(await openModelFile(corpusPath(file)), file.path));
    }
    assert.ok(files.length > 90);
  });

  function isOpened({ path: name, format }: CorpusFile): boolean {
    if (name.startsWith('malformed/')) return false;
    return name.endsWith('.onnx') || name.startsWith('tfjs-') || format === 'keras-json';
  }

  it('counts every native norm of the manifest, and every decomposed one', () => {
    for (const { path: name, norm } of files) {
      if (name in inFunctions) continue;
      const expected: Partial<Record<NormType, number>> = { ...decomposed[name] };
      for (const [operator, n] of Object.entries(norm ?? {})) {
        const type = typeOf[operator];
        assert.ok(type, `${name}: ${operator}`);
        expected[type] = (expected[type] ?? 0) + n;
      }
      assert.deepEqual(analyzed.get(name)!.summary.norm, expected, name);
    }
  });

  it('counts layers in functions once for each call', () => {
    for (const [name, { batch, linear }] of Object.entries(inFunctions)) {
      const { norm, linear: found } = analyzed.get(name)!.summary;
      assert.deepEqual([norm, found], [{ batch }, linear], name);
    }
  });

  it('invents none in the files without norms', () => {
    const without = files.filter((f) => f.flags.includes('no-norm'));
    assert.ok(without.length > 15);
    for (const f of without) assert.deepEqual(analyzed.get(f.path)!.summary.norm, {}, f.path);
  });

  it('places norms between a linear layer and an activation as often as the manifest counts', () => {
    let compared = 0;
    for (const { path: name, norm_prev: before = {}, norm_next: after = {} } of files) {
      const onlyLinear =
        Object.keys(before).length > 0 && Object.keys(before).every((k) => linearOperators.includes(k));
      const plain = Object.keys(after).every((k) =>
        /^(Relu|Activation\[relu\]|Sum|Add|Concat|Conv|Gemm|MaxPooling2D)$/.test(k),
      );
      // hard swish counts as additions and products in the manifest
      if (!onlyLinear || !plain || name.includes('fuse-conv')) continue;
      compared++;
      const { placement } = analyzed.get(name)!.summary;
      const norms = Object.values(before).reduce((a, b) => a + b, 0);
      const activated = (after.Relu ?? 0) + (after['Activation[relu]'] ?? 0);
      const expected = { 'linear-norm-activation': activated, 'linear-norm': norms - activated };
      assert.deepEqual({ 'linear-norm-activation': 0, 'linear-norm': 0, ...placement }, expected, name);
    }
    assert.ok(compared >= 10, `${compared} files compared`);
  });

  it('counts convolutions as the manifest does', () => {
    for (const { path: name, conv, gemm_matmul: products } of files) {
      // a net inside the branches of an If that depends on an input; separable convolutions are two linear layers each
      if (/silero|xception/.test(name)) continue;
      if (name in inFunctions) continue;
      const { layers } = analyzed.get(name)!;
      const linear = layers.filter((l) => l.role === 'linear').length;
      assert.ok(linear >= (conv ?? 0), `${name}: ${linear} linear layers, ${conv} convolutions`);
      if (!/embed_layer_norm|gpt2-fp32|acgan/.test(name)) {
        assert.ok(linear <= (conv ?? 0) + (products ?? 0), `${name}: ${linear} of ${conv} + ${products}`);
      }
    }
  });

  it('warns about no well-made network', () => {
    for (const { path: name } of files) {
      const { findings } = analyzed.get(name)!;
      const loud = findings.filter((f) => f.severity === 'warning' || f.severity === 'error');
      assert.deepEqual(
        loud.map((f) => f.ruleId),
        warned[name] ?? [],
        name,
      );
    }
  });

  it('gives every layer an id of its own and layers that are there as inputs', () => {
    for (const { path: name } of files) {
      const { layers } = analyzed.get(name)!;
      const ids = new Set(layers.map((l) => l.id));
      assert.equal(ids.size, layers.length, name);
      for (const l of layers) for (const i of l.inputs) assert.ok(ids.has(i), `${name}: ${l.id} reads ${i}`);
    }
  });

  it('places each norm of a DenseNet, an AlexNet and the transformers', () => {
    const placement = (name: string) => analyzed.get(`onnx/${name}.onnx`)!.summary.placement;
    assert.deepEqual(placement('light_densenet121'), { 'linear-norm-activation': 59, 'pre-activation': 62 });
    assert.deepEqual(placement('light_bvlc_alexnet'), { 'linear-activation-norm': 2 });
    assert.deepEqual(placement('BertForQuestionAnswering_0'), { 'embedding-norm': 1, 'post-norm': 24 });
    assert.deepEqual(placement('gpt2_one_layer'), { 'pre-norm': 2 });
    assert.deepEqual(placement('tiny-random-gpt2-fp32_past'), { 'pre-norm': 10, 'before-output': 1 });
    assert.deepEqual(placement('dummy_transformer'), { 'post-norm': 4 });
    assert.deepEqual(placement('candy'), { 'linear-norm-activation': 10, 'linear-norm': 5 });
  });

  it('says of every file what the published table says', () => {
    const rows = files.map((f) => row(analyzed.get(f.path)!));
    const head = ['file', 'linear', 'norms', 'activations', 'placements', 'findings'];
    const table = [line(head), line(head.map(() => '---')), ...rows, ''].join('\n');
    if (process.env.UPDATE_CORPUS_TABLE) fs.writeFileSync(TABLE, table);
    assert.deepEqual(table.split('\n'), fs.readFileSync(TABLE, 'utf8').split('\n'));
  });
});

function row({ path: name, summary, findings }: ModelFacts): string {
  const found: Record<string, number> = {};
  for (const f of findings) found[`${f.severity} ${f.ruleId}`] = (found[`${f.severity} ${f.ruleId}`] ?? 0) + 1;
  const { linear, norm, activation, placement } = summary;
  return line([name, String(linear), ...[norm, activation, placement, found].map(counts)]);
}

function counts(record: Readonly<Record<string, number>>): string {
  return Object.entries(record)
    .map(([key, n]) => `${n} ${key}`)
    .sort()
    .join(', ');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
