import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { toTrainingForm } from '../../../src/variants/trainingForm';
import { writtenOut } from '../../../src/variants/writtenOut';
import { forwardGraph, operatorOf, relativeError } from '../../support/finiteDifferences';
import { runGraph } from '../../support/runGraph';
import { gradientCases } from '../autodiff/cases/index';

describe('operators that are written out for training', () => {
  for (const test of gradientCases.filter((c) => writtenOut.has(operatorOf(c)))) {
    it(`${operatorOf(test)}: ${test.name}: what ONNX Runtime's own kernel gives`, async () => {
      const { graph, feeds } = forwardGraph(test, 'float32');
      for (const name of graph.nodes.at(-1)!.outputs) if (name !== '') graph.addOutput(name);
      const values = Object.fromEntries(
        feeds.map(({ name, shape, values }) => [
          name,
          new ort.Tensor('float32', Float32Array.from(values), [...shape]),
        ]),
      );
      const expected = await runGraph(graph, values);
      const written = graph.copy();
      toTrainingForm(written);
      assert.ok(!written.nodes.some((n) => n.opType === test.opType && n.domain === (test.domain ?? '')));
      const actual = await runGraph(written, values);
      for (const { name } of graph.outputs) {
        assert.deepEqual(actual[name].dims, expected[name].dims, name);
        const [a, e] = [actual[name], expected[name]].map(({ data }) => Array.from(data, Number));
        assert.ok(relativeError(a, e) < 1e-5, `${name}: ${a.join()} against ${e.join()}`);
      }
    });
  }
});
