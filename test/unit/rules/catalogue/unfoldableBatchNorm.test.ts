import { unfoldableBatchNorm } from '../../../../src/rules/catalogue/unfoldableBatchNorm';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[4,4,3,3] u, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[4,6] f, float[6] c>`;
const model = (nodes: string, inputs = '') =>
  `<opset_import: ["" : 18]> g (float[N,3,8,8] x${inputs}) => (float[] y) ${parameters} {\n${nodes.replace(/, \*\)/g, ', s, t, m, v)')}\n}`;

testRule(unfoldableBatchNorm, {
  fires: [
    {
      name: 'parameters that are inputs',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, gamma, t, m, v)  # finding', ', float[4] gamma'),
      message: /parameters are not constant/,
    },
    {
      name: 'a weight that is computed',
      text: model('a = Conv(x, k)\n y = BatchNormalization(a, *)  # finding', ', float[4,3,3,3] k'),
      message: /weight of a is not constant/,
    },
    {
      name: 'the output of the convolution is given out',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)  # finding\n y = Relu(n)').replace(
        '(float[] y)',
        '(float[] a, float[] y)',
      ),
      message: /also an output/,
    },
    {
      name: 'element types that differ',
      text: `<opset_import: ["" : 18]> g (float16[N,3,8,8] x) => (float16[] y) <float16[4,3,3,3] w, float[4] s> {\n a = Conv(x, w)\n y = BatchNormalization(a, s, s, s, s)  # finding\n}`,
      message: /float32 and the weight of a is float16/,
    },
    {
      name: 'before a padded convolution',
      text: model('n = BatchNormalization(x, c3, c3, c3, c3)  # finding\n y = Conv<pads = [1,1,1,1]>(n, w)').replace(
        'float[4] b,',
        'float[4] b, float[3] c3,',
      ),
      message: /pads with zeros/,
    },
    {
      name: 'a transpose in between',
      text: model('a = Conv(x, w)\n k = Transpose<perm = [0,1,3,2]>(a)\n y = BatchNormalization(k, *)  # finding'),
      message: /a Transpose stands between/,
    },
    {
      name: 'element types that differ by a cast',
      text: `<opset_import: ["" : 18]> g (float16[N,3,8,8] x) => (float[] y) <float16[4,3,3,3] w, float[4] s> {
        a = Conv(x, w)
        k = Cast<to = 1>(a)
        y = BatchNormalization(k, s, s, s, s)  # finding
      }`,
      message: /its parameters are float32 and the weight of a is float16/,
    },
  ],
  silent: [
    {
      name: 'training mode, which has a rule of its own',
      text: model('a = Conv(x, w)\n n, m2, v2 = BatchNormalization<training_mode = 1>(a, *)\n y = Relu(n)'),
    },
    {
      name: 'a training graph',
      purpose: 'training',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)\n y = Add(n, a)'),
    },
    {
      name: 'a layers model',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)\n y = Add(n, a)'),
    },
    {
      name: 'no linear layer beside it (DenseNet)',
      text: model(
        'a = Conv(x, w)\n d = Conv(x, w2)\n e = Concat<axis = 1>(a, d)\n n = BatchNormalization(e, s8, s8, s8, s8)\n y = Relu(n)',
      ).replace('float[4] b,', 'float[4,3,3,3] w2, float[8] s8, float[4] b,'),
    },
    {
      name: 'folded into the convolution behind instead',
      text: model('n = BatchNormalization(x, c3, c3, c3, c3)\n y = Conv(n, w)').replace(
        'float[4] b,',
        'float[4] b, float[3] c3,',
      ),
    },
    {
      name: 'a quantized convolution',
      text: `<opset_import: ["" : 18, "com.microsoft" : 1]> g (float[N,3,8,8] x) => (float[] y) <float[4,3,3,3] w, float[4] s> {\n a = com.microsoft.NhwcConv(x, w)\n n = BatchNormalization(a, s, s, s, s)\n y = Add(n, a)\n}`,
    },
  ],
});
