import { strict as assert } from 'node:assert';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { LimitedValues } from '../../../src/rules/loadValues';
import { modelOf } from '../../support/textModel';

describe('numbers that rules look at', () => {
  it('are handed out up to a limit, and then unknown', () => {
    const values = new LimitedValues(new Map([[3, new Float32Array(4)]]), 8);
    assert.equal(values.get(3)?.length, 4);
    assert.equal(values.get(7), undefined);
    assert.equal(values.get(3)?.length, 4);
    assert.equal(values.problems.length, 0);
    assert.equal(values.get(3), undefined);
    assert.equal(values.get(3), undefined);
    assert.deepEqual(
      values.problems.map((p) => p.code),
      ['too-large'],
    );
  });

  it('do not keep a model busy whose many norms share one large tensor', async function () {
    this.timeout(20_000);
    const channels = 2 ** 20;
    const graph = new MutableGraph();
    graph.opsets.set('', 17);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [null, channels] });
    graph.addInitializer(float32Tensor('p', [channels], new Float32Array(channels).fill(2)));
    let value = 'x';
    for (let i = 0; i < 3000; i++) value = graph.add('BatchNormalization', [value, 'p', 'p', 'p', 'p']);
    graph.addOutput(value);
    const { problems, layers } = await analyzeModel(modelOf(graph.freeze()), 'model.onnx');
    assert.equal(layers.length, 3000);
    assert.deepEqual(
      problems.map((p) => p.code),
      ['too-large'],
    );
  });
});
