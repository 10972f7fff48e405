import assert from 'node:assert/strict';
import { differenceOf, edited, filledGraph, operators } from '../../support/edited';
import { NetworkBuilder } from '../../support/networks/networkBuilder';
import { toOpset18 } from '../../../src/variants/toOpset18';

const norm = 'float[4] s, float[4] h, float[4] m, float[4] v';
const model = (text: string, opset = 12) => filledGraph(`<ir_version: 8, opset_import: ["" : ${opset}]> g ${text}`);

const biased: readonly (readonly [name: string, text: string, left: readonly string[]])[] = [
  [
    'a convolution before a batch norm',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, float[4] b, ${norm}>
    { a = Conv(x, w, b) y = BatchNormalization(a, s, h, m, v) }`,
    ['Conv', 'BatchNormalization'],
  ],
  [
    'a sum before a batch norm',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, float[4,1,1] b, ${norm}>
    { a = Conv(x, w) c = Add(a, b) y = BatchNormalization(c, s, h, m, v) }`,
    ['Conv', 'BatchNormalization'],
  ],
  [
    'a dense layer',
    `(float[5,3] x) => (float[5,4] y) <float[3,4] w, float[4] b, ${norm}>
    { a = Gemm<beta = 0.5>(x, w, b) y = BatchNormalization(a, s, h, m, v) }`,
    ['Gemm', 'BatchNormalization'],
  ],
  [
    'a product and a sum',
    `(float[5,3] x) => (float[5,4] y) <float[3,4] w, float[4] b, ${norm}>
    { a = MatMul(x, w) c = Add(a, b) y = BatchNormalization(c, s, h, m, v) }`,
    ['MatMul', 'BatchNormalization'],
  ],
  [
    'a pool in between',
    `(float[2,3,8,8] x) => (float[2,4,3,3] y) <float[4,3,3,3] w, float[4] b, ${norm}>
    { a = Conv(x, w, b) p = MaxPool<kernel_shape = [2,2], strides = [2,2]>(a) y = BatchNormalization(p, s, h, m, v) }`,
    ['Conv', 'MaxPool', 'BatchNormalization'],
  ],
  [
    'a mean that two norms share',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, float[4] b, ${norm}>
    { a = Conv(x, w, b) n = BatchNormalization(a, s, h, m, v) r = Relu(n) y = BatchNormalization(r, s, h, m, v) }`,
    ['Conv', 'BatchNormalization', 'Relu', 'BatchNormalization'],
  ],
  [
    'an instance norm',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, float[4] b, float[4] s, float[4] h>
    { a = Conv(x, w, b) y = InstanceNormalization(a, s, h) }`,
    ['Conv', 'InstanceNormalization'],
  ],
];

describe('biases that a norm removes', () => {
  for (const [name, text, left] of biased) {
    it(`${name}: the same results without the bias`, async () => {
      const original = model(text);
      const { graph, report } = await edited(original, 'drop-bias');
      assert.deepEqual(report.left, []);
      assert.deepEqual(operators(graph), left);
      assert.ok(!graph.initializers.has('b'));
      assert.ok((await differenceOf(original, graph)) <= 3e-6);
    });
  }

  it('lowers the running mean by the bias', async () => {
    const original = model(biased[0][1]);
    const numbers = (name: string, of = original) => new Float32Array(of.initializers.get(name)!.bytes!.slice().buffer);
    const expected = numbers('m').map((m, c) => m - numbers('b')[c]);
    const { graph } = await edited(original, 'drop-bias');
    assert.deepEqual([...numbers('m', graph)], [...expected]);
  });

  it('is left where the norm also gives out its running statistics', async () => {
    const original = model(
      `(float[2,3,8,8] x) => (float[2,4,6,6] y, float[4] rm) <float[4,3,3,3] w, float[4] b, ${norm}>
      { a = Conv(x, w, b) y, rm, rv = BatchNormalization<training_mode = 1>(a, s, h, m, v) }`,
      15,
    );
    const { report } = await edited(original, 'drop-bias');
    assert.match(report.left[0].reason, /gives out/);
  });

  it('in a whole network', async () => {
    const b = new NetworkBuilder();
    let x = b.image(3, 16);
    for (let i = 0; i < 4; i++) x = b.relu(b.batchNorm(b.conv(x, 8, { bias: true })));
    for (let i = 0; i < 2; i++) x = b.add(x, b.instanceNorm(b.conv(x, 8, { bias: true })));
    const original = b.build(x);
    const { graph, report } = await edited(original, 'drop-bias');
    assert.equal(report.changed.length, 6);
    assert.deepEqual(report.left, []);
    const mutable = original.toMutable();
    for (const g of [mutable, graph]) toOpset18(g);
    assert.ok((await differenceOf(mutable, graph)) <= 1e-5);
  });
});
