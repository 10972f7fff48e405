import { normAfterActivation } from '../../../../src/rules/catalogue/normAfterActivation';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[4,4,3,3] w2, float[4] s, float[4] t, float[4] m, float[4] v>`;
const model = (nodes: string) =>
  `<opset_import: ["" : 18]> g (float[N,3,8,8] x) => (float[N,4,8,8] y) ${parameters} {\n${nodes}\n}`;

testRule(normAfterActivation, {
  fires: [
    {
      name: 'instance norm after a leaky ReLU, with pooling and dropout in between',
      text: model(`a = Conv(x, w)
        r = LeakyRelu(a)
        p = MaxPool<kernel_shape = [2,2]>(r)
        d = Dropout(p)
        n = InstanceNormalization(d, s, t)  # finding
        y = Conv(n, w2)`),
    },
    {
      name: 'every norm of a stack',
      text: model(`a = Conv(x, w)
        r = Relu(a)
        n = BatchNormalization(r, s, t, m, v)  # finding
        a2 = Conv(n, w2)
        r2 = Relu(a2)
        y = BatchNormalization(r2, s, t, m, v)  # finding`),
      message: /after the activation Relu of a/,
    },
    {
      name: 'a swish of several nodes before a group norm',
      text: model(`a = Conv(x, w)
        g = Sigmoid(a)
        r = Mul(a, g)
        y = GroupNormalization<num_groups = 2>(r, s, t)  # finding`),
      message: /Silu/,
    },
    {
      name: 'a convolution whose operator applies the activation',
      text: `<opset_import: ["" : 17, "com.microsoft" : 1]> g (float[N,3,8,8] x) => (float[N,4,8,8] y) ${parameters} {
        a = com.microsoft.FusedConv<activation = "Relu">(x, w)
        y = BatchNormalization(a, s, t, m, v)  # finding
      }`,
    },
    {
      name: 'a dense layer of a perceptron',
      text: `<opset_import: ["" : 17]> g (float[N,8] x) => (float[N,8] y)
        <float[8,8] w, float[8] b, float[8] s, float[8] t, float[8] m, float[8] v> {
        a = MatMul(x, w)
        c = Add(a, b)
        r = Tanh(c)
        y = BatchNormalization(r, s, t, m, v)  # finding
      }`,
    },
  ],
  silent: [
    {
      name: 'layer norm after the GELU of a transformer or MLP-mixer',
      text: `<opset_import: ["" : 20]> g (float[N,16,8] x) => (float[N,16,8] y) <float[8,8] w, float[8,8] u, float[8] s, float[8] t> {
        a = MatMul(x, w)
        r = Gelu(a)
        n = LayerNormalization(r, s, t)
        y = MatMul(n, u)
      }`,
    },
    {
      name: 'local response normalization (AlexNet)',
      text: model(`a = Conv(x, w)
        r = Relu(a)
        y = LRN<size = 5>(r)`),
    },
    {
      name: 'pre-activation after a pool (DenseNet)',
      text: model(`a = Conv(x, w)
        r = Relu(a)
        p = MaxPool<kernel_shape = [3,3]>(r)
        n = BatchNormalization(p, s, t, m, v)
        r2 = Relu(n)
        c = Conv(r2, w2)
        y = Concat<axis = 1>(p, c)`),
    },
    {
      name: 'an activation that a residual sum shares',
      text: model(`a = Conv(x, w)
        r = Relu(a)
        n = BatchNormalization(r, s, t, m, v)
        c = Conv<pads = [1,1,1,1]>(n, w2)
        y = Add(c, r)`),
    },
    {
      name: 'a norm after a residual sum and its activation',
      text: model(`a = Conv(x, w)
        b = Conv(x, w)
        c = Add(a, b)
        r = Relu(c)
        n = BatchNormalization(r, s, t, m, v)
        y = Conv(n, w2)`),
    },
    {
      name: 'a skip connection that is a norm (RepGhost, RepVGG)',
      text: model(`a = Conv(x, w)
        r = Relu(a)
        c = Conv<pads = [1,1,1,1]>(r, w2)
        n = BatchNormalization(c, s, t, m, v)
        i = BatchNormalization(r, s, t, m, v)
        z = Add(n, i)
        y = Relu(z)`),
    },
  ],
});
