import assert from 'node:assert/strict';
import { inferTypes } from '../../../src/ir/inferTypes';
import { parseGraph } from '../../../src/ir/textForm';
import { findParameters, type Parameter } from '../../../src/training/parameters';

function parametersOf(text: string, excluded: readonly string[] = []): Map<string, Parameter> {
  const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> ${text}`).toMutable();
  return new Map(findParameters(graph, inferTypes(graph), new Set(excluded)).map((p) => [p.name, p]));
}

function kinds(text: string, excluded?: readonly string[]): Record<string, string> {
  return Object.fromEntries([...parametersOf(text, excluded)].map(([name, p]) => [name, p.kind]));
}

describe('findParameters', () => {
  it('takes weights and biases of linear layers, scales and shifts of norms, and no running statistics', () => {
    const found = kinds(`g (float[2,3,8,8] x) => (float[2,5] y)
      <float[4,3,3,3] w, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[5,4] d, float[5] c, float[4] p>
      { a = Conv(x, w, b)
        n = BatchNormalization(a, s, t, m, v)
        r = PRelu(n, p)
        q = GlobalAveragePool(r)
        f = Flatten(q)
        y = Gemm<transB = 1>(f, d, c) }`);
    assert.deepEqual(found, { w: 'weight', b: 'bias', s: 'scale', t: 'shift', d: 'weight', c: 'bias', p: 'slope' });
  });

  it('looks through rearrangements', () => {
    const found = parametersOf(`g (float[2,4] x) => (float[2,6] y)
      <float[6,4] w, float[3] b1, float[3] b2, float[1,1,4,6] u>
      { t = Transpose(w)
        a = MatMul(x, t)
        b = Concat<axis = 0>(b1, b2)
        y = Add(a, b) }`);
    assert.deepEqual([...found.keys()], ['w', 'b1', 'b2']);
    assert.deepEqual([found.get('w')!.fanIn, found.get('w')!.fanOut], [4, 6]);
    assert.equal(found.get('b1')!.kind, 'bias');
  });

  it('takes the weights of the operators that ONNX Runtime makes of several', () => {
    const found = parametersOf(`g (int32[2,3] ids, float[2,4,8,8] x) => (float[2,3,6] y, float[2,5,6,6] z)
      <float[9,6] words, float[7,6] positions, float[6] scale, float[6] shift, float[6,18] qkv, float[18] bias,
       float[4,6] w, float[4] c, float[5,4,3,3] k, float[5] b, float[6] s2, float[6] t2>
      { e, m = com.microsoft.EmbedLayerNormalization(ids, , words, positions, , scale, shift)
        a = com.microsoft.Attention<num_heads = 2>(e, qkv, bias)
        n = com.microsoft.SkipLayerNormalization(a, e, s2, t2)
        p = com.microsoft.FusedMatMul<transB = 1>(n, w)
        y = com.microsoft.BiasGelu(p, c)
        z = com.microsoft.FusedConv<activation = "Relu">(x, k, b) }`);
    assert.deepEqual(Object.fromEntries([...found].map(([name, p]) => [name, p.kind])), {
      ...{ words: 'embedding', positions: 'embedding', scale: 'scale', shift: 'shift', qkv: 'weight', bias: 'bias' },
      ...{ w: 'weight', c: 'bias', k: 'weight', b: 'bias', s2: 'scale', t2: 'shift' },
    });
    const fans = (name: string) => [found.get(name)!.fanIn, found.get(name)!.fanOut];
    assert.deepEqual(
      [fans('qkv'), fans('w'), fans('k')],
      [
        [6, 18],
        [6, 4],
        [36, 45],
      ],
    );
  });

  it('leaves preprocessing of the input, constants of formulas, bounds and masks alone', () => {
    const found = kinds(`g (float[2,3,4,4] x, bool[2,5] keep) => (float[2,5] y)
      <float[1,3,1,1] mean, float[3,1,1] deviation, float[5,48] w, float two, float[1] one, float low, float[5] floor,
       int64[2] shape>
      { a = Sub(x, mean)
        b = Div(a, deviation)
        c = Reshape(b, shape)
        d = Gemm<transB = 1>(c, w)
        e = Pow(d, two)
        f = Mul(e, one)
        h = Clip(f, low)
        y = Where(keep, h, floor) }`);
    assert.deepEqual(found, { w: 'weight' });
  });

  it('takes what is rounded to a grid, and not the steps of the grid', () => {
    const found = kinds(`g (float[2,3,8,8] x) => (float[2,4,6,6] y)
      <float[4,3,3,3] w, float[4,1,1,1] steps, float zero, float bits>
      { q = onnx.brevitas.Quant<narrow = 1, signed = 1, rounding_mode = "ROUND">(w, steps, zero, bits)
        y = Conv(x, q) }`);
    assert.deepEqual(found, { w: 'weight' });
  });

  it('takes scales and biases behind weights: a written-out norm, a table of positions', () => {
    const text = `g (int64[2,7] ids) => (float[2,7,8] y)
      <float[50,8] words, float[7,8] positions, float[8] scale, float[8] shift, float[8] running>
      { a = Gather(words, ids)
        b = Add(a, positions)
        c = Sub(b, running)
        d = Mul(c, scale)
        y = Add(d, shift) }`;
    assert.deepEqual(kinds(text, ['running']), {
      words: 'embedding',
      positions: 'bias',
      scale: 'scale',
      shift: 'bias',
    });
    assert.equal(kinds(text).running, 'bias');
  });

  it('takes the scales and shifts that the caller knows of, in any arithmetic', () => {
    const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> g (float[2,4] x) => (float[2,4] y)
      <float[4] gamma, float[4] beta> { a = Mul(x, gamma)  y = Add(a, beta) }`).toMutable();
    const find = (stated: [string, 'scale' | 'shift'][]) =>
      findParameters(graph, inferTypes(graph), new Set(), new Map(stated)).map((p) => [p.name, p.kind]);
    assert.deepEqual(find([]), []);
    assert.deepEqual(
      find([
        ['gamma', 'scale'],
        ['beta', 'shift'],
      ]),
      [
        ['gamma', 'scale'],
        ['beta', 'shift'],
      ],
    );
  });

  it('knows the fans of every linear operator as it reads its weight', () => {
    const found = parametersOf(`g (float[2,4,8,8] x, float[2,6] z, float[3,2,6] s) =>
        (float[2,8,8,8] a, float[2,6,17,17] b, float[2,10] c, float[2,10] d, float[3,2,5] e)
      <float[8,2,3,3] conv, float[4,6,3,3] up, float[6,10] gemm, float[6,10] matmul, float[1,20,6] lstm, float[1,20,5] r>
      { a = Conv<group = 2, pads = [1,1,1,1]>(x, conv)
        b = ConvTranspose<strides = [2,2]>(x, up)
        c = Gemm(z, gemm)
        d = MatMul(z, matmul)
        e, h = LSTM<hidden_size = 5>(s, lstm, r) }`);
    const fans = (name: string) => [found.get(name)!.fanIn, found.get(name)!.fanOut];
    assert.deepEqual(fans('conv'), [2 * 9, 4 * 9]);
    assert.deepEqual(fans('up'), [(4 * 9) / 4, 6 * 9]);
    assert.deepEqual(fans('gemm'), [6, 10]);
    assert.deepEqual(fans('matmul'), [6, 10]);
    assert.deepEqual(fans('lstm'), [6, 5]);
  });
});
