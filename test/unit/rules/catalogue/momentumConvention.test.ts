import { momentumConvention } from '../../../../src/rules/catalogue/momentumConvention';
import { testRule } from '../../../support/ruleTester';

const model = (nodes: string, opset = 17) =>
  `<opset_import: ["" : ${opset}]> g (float[N,3,8,8] x) => (float[N,3,8,8] y)
   <float[3,3,1,1] w, float[3,3,1,1] u, float[3] s, float[3] b, float[3] m, float[3] v> {\n${nodes}\n}`;

testRule(momentumConvention, {
  fires: [
    {
      name: "PyTorch's value, unconverted",
      text: model('a = Conv(x, w)\n y = BatchNormalization<momentum = 0.01>(a, s, b, m, v)  # finding'),
      message: /is 0\.01, the weight of the old running value: each batch replaces 99 % .* it should be 0\.99 here/,
    },
    {
      name: 'a cumulative average, lost',
      text: model('a = Conv(x, w)\n y = BatchNormalization<momentum = 1.0>(a, s, b, m, v)  # finding'),
      message: /is 1: the running statistics never move .*momentum=None/,
    },
    {
      name: 'several norms: one finding',
      text: model(`a = Conv(x, w)
        n = BatchNormalization<momentum = 0.1>(a, s, b, m, v)  # finding
        c = Conv(n, u)
        y = BatchNormalization<momentum = 0.1>(c, s, b, m, v)  # finding`),
      message: /The momentum of 2 batch norms \(n, y\) is 0\.1/,
    },
    {
      name: 'only the latest batch counts, in a training graph',
      purpose: 'training',
      text: model(`a = Conv(x, w)
        y, nm, nv = BatchNormalization<training_mode = 1, momentum = 0.0>(a, s, b, m, v)  # finding`),
      message: /each batch replaces 100 %/,
    },
  ],
  silent: [
    { name: 'the default', text: model('a = Conv(x, w)\n y = BatchNormalization(a, s, b, m, v)') },
    { name: 'slow averages', text: model('a = Conv(x, w)\n y = BatchNormalization<momentum = 0.9997>(a, s, b, m, v)') },
    { name: 'half and half', text: model('a = Conv(x, w)\n y = BatchNormalization<momentum = 0.5>(a, s, b, m, v)') },
    {
      name: 'a norm on the input of the graph',
      text: model('n = BatchNormalization<momentum = 0.1>(x, s, b, m, v)\n y = Conv(n, w)'),
    },
    {
      name: 'epsilon 0: a fixed scaling',
      text: model('a = Conv(x, w)\n y = BatchNormalization<momentum = 0.1, epsilon = 0.0>(a, s, b, m, v)'),
    },
    {
      name: 'frozen statistics, as Keras documents them',
      format: 'keras',
      purpose: 'definition',
      text: model('a = Conv(x, w)\n y = BatchNormalization<momentum = 1.0>(a, s, b, m, v)'),
    },
  ],
});
