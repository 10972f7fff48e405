import assert from 'node:assert/strict';
import * as path from 'node:path';
import { openModelFile } from '../../../src/engine/nodeFolder';
import type { Graph } from '../../../src/ir/graph';
import { attribute } from '../../../src/ir/attribute';
import { toOpset18 } from '../../../src/variants/toOpset18';
import { differenceOf, edited, filledGraph, operators } from '../../support/edited';
import { corpusPath, manifestEntries } from '../../support/manifest';
import * as convolutional from '../../support/networks/convolutional';
import { NetworkBuilder } from '../../support/networks/networkBuilder';

/** One norm `n` beside a linear layer; what is left of the operators. */
const pairs: readonly (readonly [name: string, text: string, left: readonly string[]])[] = [
  [
    'a convolution',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, NORM4>
    { a = Conv(x, w) n = bn4(a) y = Relu(n) }`,
    ['Conv', 'Relu'],
  ],
  [
    'a convolution of groups with a bias',
    `(float[2,4,8,8] x) => (float[2,6,8,8] y) <float[6,2,3,3] w, float[6] b, NORM6>
    { a = Conv<group = 2, pads = [1,1,1,1]>(x, w, b) y = bn6(a) }`,
    ['Conv'],
  ],
  [
    'a convolution whose bias is added',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, float[4,1,1] b, NORM4>
    { a = Conv(x, w) c = Add(a, b) y = bn4(c) }`,
    ['Conv'],
  ],
  [
    'a convolution over time',
    `(float[2,3,9] x) => (float[2,4,7] y) <float[4,3,3] w, NORM4>
    { a = Conv(x, w) y = bn4(a) }`,
    ['Conv'],
  ],
  [
    'a transposed convolution of groups',
    `(float[2,4,5,5] x) => (float[2,6,10,10] y) <float[4,3,2,2] w, float[6] b, NORM6>
    { a = ConvTranspose<group = 2, strides = [2,2]>(x, w, b) y = bn6(a) }`,
    ['ConvTranspose'],
  ],
  [
    'a dense layer',
    `(float[5,3] x) => (float[5,4] y) <float[3,4] w, float[4] b, NORM4>
    { a = Gemm<alpha = 0.5, beta = 2.0>(x, w, b) y = bn4(a) }`,
    ['Gemm'],
  ],
  [
    'a transposed dense layer without a bias',
    `(float[5,3] x) => (float[5,4] y) <float[4,3] w, NORM4>
    { a = Gemm<transB = 1>(x, w) y = bn4(a) }`,
    ['Gemm'],
  ],
  [
    'a product without a bias',
    `(float[5,3] x) => (float[5,4] y) <float[3,4] w, NORM4>
    { a = MatMul(x, w) n = bn4(a) y = Relu(n) }`,
    ['MatMul', 'Add', 'Relu'],
  ],
  [
    'a product and a sum',
    `(float[5,3] x) => (float[5,4] y) <float[3,4] w, float[4] b, NORM4>
    { a = MatMul(x, w) c = Add(b, a) y = bn4(c) }`,
    ['MatMul', 'Add'],
  ],
  [
    'a weight that is transposed',
    `(float[5,3] x) => (float[5,4] y) <float[4,3] w, NORM4>
    { t = Transpose<perm = [1,0]>(w) a = MatMul(x, t) y = bn4(a) }`,
    ['MatMul', 'Add'],
  ],
  [
    'a weight that is shared',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, NORM4>
    { a = Conv(x, w) n = bn4(a) d = Conv(x, w) e = Relu(d) y = Add(n, e) }`,
    ['Conv', 'Conv', 'Relu', 'Add'],
  ],
  [
    'a scale and a shift of their own',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y)
    <float[4,3,3,3] w, float[4,1,1] outer, float[4] addend, NORM4>
    { a = Conv(x, w) n = bn4(a) m = Mul(n, outer) i = Unsqueeze<axes = [1,2]>(addend) y = Add(i, m) }`,
    ['Conv'],
  ],
  [
    'a shift before the scale',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, float[4,1,1] p, float[4,1,1] q, NORM4>
    { a = Conv(x, w) n = bn4(a) m = Add(n, p) y = Mul(q, m) }`,
    ['Conv'],
  ],
  [
    'nodes that change nothing in between',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, NORM4>
    { a = Conv(x, w) i = Identity(a) k = Cast<to = 1>(i) n = bn4(k) y = Relu(n) }`,
    ['Conv', 'Relu'],
  ],
  [
    'parameters that are one tensor',
    `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, float[4] s>
    { a = Conv(x, w) y = BatchNormalization(a, s, s, s, s) }`,
    ['Conv'],
  ],
  [
    'an unpadded convolution behind',
    `(float[2,4,8,8] x) => (float[2,6,6,6] y) <float[6,2,3,3] w, float[6] b, NORM4>
    { r = Relu(x) n = bn4(r) y = Conv<group = 2>(n, w, b) }`,
    ['Relu', 'Conv'],
  ],
  [
    'a dense layer behind',
    `(float[5,4] x) => (float[5,3] y) <float[3,4] w, NORM4>
    { r = Relu(x) n = bn4(r) y = Gemm<transB = 1, alpha = 0.5>(n, w) }`,
    ['Relu', 'Gemm'],
  ],
  [
    'a product behind, and a norm behind that',
    `(float[5,4] x) => (float[5,6] y) <float[4,6] w, NORM4, NORM6>
    { r = Relu(x) n = bn4(r) a = MatMul(n, w) y = bn6(a) }`,
    ['Relu', 'MatMul', 'Add'],
  ],
];

