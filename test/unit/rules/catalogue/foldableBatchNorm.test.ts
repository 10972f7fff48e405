import { foldableBatchNorm } from '../../../../src/rules/catalogue/foldableBatchNorm';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[4,4,3,3] u, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[4,6] f, float[6] c>`;
const model = (nodes: string, inputs = '') =>
  `<opset_import: ["" : 18]> g (float[N,3,8,8] x${inputs}) => (float[] y) ${parameters} {\n${nodes.replace(/, \*\)/g, ', s, t, m, v)')}\n}`;

testRule(foldableBatchNorm, {
  fires: [
    {
      name: 'several, in one finding',
      text: model(
        'a = Conv(x, w, b)\n n = BatchNormalization(a, *)  # finding\n r = Relu(n)\n d = Conv(r, u)\n y = BatchNormalization(d, *)  # finding',
      ),
      message: /^2 batch norms can be folded into the linear layer before: n, y/,
    },
    {
      name: 'a dense layer',
      text: '<opset_import: ["" : 18]> g (float[N,8] x) => (float[] y) <float[8,4] w, float[4] b, float[4] s> {\n a = MatMul(x, w)\n d = Add(a, b)\n y = BatchNormalization(d, s, s, s, s)  # finding\n}',
    },
    {
      name: 'a transposed convolution',
      text: model('a = ConvTranspose(x, k)\n y = BatchNormalization(a, *)  # finding').replace(
        'float[4] b,',
        'float[4] b, float[3,4,2,2] k,',
      ),
    },
    {
      name: 'into the unpadded convolution behind',
      text: model('a = Conv(x, w)\n r = Relu(a)\n n = BatchNormalization(r, *)  # finding\n y = Conv(n, u)'),
      message: /into the linear layer after it: n/,
    },
    {
      name: 'of a convolution that is read twice, into the one behind',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)  # finding\n d = Conv(n, k)\n y = Add(d, a)').replace(
        'float[4] b,',
        'float[4] b, float[4,4,1,1] k,',
      ),
    },
    {
      name: 'before opset 7, parameters through reshapes',
      text: `<opset_import: ["" : 13]> g (float[N,3,8,8] x) => (float[] y) <float[4,3,3,3] w, float[4,1] q, float[4] s, int64[1] shape = {4}> {
        k = Reshape(q, shape)
        a = Conv(x, w)
        y = BatchNormalization(a, k, s, s, s)  # finding
      }`,
    },
    {
      name: 'of a weight that another convolution shares: folding copies it; through an identity',
      text: model(
        'a = Conv(x, w)\n i = Identity(a)\n k = Cast<to = 1>(i)\n n = BatchNormalization(k, *)  # finding\n d = Conv(x, w)\n e = Relu(d)\n y = Add(n, e)',
      ),
    },
  ],
  silent: [
    { name: 'a training graph', purpose: 'training', text: model('a = Conv(x, w)\n y = BatchNormalization(a, *)') },
    {
      name: 'a layers model',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, *)'),
    },
    {
      name: 'the convolution is read by others too',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)\n y = Add(n, a)'),
    },
    {
      name: 'pre-activation: a ReLU on either side',
      text: model('a = Conv(x, w)\n r = Relu(a)\n n = BatchNormalization(r, *)\n q = Relu(n)\n y = Conv(q, u)'),
    },
    {
      name: 'a weight that is quantized where it is read: other numbers would be rounded otherwise',
      text: model(
        'q = QuantizeLinear(w, c)\n d = DequantizeLinear(q, c)\n a = Conv(x, d)\n y = BatchNormalization(a, *)',
      ).replace('float[4] b,', 'float[4] b, float c,'),
    },
    { name: 'an instance norm', text: model('a = Conv(x, w)\n y = InstanceNormalization(a, s, t)') },
    {
      name: 'a sequence of features, whose norm runs along another axis',
      text: '<opset_import: ["" : 18]> g (float[N,4,8] x) => (float[] y) <float[8,4] w, float[4] s> {\n a = MatMul(x, w)\n y = BatchNormalization(a, s, s, s, s)\n}',
    },
  ],
});
