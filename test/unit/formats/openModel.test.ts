import assert from 'node:assert/strict';
import { openModel } from '../../../src/formats/openModel';
import { ModelError } from '../../../src/ir/errors';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { corpusPath, manifestEntries } from '../../support/manifest';
import { FilesFolder, modelBytes, node, valueInfo } from '../../support/onnxModels';

const utf8 = (text: string) => new TextEncoder().encode(text);

async function refusal(path: string, bytes: Uint8Array): Promise<ModelError> {
  try {
    await openModel(new FilesFolder({ [path]: bytes }), path);
  } catch (error) {
    assert.ok(error instanceof ModelError, String((error as Error).stack));
    return error;
  }
  return assert.fail(`${path} was opened`);
}

describe('openModel', () => {
  it('goes by the content, not by the name', async () => {
    const onnx = modelBytes({ node: [node('Relu', ['x'], ['y'])], input: [valueInfo('x')] });
    const json = utf8(
      JSON.stringify({
        modelTopology: {
          class_name: 'Sequential',
          config: [{ class_name: 'Dense', config: { name: 'd', units: 2, batch_input_shape: [null, 3] } }],
        },
      }),
    );
    const folder = new FilesFolder({ 'model.json': onnx, 'model.onnx': json });
    assert.equal((await openModel(folder, 'model.json')).format, 'onnx');
    const layers = await openModel(folder, 'model.onnx');
    assert.deepEqual([layers.format, layers.nodeCount, layers.weights], ['tfjs-layers', 1, 'missing']);
  });

  it('names the file in every refusal, and says what it is', async () => {
    const cases: [string, Uint8Array, string, RegExp][] = [
      ['model.onnx', new Uint8Array(), 'empty', /empty/],
      ['model.onnx', utf8('version https://git-lfs.github.com/spec/v1\noid sha256:2\n'), 'not-a-model', /git lfs pull/],
      ['model.onnx', utf8('<!doctype html><title>404</title>'), 'not-a-model', /HTML page/],
      ['model.json', utf8('{"format": "graph-model"}'), 'not-a-model', /graph model without a graph/],
      ['model.json', utf8('[{"paths": [], "weights": []}]'), 'not-a-model', /weights manifest/],
      ['model.json', utf8('{"a": 1}'), 'not-a-model', /JSON file, but no model/],
      ['model.onnx', utf8('this is not a valid onnx model'), 'not-a-model', /text file/],
      ['x.pb', Uint8Array.of(8, 3, 16, 1, 0x22, 4, 0, 0, 0, 0), 'not-a-model', /no ONNX model/],
      ['x.bin', Uint8Array.of(8, 3), 'not-a-model', /holds no graph/],
      ['x.bin', Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40), 'not-a-model', /no ONNX model/],
    ];
    for (const [path, bytes, code, message] of cases) {
      const error = await refusal(path, bytes);
      assert.deepEqual([error.code, error.path], [code, path], error.describe());
      assert.match(error.message, message);
      assert.ok(error.describe().startsWith(`${path}: `));
    }
  });

  it('opens JSON that is not UTF-8 throughout, and says where', async () => {
    const dense = { class_name: 'Dense', config: { name: 'caf_', units: 2, batch_input_shape: [null, 3] } };
    const layers = JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers: [dense] } }, null, 1);
    const node = { name: 'caf_', op: 'Relu', input: ['x'] };
    const placeholder = { name: 'x', op: 'Placeholder', input: [] };
    const graph = JSON.stringify({ format: 'graph-model', modelTopology: { node: [placeholder, node] } }, null, 1);
    for (const text of [layers, graph, layers.padEnd(5000)]) {
      // Latin-1
      const bytes = utf8(text);
      bytes[text.indexOf('caf_') + 3] = 0xe9;
      const model = await openModel(new FilesFolder({ 'model.json': bytes }), 'model.json');
      const before = text.slice(0, text.indexOf('caf_') + 3).split('\n');
      assert.deepEqual(model.problems, [
        {
          code: 'invalid-utf8',
          message: 'the file is not UTF-8 throughout: what cannot be read stands as the replacement character',
          place: { line: before.length - 1, character: before[before.length - 1].length },
        },
      ]);
      assert.equal(model.graph.node(0).name, 'caf\ufffd');
    }
  });

  it('says so when there is no such file', async () => {
    await assert.rejects(
      openModel(new FilesFolder({}), 'gone.onnx'),
      (e) => e instanceof ModelError && e.code === 'not-found',
    );
  });

  const entries = manifestEntries().filter((e) => e.format !== 'onnx' || e.parse !== 'ok');
  /** Reasons for refusal by what the manifest says of a file; undefined where it is opened. */
  const expected = (path: string, format: string): string | undefined => {
    const named: Record<string, string | undefined> = {
      'malformed/a.onnx': 'empty',
      'malformed/mnist-8.onnx': 'not-a-model',
      'malformed/identity.ort': 'unsupported-format',
      'malformed/model.json': undefined,
      'malformed/face_landmark_68_tiny_model-weights_manifest.json': 'not-a-model',
      'malformed/NN_LIGHT_1.json': 'not-a-model',
      'keras/pre_pr22362_nested_container.keras': 'not-a-model',
    };
    if (path in named) return named[path];
    const formats: Record<string, string | undefined> = {
      'tfjs-layers': undefined,
      'keras-json': undefined,
      'tfjs-graph': undefined,
      'keras-h5': 'unsupported-format',
    };
    return format in formats ? formats[format] : 'not-a-model';
  };

  for (const entry of entries) {
    const code = expected(entry.path, entry.format);
    it(`${entry.path}: ${code ?? 'opened'}`, async () => {
      const file = corpusPath(entry);
      if (code === undefined) {
        const model = await openModelFile(file);
        assert.equal(model.format, entry.format.startsWith('tfjs') ? entry.format : 'keras');
        if (entry.nodes) assert.equal(model.nodeCount, entry.nodes);
        return;
      }
      await assert.rejects(openModelFile(file), (e) => e instanceof ModelError && e.code === code && e.path === file);
    });
  }
});
