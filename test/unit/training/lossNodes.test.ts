import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { nextTokenCrossEntropy } from '../../../src/training/lossNodes';
import { floats, noise, runGraph } from '../../support/runGraph';

describe('nextTokenCrossEntropy', () => {
  for (const shape of [
    [3, 4, 5],
    [12, 5],
  ]) {
    it(`of logits [${shape.join()}]: the mean over all places but the last of a sample, in closed form`, async () => {
      const [batch, length, vocabulary] = [3, 4, 5];
      const graph = new MutableGraph();
      graph.opsets.set('', 18);
      graph.addInput('logits', { kind: 'tensor', dtype: 'float32', shape });
      const { loss, target } = nextTokenCrossEntropy(graph, 'logits', [batch, length, vocabulary]);
      graph.addOutput(loss);
      const logits = noise(batch * length * vocabulary, 7);
      const next = [0, 4, 2, 1, 1, 3, 0, 2, 4];
      const { [loss]: result } = await runGraph(graph, {
        logits: floats(shape, logits),
        [target]: new ort.Tensor('int64', BigInt64Array.from(next, BigInt), [batch * (length - 1), 1]),
      });
      let sum = 0;
      next.forEach((token, i) => {
        const place = Math.floor(i / (length - 1)) * length + (i % (length - 1));
        const row = Array.from(logits.slice(place * vocabulary, (place + 1) * vocabulary));
        sum += Math.log(row.reduce((s, v) => s + Math.exp(v), 0)) - row[token];
      });
      assert.ok(Math.abs(Number(result.data[0]) - sum / next.length) < 1e-5);
    });
  }
});