/** Writes out `bn4(x)` and the parameters `NORM4` of a norm of 4 channels. */
function modelText(text: string): string {
  const parameters = (_: string, n: string) => ['s', 'h', 'm', 'v'].map((p) => `float[${n}] ${p}${n}`).join(', ');
  return `<ir_version: 8, opset_import: ["" : 12]> g ${text
    .replace(/NORM(\d)/g, parameters)
    .replace(/bn(\d)\((\w+)\)/g, 'BatchNormalization<epsilon = 0.01>($2, s$1, h$1, m$1, v$1)')}`;
}

const batchNorms = (graph: Graph) => [...graph.nodes()].filter((n) => n.opType === 'BatchNormalization').length;

describe('batch norms folded into their neighbours', () => {
  for (const [name, text, left] of pairs) {
    it(`${name}: the same results without the norm`, async () => {
      const original = filledGraph(modelText(text));
      const { graph, report } = await edited(original, 'fold');
      assert.deepEqual(report.left, []);
      assert.deepEqual(operators(graph), left);
      assert.ok((await differenceOf(original, graph)) <= 1e-6);
      const read = new Set(graph.nodes.flatMap((n) => n.inputs));
      for (const weight of graph.initializers.keys()) assert.ok(read.has(weight), `nothing reads ${weight} any more`);
    });
  }

  it('keeps the names of the value, of the node and of a weight that nothing else reads', async () => {
    const { graph } = await edited(filledGraph(modelText(pairs[0][1])), 'fold');
    assert.deepEqual(
      graph.nodes.map((n) => n.outputs),
      [['n'], ['y']],
    );
    assert.equal(graph.nodes[0].inputs[1], 'w');
  });

  it('does not read the weights of other layers', async () => {
    const original = filledGraph(
      modelText(`(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, float[4,4,1,1] other, NORM4>
      { a = Conv(x, w) n = bn4(a) y = Conv(n, other) }`),
    );
    const other = original.initializers.get('other')!;
    const unread = () => Promise.reject(new Error('this weight was read'));
    original.initializers.set('other', { ...other, read: unread });
    assert.deepEqual(operators((await edited(original, 'fold')).graph), ['Conv', 'Conv']);
  });

  const kept: readonly (readonly [name: string, text: string, reason: RegExp])[] = [
    [
      'a bias for each row of the batch',
      `(float[4,3] x) => (float[4,4] y) <float[3,4] w, float[4,1] b, NORM4>
      { a = Gemm(x, w, b) y = bn4(a) }`,
      /bias as one number for each channel/,
    ],
    [
      'a weight that another operator computes',
      `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, NORM4>
      { q = Neg(w) a = Conv(x, q) y = bn4(a) }`,
      /weight as plain floating-point numbers/,
    ],
    [
      'a value on the way that is read twice',
      `(float[2,3,8,8] x) => (float[2,4,6,6] y) <float[4,3,3,3] w, NORM4>
      { a = Conv(x, w) i = Identity(a) n = bn4(i) y = Add(n, i) }`,
      /also read elsewhere/,
    ],
  ];
  for (const [name, text, reason] of kept) {
    it(`leaves alone, with the reason: ${name}`, async () => {
      const original = filledGraph(modelText(text));
      const { graph, report } = await edited(original, 'fold');
      assert.deepEqual(report.changed, []);
      assert.match(report.left[0].reason, reason);
      assert.deepEqual(graph.nodes, original.nodes);
    });
  }

  it('leaves a norm alone whose numbers would not be finite', async () => {
    const original = filledGraph(modelText(pairs[0][1]));
    const variance = original.initializers.get('v4')!;
    variance.bytes!.set(new Uint8Array(Float32Array.of(-1).buffer));
    const { report } = await edited(original, 'fold');
    assert.match(report.left[0].reason, /not be finite/);
  });

  describe('in whole networks', function () {
    this.timeout(60_000);
    const networks = {
      'ResNet v1': () => convolutional.resnetV1(),
      'ResNet v2': convolutional.resnetV2,
      DenseNet: convolutional.densenet,
      'MobileNet v1': () => convolutional.mobilenetV1(),
      'MobileNet v3': () => convolutional.mobilenetV3(),
      'U-Net': convolutional.unet,
      VGG: convolutional.vggWithNorms,
      'DCGAN discriminator': convolutional.discriminator,
    };
    for (const [name, build] of Object.entries(networks)) {
      it(name, async () => {
        const original = build();
        const { graph, report } = await edited(original, 'fold');
        assert.deepEqual(report.left, []);
        assert.ok(report.changed.length > 0);
        assert.equal(batchNorms(graph.freeze()), batchNorms(original) - report.changed.length);
        const mutable = original.toMutable();
        for (const g of [mutable, graph]) toOpset18(g);
        assert.ok((await differenceOf(mutable, graph)) <= 1e-5);
      });
    }

    it('of hundreds of layers in time linear in their number', async () => {
      const build = (layers: number) => {
        const b = new NetworkBuilder();
        let x = b.image(4, 8);
        for (let i = 0; i < layers; i++) x = b.relu(b.batchNorm(b.conv(x, 4)));
        return b.build(x);
      };
      const milliseconds = async (layers: number) => {
        const graph = build(layers);
        const begun = process.cpuUsage();
        const { report } = await edited(graph, 'fold');
        assert.equal(report.changed.length, layers);
        const { user, system } = process.cpuUsage(begun);
        return (user + system) / 1000;
      };
      await milliseconds(200);
      const [small, large] = [await milliseconds(200), await milliseconds(1600)];
      assert.ok(large < 32 * Math.max(20, small), `${small} ms for 200, ${large} ms for 1600`);
    });

    const files = [
      'light_resnet50',
      'version-RFB-320_without_postprocessing',
      'ch_ppocr_mobile_v2.0_cls_infer',
      'residual_block',
    ];
    for (const file of files) {
      it(`of the corpus: ${file}`, async function () {
        const entry = manifestEntries().find((e) => path.basename(e.path, '.onnx') === file);
        if (entry === undefined) return this.skip();
        const { graph: original } = await openModelFile(corpusPath(entry));
        const { graph, report } = await edited(original, 'fold');
        assert.deepEqual(report.left, []);
        assert.equal(batchNorms(graph.freeze()), 0);
        // its fillers make every output the same whatever goes in: the last features tell more
        const mutable = original.toMutable();
        const last = report.results.at(-1)!;
        for (const g of [mutable, graph])
          g.outputs = [
            ...g.outputs,
            { name: original.valueName(last.output), type: { kind: 'tensor', dtype: 'float32' } },
          ];
        assert.ok((await differenceOf(mutable, graph)) <= 1e-5);
      });
    }
  });

  it('keeps what a body of another node reads', async () => {
    const original = filledGraph(
      modelText(`(float[2,3,8,8] x, bool c) => (float[2,4,6,6] y) <float[4,3,3,3] w, NORM4>
      { a = Conv(x, w) n = bn4(a)
        y = If(c) <then_branch = t () => (float[2,4,6,6] p) { q = Conv(x, w) p = BatchNormalization(q, s4, h4, m4, v4) },
                   else_branch = e () => (float[2,4,6,6] p) { p = Relu(n) }> }`),
    );
    original.nodes[0].attributes.set('group', attribute.int(1));
    const { graph, report } = await edited(original, 'fold');
    assert.equal(report.changed.length, 1);
    assert.deepEqual(operators(graph), ['Conv', 'If']);
    for (const name of ['w', 's4', 'h4', 'm4', 'v4']) assert.ok(graph.initializers.has(name), `${name} is gone`);
    assert.ok((await differenceOf(original, graph)) <= 1e-6);
  });
});
