import { strict as assert } from 'node:assert';
import type { LayerView } from '../../../src/layers/layerView';
import { layerNamed, textLayers } from '../../support/textLayers';

const image = (nodes: string, outputs = 'float[] y') =>
  textLayers(`<opset_import: ["" : 18]> g (float[N,4,8,8] x) => (${outputs})
    <float[4,4,1,1] w, float[4,8,1,1] w8, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[8] s8,
     float[4,10] f, float[256,10] f256> {
    ${nodes.replace(/bn\(/g, 'BatchNormalization(').replace(/, \*\)/g, ', s, t, m, v)')}
  }`);

/** Tokens of 8 features; block weights are square. */
const tokens = (nodes: string, outputs = 'float[] y') =>
  textLayers(`<opset_import: ["" : 20, "com.microsoft" : 1]> g (float[N,16,8] x, int64[N,16] ids, int64[16] places) => (${outputs})
    <float[8,8] w, float[8,8] u, float[8,8] q, float[8,8] k, float[8,20] head, float[8] s, float[8] t, float[30,8] words, float[16,8] positions> {
    ${nodes}
  }`);

function placements(view: LayerView): Record<string, string> {
  const norms = view.layers.filter((l) => l.role === 'norm');
  return Object.fromEntries(norms.map((l) => [l.id, view.placementOf(l).placement]));
}

function normalizations(view: LayerView): Record<string, string> {
  const linears = view.layers.filter((l) => l.role === 'linear');
  return Object.fromEntries(linears.map((l) => [l.id, view.normalizationOf(l)]));
}

