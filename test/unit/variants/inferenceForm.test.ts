import assert from 'node:assert/strict';
import { useBatchStatistics } from '../../../src/variants/batchStatistics';
import { differenceOf, edited, filledGraph, operators } from '../../support/edited';

const norm = '<float[4] s, float[4] h, float[4] m, float[4] v>';
const model = (text: string, opset: number) => filledGraph(`<ir_version: 8, opset_import: ["" : ${opset}]> g ${text}`);
const plain = (opset: number, attributes = '') =>
  model(
    `(float[6,4,5,5] x) => (float[6,4,5,5] y) ${norm} { y = BatchNormalization${attributes}(x, s, h, m, v) }`,
    opset,
  );

describe('batch norms in training mode, put into inference form', () => {
  const forms: readonly (readonly [opset: number, nodes: string])[] = [
    [15, 'y, rm, rv = BatchNormalization<training_mode = 1>(x, s, h, m, v)'],
    [14, 'y, rm, rv = BatchNormalization<training_mode = 1>(x, s, h, m, v) u = Relu(rm)'],
    [9, 'y, rm, rv, sm, sv = BatchNormalization(x, s, h, m, v) u = Relu(rv)'],
    [7, 'y, rm = BatchNormalization(x, s, h, m, v) u = Relu(rm)'],
  ];
  for (const [opset, nodes] of forms) {
    it(`of opset ${opset}: ${nodes}`, async () => {
      const original = model(`(float[6,4,5,5] x) => (float[6,4,5,5] y) ${norm} { ${nodes} }`, opset);
      const { graph, changed } = await edited(original, 'inference-mode');
      assert.equal(changed.length, 1);
      assert.equal(graph.nodes[0].outputs.length, 1);
      assert.equal(graph.nodes[0].attributes.has('training_mode'), false);
      // equal to a norm that was never in training mode
      assert.equal(await differenceOf(plain(opset), graph), 0);
      assert.equal((await edited(graph, 'inference-mode')).changed.length, 0, 'done once and for all');
    });
  }

  it('of opset 6: says is_test', async () => {
    const { graph, changed } = await edited(plain(6, '<is_test = 0>'), 'inference-mode');
    assert.equal(changed.length, 1);
    assert.deepEqual(graph.nodes[0].attributes.get('is_test'), { type: 'int', value: 1 });
  });

  it('gives out the running statistics of the file where the graph gave out updated ones', async () => {
    const original = model(
      `(float[6,4,5,5] x) => (float[6,4,5,5] y, float[4] rm, float[4] rv) ${norm}
      { y, rm, rv = BatchNormalization<training_mode = 1>(x, s, h, m, v) }`,
      15,
    );
    const { graph } = await edited(original, 'inference-mode');
    assert.deepEqual(operators(graph).sort(), ['BatchNormalization', 'Identity', 'Identity']);
    assert.deepEqual(
      graph.nodes
        .filter((n) => n.opType === 'Identity')
        .map((n) => [...n.inputs, ...n.outputs])
        .sort(),
      [
        ['m', 'rm'],
        ['v', 'rv'],
      ],
    );
  });

  it('is left where the statistics of the batch are read', async () => {
    const original = model(
      `(float[6,4,5,5] x) => (float[6,4,5,5] y, float[4] z) ${norm}
      { y, rm, rv, sm, sv = BatchNormalization(x, s, h, m, v) z = Relu(sm) }`,
      9,
    );
    const { graph, report } = await edited(original, 'inference-mode');
    assert.match(report.left[0].reason, /statistics of the batch/);
    assert.deepEqual(graph.nodes, original.nodes);
  });

  it('takes dropouts that were left in training mode along', async () => {
    const original = model(
      `(float[6,4,5,5] x) => (float[6,4,5,5] y) ${norm} {
      r = Constant<value = float {0.5}>() t = Constant<value = bool {1}>() f = Constant<value = bool {0}>()
      n, rm, rv = BatchNormalization<training_mode = 1>(x, s, h, m, v) d = Dropout(n, r, t) y = Dropout(d, r, f) }`,
      15,
    );
    const { graph } = await edited(original, 'inference-mode');
    assert.equal(await differenceOf(plain(15), graph), 0);
    assert.deepEqual(
      graph.nodes.filter((n) => n.opType === 'Dropout').map((n) => n.inputs.length),
      [2, 3],
    );
  });

  it('written out with the statistics of the batch, it is what training mode computes', async () => {
    const training = model(
      `(float[6,4,5,5] x) => (float[6,4,5,5] y) ${norm}
      { y, rm, rv = BatchNormalization<training_mode = 1, epsilon = 0.001>(x, s, h, m, v) }`,
      15,
    );
    const writtenOut = training.copy();
    writtenOut.opsets.set('', 18);
    useBatchStatistics(writtenOut, new Set(['y']));
    assert.ok(writtenOut.nodes.length > 5);
    assert.ok((await differenceOf(training, writtenOut)) <= 1e-6);
  });
});
