import assert from 'node:assert/strict';
import { differentiate } from '../../../src/autodiff/differentiate';
import { inferTypes } from '../../../src/ir/inferTypes';
import { parseGraph } from '../../../src/ir/textForm';
import { lowerPrivateOperators } from '../../../src/variants/lowerPrivate';
import { encode } from '../../support/encode';
import { nativeEngine } from '../../support/engines';
import { floats, longs, noise } from '../../support/runGraph';

const convolutional = `
  <ir_version: 8, opset_import: ["" : 18, "normscope" : 1]>
  cnn (float[4, 3, 8, 8] x, int64[4, 1] label,
       float[6, 3, 3, 3] w1, float[6] scale1, float[6] shift1,
       float[6, 1, 3, 3] w2, float[6] b2,
       float[6, 6, 1, 1] w3, float[6] scale3, float[6] shift3,
       float[8, 6, 3, 3] w4, float[8] b4,
       float[5, 8] fc, float[5] bias) => (float loss)
  {
    c1 = Conv<pads = [1, 1, 1, 1]>(x, w1)
    n1 = normscope.BatchNormalizationTraining<epsilon = 0.001>(c1, scale1, shift1)
    a1 = Tanh(n1)
    c2 = Conv<group = 6, pads = [1, 1, 1, 1]>(a1, w2, b2)
    c3 = Conv(c2, w3)
    n3 = normscope.BatchNormalizationTraining<epsilon = 0.001>(c3, scale3, shift3)
    sum = Add(n3, a1)
    a3 = Softplus(sum)
    pooled = AveragePool<kernel_shape = [2, 2], strides = [2, 2]>(a3)
    c4 = Conv<strides = [2, 2], pads = [1, 1, 1, 1]>(pooled, w4, b4)
    a4 = Sigmoid(c4)
    mean = GlobalAveragePool(a4)
    flat = Flatten(mean)
    logits = Gemm<transB = 1>(flat, fc, bias)
    p = LogSoftmax<axis = 1>(logits)
    taken = GatherElements<axis = 1>(p, label)
    likelihood = ReduceMean<keepdims = 0>(taken)
    loss = Neg(likelihood)
  }`;

/** A block with norms in front: attention of two heads, a feed-forward part, mean square error. */
const transformer = `
  <ir_version: 8, opset_import: ["" : 18]>
  block (int64[2, 5] tokens, float[2, 5, 8] target, float[11, 8] embedding,
         float[8] scale1, float[8] shift1, float[8, 24] wqkv, float[24] bqkv, float[8, 8] wo,
         float[8] scale2, float[8] shift2, float[8, 16] up, float[16] bup, float[16, 8] down) => (float loss)
  <int64[5] heads = {2, 5, 3, 2, 4}, int64[3] merged = {2, 5, 8}, float s = {0.5}, float half = {0.5},
   float one = {1}, float root2 = {1.41421356}, int64 first = {0}, int64 second = {1}, int64 third = {2}>
  {
    x = Gather(embedding, tokens)
    n1 = LayerNormalization<axis = -1>(x, scale1, shift1)
    projected = MatMul(n1, wqkv)
    qkv = Add(projected, bqkv)
    split = Reshape(qkv, heads)
    q5 = Gather<axis = 2>(split, first)
    k5 = Gather<axis = 2>(split, second)
    v5 = Gather<axis = 2>(split, third)
    q = Transpose<perm = [0, 2, 1, 3]>(q5)
    k = Transpose<perm = [0, 2, 3, 1]>(k5)
    v = Transpose<perm = [0, 2, 1, 3]>(v5)
    scores = MatMul(q, k)
    scaled = Mul(scores, s)
    weights = Softmax<axis = -1>(scaled)
    context = MatMul(weights, v)
    back = Transpose<perm = [0, 2, 1, 3]>(context)
    joined = Reshape(back, merged)
    attended = MatMul(joined, wo)
    r1 = Add(x, attended)
    n2 = LayerNormalization<axis = -1>(r1, scale2, shift2)
    wide = MatMul(n2, up)
    hidden = Add(wide, bup)
    e = Div(hidden, root2)
    erf = Erf(e)
    e1 = Add(erf, one)
    h1 = Mul(hidden, e1)
    gelu = Mul(h1, half)
    narrow = MatMul(gelu, down)
    r2 = Add(r1, narrow)
    difference = Sub(r2, target)
    square = Mul(difference, difference)
    loss = ReduceMean<keepdims = 0>(square)
  }`;

describe('gradients of whole networks', () => {
  for (const [name, text] of Object.entries({ convolutional, transformer })) {
    it(`${name}: every parameter along two directions`, async () => {
      const forward = parseGraph(text).toMutable();
      forward.opsets.set('', 18);
      const inputs = forward.inputs.map(({ name, type }) => ({ name, type, shape: type.shape as number[] }));
      const parameters = inputs.filter((i) => i.type.dtype === 'float32' && !['x', 'target'].includes(i.name));
      const backward = forward.copy();
      const wrt = parameters.map((p) => p.name);
      const { gradientOf, cuts } = differentiate(backward, inferTypes(backward), { loss: 'loss', wrt });
      assert.deepEqual(cuts, []);
      assert.deepEqual([...gradientOf.keys()], wrt);
      backward.outputs = [];
      for (const gradient of gradientOf.values()) backward.addOutput(gradient);
      lowerPrivateOperators(backward);
      lowerPrivateOperators(forward);

      const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
      const values = new Map(inputs.map((input, i) => [input.name, noise(count(input.shape), i + 1)]));
      for (const [parameter, v] of values) if (parameter.startsWith('scale')) v.forEach((x, i) => (v[i] = 1 + x / 2));
      const feeds = () =>
        Object.fromEntries(
          inputs.map(({ name, type, shape }) => {
            const v = values.get(name)!;
            return [
              name,
              type.dtype === 'int64'
                ? longs(
                    shape,
                    Array.from(v, (x) => Math.floor(2.5 * x + 2.5)),
                  )
                : floats(shape, v),
            ];
          }),
        );
      const gradients = await (await nativeEngine.load(await encode(backward))).run(feeds());
      const loss = await nativeEngine.load(await encode(forward));
      for (const { name: parameter, shape } of parameters) {
        const gradient = gradients[gradientOf.get(parameter)!].data as Float32Array;
        const norm = Math.hypot(...gradient);
        for (const direction of [
          gradient.map((v) => v / norm),
          noise(count(shape), 77).map((v) => v / Math.sqrt(count(shape))),
        ]) {
          const at = values.get(parameter)!;
          const step = 2 ** -6;
          const lossAt = async (distance: number) => {
            values.set(
              parameter,
              at.map((v, i) => v + distance * direction[i]),
            );
            return Number((await loss.run(feeds())).loss.data[0]);
          };
          // fourth order, so that the step can be large against the rounding of float32
          const near = (await lossAt(step)) - (await lossAt(-step));
          const far = (await lossAt(2 * step)) - (await lossAt(-2 * step));
          values.set(parameter, at);
          const expected = (8 * near - far) / (12 * step);
          const actual = gradient.reduce((sum, v, i) => sum + v * direction[i], 0);
          assert.ok(Math.abs(actual - expected) <= 1e-3 * norm + 1e-5, `${parameter}: ${actual} against ${expected}`);
        }
      }
      await loss.release();
    });
  }
});
