import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { openModelFile } from '../../../../src/engine/nodeFolder';
import { corpusPath, manifestEntries, type ManifestEntry } from '../../../support/manifest';
import { assertGraphAgrees } from '../../../support/tfjsGraphs';

interface GraphEntry extends ManifestEntry {
  readonly weights_inside: boolean;
}

/** Models that tfjs computes in a few seconds, with sizes for the axes that they leave open. */
const computed: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'tfjs-graph/human/emotion.json': [[1, 64, 64, 1]],
  'tfjs-graph/human/iris.json': [[1, 64, 64, 3]],
  'tfjs-graph/human/blazeface-front.json': [[1, 128, 128, 3]],
  'tfjs-graph/human/movenet-lightning.json': [[1, 192, 192, 3]],
  'tfjs-graph/style_transformer_separable/model.json': [
    [1, 32, 40, 3],
    [1, 1, 1, 100],
  ],
  'tfjs-graph/tensorspace_lenet_graph/model.json': [[2, 28, 28, 1]],
  'tfjs-graph/tfjs_inference_tiny/model.json': [[2, 2]],
  'tfjs-graph/tfjs_rn_graph/model.json': [[3, 10]],
};

describe('TensorFlow.js graph models of the corpus', function () {
  this.timeout(120_000);
  const models = (manifestEntries() as unknown as readonly GraphEntry[]).filter((e) => e.format === 'tfjs-graph');

  for (const entry of models) {
    it(`${entry.path}: nodes, inputs, weights and positions as stated`, async () => {
      const file = corpusPath(entry);
      const model = await openModelFile(file);
      assert.equal(model.format, 'tfjs-graph');
      assert.equal(model.nodeCount, entry.nodes);
      assert.equal(model.weights, entry.weights_inside ? 'present' : 'missing');
      const { graph } = model;
      assert.deepEqual(
        graph.inputs.map((v) => graph.valueName(v)),
        entry.inputs.map((i) => i.name),
      );
      const text = readFileSync(file, 'utf8');
      for (const node of graph.nodes()) {
        if (node.origin === undefined) continue;
        const { offset, length, layer, kind } = node.origin;
        const stated = JSON.parse(text.slice(offset, offset + length)) as { name: string; op: string };
        assert.equal(stated.op, kind);
        // in a function, the call comes before the node's own name
        assert.ok(layer === stated.name || layer.endsWith(`/${stated.name}`), layer);
      }
    });
  }

  for (const [name, sizes] of Object.entries(computed)) {
    it(`${name}: ONNX Runtime gives what tfjs-converter gives`, async function () {
      const entry = models.find((e) => e.path === name);
      if (entry === undefined) this.skip();
      const file = corpusPath(entry);
      const read = (shard: string) => readFile(path.join(path.dirname(file), shard));
      await assertGraphAgrees(await openModelFile(file), readFileSync(file, 'utf8'), read, { sizes, tolerance: 1e-3 });
    });
  }
});
