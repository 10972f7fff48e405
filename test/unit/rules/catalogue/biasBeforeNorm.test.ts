import { biasBeforeNorm } from '../../../../src/rules/catalogue/biasBeforeNorm';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[3,4,3,3] u, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v>`;
const model = (nodes: string) =>
  `<opset_import: ["" : 18]> g (float[N,3,8,8] x) => (float[N,4,8,8] y) ${parameters} {\n${nodes}\n}`;
const dense = (nodes: string, y = 'float[N,4] y') =>
  `<opset_import: ["" : 18]> g (float[N,8] x) => (${y})
   <float[8,4] w, float[8,16] w2, float[4] b, float[16] b2, float[4] s, float[4] t, float[4] m, float[4] v, int64[4] shape = {-1,4,2,2}>
   {\n${nodes}\n}`;

testRule(biasBeforeNorm, {
  fires: [
    {
      name: 'several layers in one finding, batch and instance norm',
      text: model(`a = Conv(x, w, b)  # finding
        n = BatchNormalization(a, s, t, m, v)
        r = Relu(n)
        a2 = ConvTranspose(r, u)
        r2 = Relu(a2)
        a3 = Conv(r2, w, b2)  # finding
        y = InstanceNormalization(a3, s, t)`).replace('float[4] b,', 'float[4] b, float[4] b2,'),
      message: /2 linear layers .*: a, a3\. .*8 parameters/,
    },
    {
      name: 'a matrix product whose bias is a node of its own',
      text: dense(`a = MatMul(x, w)  # finding
        c = Add(a, b)
        n = BatchNormalization(c, s, t, m, v)
        y = Relu(n)`),
    },
    {
      name: 'a Gemm, and a bias added to a convolution per channel',
      text: dense(`a = Gemm(x, w, b)  # finding
        y = BatchNormalization(a, s, t, m, v)`),
    },
    {
      name: 'with a max pool in between',
      text: model(`a = Conv(x, w, b)  # finding
        p = MaxPool<kernel_shape = [2,2]>(a)
        n = BatchNormalization(p, s, t, m, v)
        y = Relu(n)`),
    },
  ],
  silent: [
    {
      name: 'a Gemm before opset 11, which has to have a bias',
      text: dense(`a = Gemm(x, w, b)
        y = BatchNormalization(a, s, t, m, v)`).replace(': 18', ': 10'),
    },
    {
      name: 'layers that compute the scale and shift of a norm from a style',
      text: `<opset_import: ["" : 18]> g (float[1,3,8,8] x, float[1,5] style) => (float[1,4,8,8] y)
        <float[4,3,3,3] w, float[5,4] u, float[4] b, float[5,4] u2, float[4] b2, int64[2] hw = {2,3}, float eps = {0.00001}> {
        a = Conv(x, w)
        mean = ReduceMean(a, hw)
        centred = Sub(a, mean)
        squares = Mul(centred, centred)
        variance = ReduceMean(squares, hw)
        sum = Add(variance, eps)
        deviation = Sqrt(sum)
        inverse = Reciprocal(deviation)
        g = Gemm(style, u, b)
        scale = Unsqueeze(g, hw)
        factor = Mul(inverse, scale)
        scaled = Mul(a, factor)
        h = Gemm(style, u2, b2)
        shift = Unsqueeze(h, hw)
        moved = Mul(mean, factor)
        rest = Sub(shift, moved)
        y = Add(scaled, rest)
      }`,
    },
    {
      name: 'group norm and layer norm keep most of a bias',
      text: model(`a = Conv(x, w, b)
        n = GroupNormalization<num_groups = 2>(a, s, t)
        r = Relu(n)
        c = ConvTranspose(r, u)
        d = Conv(c, w, b2)
        y = LayerNormalization<axis = 1>(d, s)`).replace('float[4] b,', 'float[4] b, float[4] b2,'),
    },
    {
      name: 'a bias that another layer shares',
      text: model(`a = Conv(x, w, b)
        n = BatchNormalization(a, s, t, m, v)
        c = Conv(x, w, b)
        y = Add(n, c)`),
    },
    {
      name: 'the output of the linear layer is read by another layer too',
      text: model(`a = Conv(x, w, b)
        n = BatchNormalization(a, s, t, m, v)
        y = Add(n, a)`),
    },
    {
      name: 'no bias, or one of size zero',
      text: model(`a = Conv(x, w)
        n = BatchNormalization(a, s, t, m, v)
        r = ConvTranspose(n, u)
        c = Conv(r, w, none)
        y = BatchNormalization(c, s, t, m, v)`).replace('float[4] b,', 'float[0] none,'),
    },
    {
      name: 'a reshape that turns features into channels and space',
      text: dense(
        `a = Gemm(x, w2, b2)
        r = Reshape(a, shape)
        n = BatchNormalization(r, s, t, m, v)
        y = Relu(n)`,
        'float[N,4,2,2] y',
      ),
    },
    {
      name: 'padding with zeros between bias and norm',
      text: model(`a = Conv(x, w, b)
        p = AveragePool<kernel_shape = [2,2], pads = [1,1,1,1], count_include_pad = 1>(a)
        y = BatchNormalization(p, s, t, m, v)`),
    },
  ],
});