describe('layers: placement', () => {
  describe('convolutional networks', () => {
    it('linear-norm-activation, whatever passes values on in between, even before an output', () => {
      assert.deepEqual(placements(image('a = Conv(x, w) n = bn(a, *) y = Relu(n)')), { n: 'linear-norm-activation' });
      const through = image(`a = Conv(x, w) c = Cast<to = 1>(a) p = MaxPool<kernel_shape = [2,2]>(c) d = Dropout(p)
        n = bn(d, *) i = Identity(n) r = LeakyRelu(i) y = Conv(r, w)`);
      assert.deepEqual(placements(through), { n: 'linear-norm-activation' });
      const swish = image('a = Conv(x, w) n = bn(a, *) g = Sigmoid(n) r = Mul(n, g) y = Conv(r, w)');
      assert.deepEqual(placements(swish), { n: 'linear-norm-activation' });
      assert.deepEqual(normalizations(swish), { a: 'normalized-before-activation', y: 'output-head' });
    });

    it('linear-norm before a linear layer, a join or an output', () => {
      const view = image(
        'a = Conv(x, w) n = bn(a, *) b1 = Conv(n, w) n1 = bn(b1, *) c = Add(n1, x) d = Conv(c, w) y = bn(d, *)',
      );
      assert.deepEqual(placements(view), { n: 'linear-norm', n1: 'linear-norm', y: 'linear-norm' });
      assert.deepEqual(normalizations(view), {
        a: 'normalized-no-activation',
        b1: 'normalized-no-activation',
        d: 'normalized-no-activation',
      });
    });

    it('linear-activation-norm', () => {
      const view = image('a = Conv(x, w) r = Relu(a) p = MaxPool<kernel_shape = [2,2]>(r) n = bn(p, *) y = Conv(n, w)');
      assert.deepEqual(placements(view), { n: 'linear-activation-norm' });
      const placed = view.placementOf(layerNamed(view, 'n'));
      assert.deepEqual([placed.linear?.id, placed.activation?.id], ['a', 'r']);
      assert.equal(placed.chain, 'Conv -> Relu -> MaxPool -> BatchNormalization -> Conv');
      assert.deepEqual(normalizations(view), { a: 'normalized-after-activation', y: 'output-head' });
    });

    it('a ResNet block: norms before activations, the last of a branch without', () => {
      const view =
        image(`a = Conv(x, w) n1 = bn(a, *) r1 = Relu(n1) b1 = Conv(r1, w) n2 = bn(b1, *) c = Add(n2, x) r2 = Relu(c)
        p = GlobalAveragePool(r2) q = Flatten(p) y = Gemm(q, f)`);
      assert.deepEqual(placements(view), { n1: 'linear-norm-activation', n2: 'linear-norm' });
      assert.deepEqual(normalizations(view).y, 'output-head');
    });

    it('a ResNet v2: pre-activation on the residual stream, also on its stem and at its end', () => {
      const view = image(`stem = Conv(x, w)
        n1 = bn(stem, *) r1 = Relu(n1) a1 = Conv(r1, w) n2 = bn(a1, *) r2 = Relu(n2) a2 = Conv(r2, w) c1 = Add(a2, stem)
        n3 = bn(c1, *) r3 = Relu(n3) a3 = Conv(r3, w) n4 = bn(a3, *) r4 = Relu(n4) a4 = Conv(r4, w) c2 = Add(a4, c1)
        n5 = bn(c2, *) r5 = Relu(n5) p = GlobalAveragePool(r5) q = Flatten(p) y = Gemm(q, f)`);
      assert.deepEqual(placements(view), {
        n1: 'pre-activation',
        n2: 'linear-norm-activation',
        n3: 'pre-activation',
        n4: 'linear-norm-activation',
        n5: 'pre-activation',
      });
      assert.equal(view.placementOf(layerNamed(view, 'n3')).linear?.id, 'a3');
      assert.deepEqual(normalizations(view), {
        stem: 'not-normalized',
        a1: 'normalized-before-activation',
        a2: 'pre-normalized',
        a3: 'normalized-before-activation',
        a4: 'pre-normalized',
        y: 'output-head',
      });
    });

    it('a DenseNet: pre-activation after concats and pools that are read further on', () => {
      const view = image(`a = Conv(x, w) n0 = bn(a, *) r0 = Relu(n0) p0 = MaxPool<kernel_shape = [3,3]>(r0)
        n1 = bn(p0, *) r1 = Relu(n1) a1 = Conv(r1, w) c1 = Concat<axis = 1>(p0, a1)
        n2 = BatchNormalization(c1, s8, s8, s8, s8) r2 = Relu(n2) a2 = Conv(r2, w8) p2 = AveragePool<kernel_shape = [2,2]>(a2)
        n3 = bn(p2, *) r3 = Relu(n3) a3 = Conv(r3, w) y = Concat<axis = 1>(p2, a3)`);
      assert.deepEqual(placements(view), {
        n0: 'linear-norm-activation',
        n1: 'pre-activation',
        n2: 'pre-activation',
        n3: 'pre-activation',
      });
    });

    it('input-norm on an input, other when it is the output as well', () => {
      assert.deepEqual(placements(image('n = bn(x, *) y = Conv(n, w)')), { n: 'input-norm' });
      assert.deepEqual(placements(image('n = bn(x, *) r = Relu(n) y = Conv(r, w)')), { n: 'input-norm' });
      assert.deepEqual(placements(image('y = bn(x, *)')), { y: 'other' });
    });

    it('before-output behind a flatten or on a pooled value, linear-norm on the output itself', () => {
      const flat = image('a = Conv(x, w) n = bn(a, *) y = Flatten(n)');
      assert.deepEqual(placements(flat), { n: 'before-output' });
      const neck = image(
        'a = Conv(x, w) r = Relu(a) p = GlobalAveragePool(r) n = bn(p, *) q = Flatten(n) y = Gemm(q, f)',
      );
      assert.deepEqual(placements(neck), { n: 'before-output' });
      assert.deepEqual(placements(image('a = Conv(x, w) n = bn(a, *) y = Identity(n)')), { n: 'linear-norm' });
    });

    it('other, with the chain in words', () => {
      const view = image('a = Conv(x, w) n1 = bn(a, *) n2 = bn(n1, *) c = Conv(n2, w) d = Conv(c, w) y = Add(d, n2)');
      assert.deepEqual(placements(view), { n1: 'linear-norm', n2: 'other' });
      assert.equal(
        view.placementOf(layerNamed(view, 'n2')).chain,
        'Conv -> BatchNormalization -> BatchNormalization -> {Conv, Add}',
      );
    });

    it('a reshape that makes other channels parts a norm from the linear layer before it', () => {
      const view = textLayers(`<opset_import: ["" : 18]> g (float[N,8] x) => (float[] y)
        <float[8,64] w, float[64] b, int64[4] shape = {0, 4, 4, 4}, float[4] s, float[4,4,1,1] u> {
          a = Gemm(x, w, b) r = Relu(a) i = Reshape(r, shape) n = BatchNormalization(i, s, s, s, s) c = Conv(n, u) d = Conv(c, u) y = Neg(d) }`);
      assert.deepEqual(placements(view), { n: 'other' });
      assert.deepEqual(normalizations(view), { a: 'not-normalized', c: 'pre-normalized', d: 'output-head' });
    });

    it('squeeze-and-excitation does not hide the norm before it', () => {
      const view = image(
        `a = Conv(x, w) n = bn(a, *) p = GlobalAveragePool(n) e = Conv(p, w) g = Sigmoid(e) c = Mul(n, g) y = Conv(c, w)`,
      );
      assert.deepEqual(placements(view), { n: 'linear-norm' });
      assert.deepEqual(normalizations(view).e, 'pre-normalized');
    });
  });

  describe('transformers', () => {
    const attention = (input: string, output: string) => `
      ${output}q = MatMul(${input}, q) ${output}k = MatMul(${input}, k) ${output}v = MatMul(${input}, u)
      ${output}kt = Transpose<perm = [0,2,1]>(${output}k) ${output}s = MatMul(${output}q, ${output}kt) ${output}p = Softmax(${output}s)
      ${output}o = MatMul(${output}p, ${output}v) ${output} = MatMul(${output}o, w)`;
    const mlp = (input: string, output: string) =>
      `${output}h = MatMul(${input}, w) ${output}g = Gelu(${output}h) ${output} = MatMul(${output}g, u)`;

    it('pre-norm: the sum is the residual; the final norm is before-output', () => {
      const view = tokens(`e1 = Gather(words, ids) e2 = Gather(positions, places) e = Add(e1, e2)
        n1 = LayerNormalization(e, s, t) ${attention('n1', 'a1')} c1 = Add(e, a1)
        n2 = LayerNormalization(c1, s, t) ${mlp('n2', 'f1')} c2 = Add(c1, f1)
        n3 = LayerNormalization(c2, s, t) y = MatMul(n3, head)`);
      assert.deepEqual(placements(view), { n1: 'pre-norm', n2: 'pre-norm', n3: 'before-output' });
      assert.deepEqual(normalizations(view).a1q, 'pre-normalized');
    });

    it('post-norm: the next residual reads the norm; the last of them too, embedding-norm before them', () => {
      const view = tokens(`e1 = Gather(words, ids) e2 = Gather(positions, places) e = Add(e1, e2)
        n0 = LayerNormalization(e, s, t)
        ${attention('n0', 'a1')} c1 = Add(n0, a1) n1 = LayerNormalization(c1, s, t)
        ${mlp('n1', 'f1')} c2 = Add(n1, f1) n2 = LayerNormalization(c2, s, t) y = MatMul(n2, head)`);
      assert.deepEqual(placements(view), { n0: 'embedding-norm', n1: 'post-norm', n2: 'post-norm' });
    });

    it('post-norm beats before-output, and a sum before a norm alone proves nothing', () => {
      const post = tokens(`${attention('x', 'a1')} c1 = Add(x, a1) n1 = LayerNormalization(c1, s, t)
        ${mlp('n1', 'f1')} c2 = Add(n1, f1) y = LayerNormalization(c2, s, t)`);
      assert.deepEqual(placements(post), { n1: 'post-norm', y: 'post-norm' });
      const one = tokens(`${mlp('x', 'f1')} c1 = Add(x, f1) y = LayerNormalization(c1, s, t)`);
      assert.deepEqual(placements(one), { y: 'before-output' });
    });

    it('SkipLayerNormalization: pre-norm when the next residual reads its sum, post-norm when it reads its output', () => {
      const skip = (first: string, second: string, residual: string) =>
        tokens(`n0 = LayerNormalization(x, s, t) ${mlp('n0', 'f0')}
          ${first} = com.microsoft.SkipLayerNormalization(x, f0, s, t) ${mlp('n1', 'f1')}
          ${second} = com.microsoft.SkipLayerNormalization(${residual}, f1, s, t) y = MatMul(n2, head)`);
      assert.deepEqual(placements(skip('n1, "", "", sum1', 'n2', 'sum1')), {
        n0: 'input-norm',
        n1: 'pre-norm',
        n2: 'before-output',
      });
      assert.deepEqual(placements(skip('n1', 'n2', 'n1')), { n0: 'input-norm', n1: 'post-norm', n2: 'post-norm' });
    });

    it('qk-norm', () => {
      const view = tokens(`n = RMSNormalization(x, s) a = MatMul(n, q) b = MatMul(n, k) c = MatMul(n, u)
        an = RMSNormalization(a, s) bn = RMSNormalization(b, s) bt = Transpose<perm = [0,2,1]>(bn)
        l = MatMul(an, bt) p = Softmax(l) o = MatMul(p, c) h = MatMul(o, w) y = Add(x, h)`);
      assert.deepEqual(placements(view), { n: 'input-norm', an: 'qk-norm', bn: 'qk-norm' });
    });

    it('a ConvNeXt block: the norm after the depthwise convolution', () => {
      const view = image(`stem = Conv(x, w) a = Conv<group = 1>(stem, w) p = Transpose<perm = [0,2,3,1]>(a)
        n = LayerNormalization(p, s, t) h = Conv(n, w) g = Gelu(h) o = Conv(g, w) y = Add(stem, o)`);
      assert.deepEqual(placements(view), { n: 'linear-norm' });
    });
  });

  it('counts weighted layers on the longest path as depth', () => {
    const view = image('a = Conv(x, w) b1 = Conv(a, w) c = Add(a, b1) r = Relu(c) y = Conv(r, w)');
    assert.deepEqual(
      view.layers.map((l) => [l.id, view.depthOf(l)]),
      [
        ['a', 1],
        ['b1', 2],
        ['c', 2],
        ['r', 2],
        ['y', 3],
      ],
    );
  });
});
