import { normBeforeOutput } from '../../../../src/rules/catalogue/normBeforeOutput';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[4,4,3,3] u, float[4,4,1,1] p, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[4,6] f, float[6] c>`;
const model = (nodes: string, batch: string | number = 'N') =>
  `<opset_import: ["" : 18]> g (float[${batch},3,8,8] x) => (float[] y) ${parameters} {\n${nodes.replace(/, \*\)/g, ', s, t, m, v)')}\n}`;

const dense = (nodes: string) =>
  `<opset_import: ["" : 18]> g (float[N,4] x) => (float[N,6] y)
  <float[4,6] f, float[4,4] h, float[6] s, float[6] t, float[6] m, float[6] v, float[4] r> {\n${nodes.replace(/, \*\)/g, ', s, t, m, v)')}\n}`;

testRule(normBeforeOutput, {
  fires: [
    {
      name: 'before a sigmoid',
      text: dense('a = Gemm(x, f)\n n = BatchNormalization(a, *)  # finding\n y = Sigmoid(n)'),
      message: /only Sigmoid after it/,
    },
    {
      name: 'a convolution whose norm is the output',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, *)  # finding'),
      message: /nothing after it/,
    },
    {
      name: 'an embedding: a hint',
      text: dense('a = Gemm(x, f)\n y = BatchNormalization(a, *)  # finding'),
      severity: 'hint',
      message: /embedding/,
    },
    {
      name: 'log probabilities, through a reshape',
      text: dense('a = Gemm(x, f)\n n = BatchNormalization(a, *)  # finding\n q = Flatten(n)\n y = LogSoftmax(q)'),
    },
  ],
  silent: [
    {
      name: 'no linear layer: a norm of the input',
      text: model('y = BatchNormalization(x, *)').replace('3,8,8] x', '4,8,8] x'),
    },
    {
      name: 'the final norm of a transformer',
      text: `<opset_import: ["" : 18]> g (float[N,16,8] x) => (float[N,16,8] y) <float[8,8] w, float[8] s, float[8] t> {
        h = MatMul(x, w)
        c = Add(x, h)
        y = LayerNormalization(c, s, t)
      }`,
    },
    {
      name: 'a gate of squeeze-and-excitation',
      text: model(
        'a = Conv(x, w)\n q = GlobalAveragePool(a)\n e = Conv(q, p)\n n = BatchNormalization(e, *)\n g = Sigmoid(n)\n y = Mul(a, g)',
      ),
    },
    { name: 'a ReLU after the norm', text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)\n y = Relu(n)') },
    {
      name: 'the norm of a backbone that is given out and read on',
      text: `<opset_import: ["" : 18]> g (float[N,3,8,8] x) => (float[] n, float[] y) ${parameters} {
        a = Conv(x, w)
        n = BatchNormalization(a, s, t, m, v)
        y = Conv(n, u)
      }`,
    },
  ],
});
