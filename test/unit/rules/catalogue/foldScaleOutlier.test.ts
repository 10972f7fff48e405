import { foldScaleOutlier } from '../../../../src/rules/catalogue/foldScaleOutlier';
import { testRule } from '../../../support/ruleTester';

const model = (nodes: string) =>
  `<opset_import: ["" : 17]> g (float[N,4,8,8] x) => (float[N,4,8,8] y)
   <float[4,4,1,1] w, float[4,4,1,1] u, float[4] b, float[4] m, float[4] one = {1, 1, 1, 1}, float[4] even = {1, 0.5, 2, 0.9},
    float[4] tiny = {1, 0.5, 1e-9, 0.9}, float[4] large = {1, -500, 2, 0.9}, float[4] dead = {1, 0.9, 0, 2}, float[4] mostly = {0, 0, 1, 1.1},
    float[4] unknown, float[4,1,1] outer = {1, 1, 400, 1}, float[4] gone = {1, 1, 0, -1}> {\n${nodes}\n}`;

testRule(foldScaleOutlier, {
  fires: [
    {
      name: 'a channel of almost no variance',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, b, m, tiny)  # finding'),
      message: /weights of channel 2 by 316, 256 times the median channel \(1\.23\); its variance is 1e-9/,
    },
    {
      name: 'a large scale',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, large, b, m, one)  # finding'),
      message: /channel 1 by 500/,
    },
    {
      name: 'a large scale in a node of its own',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, one, b, m, one)  # finding\n y = Mul(n, outer)'),
      message: /channel 2 by 400/,
    },
  ],
  silent: [
    { name: 'even channels', text: model('a = Conv(x, w)\n y = BatchNormalization(a, even, b, m, even)') },
    {
      name: 'no variance in a dead channel',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, dead, b, m, tiny)'),
    },
    {
      name: 'dead channels do not lower the median',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, mostly, b, m, one)'),
    },
    {
      name: 'the epsilon of Keras bounds the factor',
      text: model('a = Conv(x, w)\n y = BatchNormalization<epsilon = 0.001>(a, one, b, m, tiny)'),
    },
    {
      name: 'a norm before its linear layer, which is not folded back',
      text: model('r = Relu(x)\n n = BatchNormalization(r, one, b, m, tiny)\n y = Conv(n, w)'),
    },
    {
      name: 'a variance not in the file',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, large, b, m, unknown)'),
    },
    {
      name: 'a negative variance, which has a rule of its own',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, b, m, gone)'),
    },
    {
      name: 'batch statistics',
      purpose: 'training',
      text: model('a = Conv(x, w)\n y, nm, nv = BatchNormalization<training_mode = 1>(a, one, b, m, tiny)'),
    },
  ],
});
