import assert from 'node:assert/strict';
import { nodeHost } from '../../../../src/engine/nodeHost';
import { ModelError } from '../../../../src/ir/errors';
import { expandCalls } from '../../../../src/ir/expandCalls';
import type { Graph } from '../../../../src/ir/graph';
import { inferTypes } from '../../../../src/ir/inferTypes';
import { layerView } from '../../../../src/layers/recognize';
import { applyNormVariant } from '../../../../src/variants/norms/applyNormVariant';
import { normVariants } from '../../../../src/variants/norms/registry';
import { corpusFeeds } from '../../../support/corpus';
import { corpusPath, manifestEntries } from '../../../support/manifest';
import { runGraph } from '../../../support/runGraph';

/** Small files of every kind: what exporters, TensorFlow.js and optimizers write. */
const files = [
  'residual_block.onnx',
  'mlperf-ad01/model.json',
  'acgan_generator/model.json',
  'gpt2_one_layer.onnx',
  'bert_toy_optimized.onnx',
  'cnn_explainer_tinyvgg/model.json',
];

const idsOf = (graph: Graph) => new Set(layerView(graph, inferTypes(graph)).layers.map((l) => l.id));

async function outputsOf(graph: Graph): Promise<Record<string, { dims: readonly number[]; data: ArrayLike<number> }>> {
  const mutable = graph.toMutable();
  const outputs = await runGraph(mutable, corpusFeeds(mutable).feeds);
  return outputs as Record<string, { dims: readonly number[]; data: ArrayLike<number> }>;
}

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

describe('variants of the norm on real models', function () {
  this.timeout(60_000);
  const entries = manifestEntries().filter((e) => files.some((f) => e.path.endsWith(`/${f}`)));

  for (const entry of entries) {
    it(`of ${entry.path} run, keep the layers' ids and the outputs' shapes`, async () => {
      const { graph } = expandCalls(await nodeHost.openModel(corpusPath(entry)));
      const expected = await outputsOf(graph);
      const before = layerView(graph, inferTypes(graph)).layers;
      let made = 0;
      for (const { id } of normVariants) {
        let variant: Graph;
        try {
          variant = (await applyNormVariant(graph, id)).graph;
        } catch (error) {
          assert.ok(error instanceof ModelError && /does not change this network/.test(error.message), String(error));
          continue;
        }
        made++;
        const ids = idsOf(variant);
        assert.deepEqual(
          before.filter((l) => l.role === 'linear' && !ids.has(l.id)).map((l) => l.id),
          [],
          id,
        );
        const outputs = await outputsOf(variant);
        for (const [name, { dims, data }] of Object.entries(expected)) {
          assert.deepEqual(outputs[name]?.dims, dims, `${id}: ${name}`);
          assert.equal(outputs[name].data.length, data.length);
          if (id !== 'folded') continue;
          const off = largest(Array.from(data, (v, i) => v - outputs[name].data[i]));
          assert.ok(off <= 1e-4 * largest(data), `${name} is off by ${off}`);
        }
      }
      assert.ok(made > 0, 'no variant could be made');
    });
  }

  it('moved after the activation and back, they compute what they did', async function () {
    const entry = entries.find((e) => e.path.endsWith('residual_block.onnx'));
    if (entry === undefined) return this.skip();
    const { graph } = await nodeHost.openModel(corpusPath(entry));
    const moved = (await applyNormVariant(graph, 'after-activation')).graph;
    const back = (await applyNormVariant(moved, 'before-activation')).graph;
    const [expected, between, actual] = await Promise.all([graph, moved, back].map(outputsOf));
    for (const [name, { data }] of Object.entries(expected)) {
      const most = largest(data);
      const off = (other: typeof expected) => largest(Array.from(data, (v, i) => v - other[name].data[i]));
      assert.ok(off(actual) < 1e-5 * most);
      assert.ok(off(between) > 1e-3 * most, 'moving changes the function');
    }
  });
});
