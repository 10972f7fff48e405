import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runFix } from '../../../src/engine/runFix';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { ModelError } from '../../../src/ir/errors';
import type { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import type { FixId } from '../../../src/protocol/facts';
import type { FixEvent, FixResult, FixSettings } from '../../../src/protocol/fix';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { filledGraph, operators } from '../../support/edited';
import { floats, modelBytes, node, valueInfo } from '../../support/onnxModels';
import { corpusPath, manifestEntries } from '../../support/manifest';
import * as convolutional from '../../support/networks/convolutional';

const norm = 'float[4] s, float[4] h, float[4] m, float[4] v';

/** x -> Conv with a bias -> BatchNormalization -> Relu. */
const block = (attributes = '', opset = 15) =>
  filledGraph(`<ir_version: 8, opset_import: ["" : ${opset}]> g (float[N,3,8,8] x) => (float[N,4,6,6] y)
    <float[4,3,3,3] w, float[4] b, ${norm}>
    { a = Conv(x, w, b) n = BatchNormalization${attributes}(a, s, h, m, v) y = Relu(n) }`);

describe('a copy of a model with a fix', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-fix-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const at = (name: string) => path.join(folder, name);
  const write = async (graph: MutableGraph, name = 'model.onnx') => {
    fs.writeFileSync(at(name), await encodeOnnx(graph));
    return at(name);
  };
  const events: FixEvent['phase'][] = [];
  const save = (
    model: string,
    fix: FixId,
    settings: Partial<FixSettings> = {},
    signal = new AbortController().signal,
  ) => {
    events.length = 0;
    const request = {
      model: { path: model },
      settings: { fix, output: at('copy.onnx'), overwrite: false, acceptDifference: false, ...settings },
    };
    return runFix(request, ({ phase }) => events.push(phase), signal, nodeHost);
  };
  const refusal = async (work: Promise<FixResult>): Promise<ModelError> => {
    const error = await work.then(
      () => assert.fail('a copy was saved'),
      (e: unknown) => e,
    );
    assert.ok(error instanceof ModelError, String(error));
    return error;
  };
  const copy = async () => (await openModelFile(at('copy.onnx'))).graph.toMutable();

  it('holds the fix, is proven, and leaves the model as it was', async () => {
    const model = await write(convolutional.resnetV1().toMutable());
    const before = fs.readFileSync(model);
    const found = await analyzeModel(await openModelFile(model), model);
    const offered = found.findings.find((f) => f.fix?.id === 'fold')!;
    const result = await save(model, 'fold');
    assert.deepEqual(events, ['reading', 'editing', 'proving', 'writing']);
    assert.deepEqual(result.changed, offered.layers);
    assert.deepEqual(result.left, []);
    assert.equal(result.proof.kind, 'results');
    assert.ok(Number(result.proof.difference) > 0 && Number(result.proof.difference) <= 1e-5);
    assert.equal(operators(await copy()).includes('BatchNormalization'), false);
    assert.deepEqual(fs.readFileSync(model), before);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['copy.onnx', 'model.onnx']);
  });

  it('is refused with the figure when rounding would change results, and nothing is written', async () => {
    const graph = block();
    graph.nodes[1].opType = 'InstanceNormalization';
    graph.nodes[1].inputs = ['a', 's', 'h'];
    // a channel that is a large constant: its norm divides the rounding of the sum by almost nothing
    const weights = new Float32Array(108).map((_, i) => (i < 27 ? 1e-4 : 1) * Math.sin(i));
    graph.initializers.set('w', float32Tensor('w', [4, 3, 3, 3], weights));
    graph.initializers.set('b', float32Tensor('b', [4], [1000, 0, 0, 0]));
    graph.initializers.set('h', float32Tensor('h', [4], [1, 1, 1, 1]));
    const error = await refusal(save(await write(graph), 'drop-bias'));
    assert.equal(error.code, 'unsupported');
    assert.match(error.message, /would differ by [\d.]+ % of their size, and at most 0.001 % is rounding/);
    assert.deepEqual(fs.readdirSync(folder), ['model.onnx']);
  });

  it('is not saved over a file, nor over the model under another name, unless asked for', async () => {
    const model = await write(block());
    fs.writeFileSync(at('copy.onnx'), 'something else');
    assert.match((await refusal(save(model, 'fold'))).message, /copy\.onnx is there already/);
    assert.equal(fs.readFileSync(at('copy.onnx'), 'utf8'), 'something else');
    assert.ok((await save(model, 'fold', { overwrite: true })).output);
    assert.deepEqual(operators(await copy()), ['Conv', 'Relu']);
    fs.symlinkSync(model, at('link.onnx'));
    assert.match((await refusal(save(model, 'fold', { output: at('link.onnx') }))).message, /is the model itself/);
    await save(model, 'fold', { output: model, overwrite: true });
    assert.deepEqual(operators((await openModelFile(model)).graph.toMutable()), ['Conv', 'Relu']);
  });

  it('cannot be saved where there is no folder', async () => {
    const error = await refusal(save(await write(block()), 'fold', { output: at('none/copy.onnx') }));
    assert.match(error.message, /copy\.onnx cannot be written: its folder does not exist/);
  });

  it('is not saved when the work is cancelled', async () => {
    const abort = new AbortController();
    abort.abort();
    assert.equal((await refusal(save(await write(block()), 'fold', {}, abort.signal))).code, 'cancelled');
    assert.deepEqual(fs.readdirSync(folder), ['model.onnx']);
  });

  it('says why there is nothing to fix', async () => {
    const model = await write(block());
    assert.match((await refusal(save(model, 'momentum'))).message, /nothing to fix: no batch norm has a momentum/);
    const trained = await write(
      filledGraph(`<ir_version: 8, opset_import: ["" : 15]> g (float[5,3] x) => (float[5,4] y, float[4] rm)
      <float[3,4] w, float[4] b, ${norm}>
      { a = Gemm(x, w, b) y, rm, rv = BatchNormalization<training_mode = 1>(a, s, h, m, v) }`),
      'trained.onnx',
    );
    assert.match(
      (await refusal(save(trained, 'drop-bias'))).message,
      /a stays as it is, because the statistics that y/,
    );
  });

  it('is in a format that the fix is written into', async () => {
    const sample = path.join(__dirname, '../../../media/samples/tfjs/model.json');
    const error = await refusal(save(sample, 'inference-mode'));
    assert.match(error.message, /written into ONNX files, and this is a TensorFlow.js layers model/);
    const axis = await refusal(save(await write(block()), 'norm-axis'));
    assert.match(axis.message, /written into TensorFlow.js layers models, and this is an ONNX file/);
  });

  it('can be meant for one layer alone', async () => {
    const model = await write(convolutional.resnetV1().toMutable());
    const { findings } = await analyzeModel(await openModelFile(model), model);
    const layer = findings.find((f) => f.fix?.id === 'fold')!.layers![2];
    assert.deepEqual((await save(model, 'fold', { layers: [layer] })).changed, [layer]);
    const left = operators(await copy()).filter((o) => o === 'BatchNormalization').length;
    assert.equal(
      left,
      operators(convolutional.resnetV1().toMutable()).filter((o) => o === 'BatchNormalization').length - 1,
    );
  });

  it('with batch norms in inference mode: measures the difference, and waits for consent', async () => {
    const graph = block('<training_mode = 1>');
    graph.nodes[1].outputs.push('rm', 'rv');
    const model = await write(graph);
    const asked = await save(model, 'inference-mode');
    assert.equal(asked.output, null);
    assert.equal(asked.proof.limit, null);
    assert.ok(Number(asked.proof.difference) > 0.1);
    assert.deepEqual(fs.readdirSync(folder), ['model.onnx']);
    const saved = await save(model, 'inference-mode', { acceptDifference: true });
    assert.deepEqual(saved.proof, asked.proof, 'the same seed gives the same figures');
    assert.deepEqual((await copy()).nodes[1].outputs, ['n']);
  });

  it('with the momentum converted: proven on a training step', async () => {
    const result = await save(await write(block('<momentum = 0.1>')), 'momentum');
    assert.equal(result.proof.kind, 'training-step');
    assert.ok(Number(result.proof.difference) <= 1e-5);
    assert.deepEqual(result.proof.compared.slice(-2), ['m', 'v']);
    const momentum = (await copy()).nodes[1].attributes.get('momentum');
    assert.equal(Math.fround(0.9), momentum?.value);
  });

  it('of a file older than the runtime: compared in a form that it runs, saved in its own', async () => {
    const graph = block('<momentum = 0.1, is_test = 1>', 6);
    const result = await save(await write(graph), 'momentum');
    assert.match(result.notes.join(), /opset 18/);
    assert.equal((await copy()).opsets.get(''), 6);
  });

  for (const [fix, attributes, kind] of [
    ['momentum', '<momentum = 0.1>', 'training-step'],
    ['inference-mode', '<training_mode = 1>', 'results'],
  ] as const) {
    it(`of a file of opset 23 with open sizes: what is written out for sizes has those that it is run with (${fix})`, async () => {
      const graph =
        filledGraph(`<ir_version: 10, opset_import: ["" : 23]> g (float[N,T,8] x, int64[N,T] places) => (float[N,4,T,6] y)
          <float[64,2] cosines, float[64,2] sines, float[4,1,1,3] w, ${norm}, int64[1] one = {1}>
          { t = RotaryEmbedding <num_heads = 2> (x, cosines, sines, places) u = Unsqueeze(t, one) a = Conv(u, w)
            n = BatchNormalization${attributes}(a, s, h, m, v) y = Relu(n) }`);
      const { proof } = await save(await write(graph), fix, { acceptDifference: true });
      assert.deepEqual([proof.kind, proof.samples], [kind, 8]);
      assert.ok(kind === 'results' ? Number(proof.difference) > 0.01 : Number(proof.difference) <= 1e-5);
      assert.equal((await copy()).opsets.get(''), 23);
    });
  }

  it('of a model with functions: they are written out, and the copy is held against the model as it is', async () => {
    const f = { domain: 'f', version: 1 };
    const opsetImport = [{ domain: '', version: 15 }, f];
    const call = { ...node('Norm', ['a', 's', 'h', 'm', 'v'], ['y']), domain: 'f' };
    const bytes = modelBytes(
      {
        input: [valueInfo('x', ['N', 3, 8, 8])],
        output: [valueInfo('y', ['N', 4, 6, 6])],
        initializer: [
          floats(
            'w',
            [4, 3, 3, 3],
            Array.from({ length: 108 }, (_, i) => Math.sin(i)),
          ),
          ...['s', 'h', 'm', 'v'].map((name, i) =>
            floats(
              name,
              [4],
              [1, 2, 3, 4].map((c) => c / (i + 2)),
            ),
          ),
        ],
        node: [node('Conv', ['x', 'w'], ['a']), call],
      },
      {
        opsetImport,
        functions: [
          {
            name: 'Norm',
            domain: 'f',
            input: ['x', 's', 'h', 'm', 'v'],
            output: ['o'],
            node: [node('BatchNormalization', ['x', 's', 'h', 'm', 'v'], ['o'])],
            opsetImport,
          },
        ],
      },
    );
    fs.writeFileSync(at('model.onnx'), bytes);
    const result = await save(at('model.onnx'), 'fold');
    assert.deepEqual(result.proof.compared, ['y']);
    assert.ok(Number(result.proof.difference) <= 1e-6);
    assert.match(result.notes.join(), /functions of the model are written out/);
    const { graph, functions } = await openModelFile(at('copy.onnx'));
    assert.deepEqual([operators(graph.toMutable()), functions.length], [['Conv'], 0]);
  });

  it('is not saved of a model that cannot be run', async () => {
    const graph = block();
    graph.nodes[2].opType = 'Nonsense';
    graph.nodes[2].domain = 'com.example';
    graph.opsets.set('com.example', 1);
    const error = await refusal(save(await write(graph), 'fold'));
    assert.match(error.message, /no copy was saved, because it could not be run beside the model: .*Nonsense/);
  });

  it('of a model whose functions have no weights: not saved, with the reason', async function () {
    const entry = manifestEntries().find((e) => e.path.endsWith('resnet18_dynamo.onnx'));
    if (entry === undefined) return this.skip();
    const error = await refusal(save(corpusPath(entry), 'fold'));
    assert.equal(error.code, 'missing-weights');
  });

  describe('of a model whose weights lie in another file', () => {
    const external = async () => {
      const chunks: Uint8Array[] = [];
      const graph = convolutional.resnetV1().toMutable();
      const bytes = await encodeOnnx(graph, { weights: { location: 'model.data', write: (b) => void chunks.push(b) } });
      fs.mkdirSync(at('of'));
      fs.writeFileSync(at('of/model.onnx'), bytes);
      fs.writeFileSync(at('of/model.data'), Buffer.concat(chunks));
      return at('of/model.onnx');
    };

    it('in the same folder: what is unchanged is read from there', async () => {
      const model = await external();
      const result = await save(model, 'fold', { output: at('of/copy.onnx') });
      assert.match(result.notes.join(), /from the files that the model reads them from/);
      const { graph } = await openModelFile(at('of/copy.onnx'));
      const locations = new Set(graph.initializers.map((v) => graph.initializer(v)!.location));
      assert.ok(locations.has('external'));
      for (const v of graph.initializers) await graph.initializer(v)!.read();
    });

    it('elsewhere: all of its weights are inside', async () => {
      const result = await save(await external(), 'fold');
      assert.match(result.notes.join(), /inside the copy/);
      const { graph, problems } = await openModelFile(at('copy.onnx'));
      assert.deepEqual(problems, []);
      for (const v of graph.initializers) assert.notEqual(graph.initializer(v)!.location, 'external');
    });
  });
});
