import assert from 'node:assert/strict';
import { dataTypeCode } from '../../../../src/ir/dataType';
import { onnx } from 'onnx-proto';
import type { Graph } from '../../../../src/ir/graph';
import type { Model } from '../../../../src/ir/model';
import { openModelFile } from '../../../../src/engine/nodeFolder';
import { corpusPath, manifestEntries } from '../../../support/manifest';

const entries = manifestEntries().filter((e) => e.format === 'onnx' && e.parse === 'ok');
/** A text that protobuf's wire format happens to accept as a message without known fields. */
const NO_MODEL = 'malformed/corrupt-model.onnx';

/** A graph and those in the attributes of its nodes. */
function* withSubgraphs(graph: Graph): Iterable<Graph> {
  yield graph;
  for (const node of graph.nodes()) {
    for (const name of node.attributeNames) {
      const a = node.attr(name)!;
      if (a.type === 'graph') yield* withSubgraphs(a.value);
      if (a.type === 'graphs') for (const g of a.value) yield* withSubgraphs(g);
    }
  }
}

function operators(model: Model): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const graph of withSubgraphs(model.graph))
    for (const { opType } of graph.nodes()) counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}

(entries.length > 0 ? describe : describe.skip)('ONNX files of the corpus', () => {
  it('are as many as the manifest says', () => assert.ok(entries.length >= 92, `${entries.length} files`));

  for (const entry of entries.filter((e) => e.path !== NO_MODEL)) {
    it(`${entry.path}: nodes, operators, opsets, inputs, initializers`, async () => {
      const model = await openModelFile(corpusPath(entry));
      const calls = entry.functions ? model.nodeCount - entry.nodes : 0;
      assert.equal(model.nodeCount, entry.nodes + calls);
      assert.equal(model.graph.nodeCount, entry.nodes - (entry.subgraph_nodes ?? 0));
      const counts = operators(model);
      for (const [opType, count] of Object.entries(entry.top_ops)) assert.equal(counts[opType], count, opType);

      const opsets = Object.fromEntries([...model.opsets].map(([domain, v]) => [domain || 'ai.onnx', v]));
      assert.deepEqual(opsets, Object.keys(entry.opset).length > 0 ? entry.opset : { 'ai.onnx': 1 });
      assert.equal(model.irVersion, entry.ir_version);
      assert.ok(model.producer.startsWith(entry.producer), model.producer);

      // the manifest lists the first four
      const names = new Set(entry.inputs.map((i) => i.name));
      const inputs = model.graph.inputs.map((v) => model.graph.valueName(v));
      assert.deepEqual(inputs.slice(0, 4), [...names]);
      for (const input of entry.inputs) {
        const type = model.graph.valueType(model.graph.valueId(input.name)!);
        if (type?.kind !== 'tensor') continue;
        const { DataType } = onnx.TensorProto;
        assert.equal(dataTypeCode(type.dtype!), DataType[input.dtype as keyof typeof DataType]);
        assert.equal(type.shape?.length ?? 0, input.shape.length);
        input.shape.forEach((d, axis) => {
          const size = type.shape![axis];
          if (typeof d === 'number' && d > 0) assert.equal(size, d);
          else assert.ok(typeof size !== 'number' || size === d, `axis ${axis} is ${size}`);
        });
      }
      assert.equal(model.graph.initializers.length, entry.initializers);
      if (entry.functions) assert.equal(model.functions.length, entry.functions);
      const sum = model.functions.reduce((n, f) => n + f.body.nodeCount, 0);
      if (entry.function_nodes) assert.equal(sum, entry.function_nodes);

      const isFloatOnly = Object.keys(entry.init_dtypes).every((t) => t.startsWith('FLOAT'));
      if (isFloatOnly && !entry.functions && !entry.subgraph_nodes) assert.equal(model.parameterCount, entry.params);
      const empty = (entry.initializers_declared_but_empty ?? 0) > 0;
      assert.equal(model.weights, empty ? 'missing' : 'present');
      const unsorted = model.problems.some((p) => p.code === 'unsorted-nodes');
      if (entry.flags.includes('unsorted-nodes')) assert.ok(unsorted, 'was unsorted');
      for (const p of model.problems) assert.notEqual(p.code, 'dangling-input', p.message);
    });
  }
});
