import { nearIdentityNorm } from '../../../../src/rules/catalogue/nearIdentityNorm';
import { testRule } from '../../../support/ruleTester';

const model = (nodes: string) =>
  `<opset_import: ["" : 17]> g (float[N,4,8,8] x) => (float[N,4,8,8] y)
   <float[4,4,1,1] w, float[4] one = {1, 1, 1, 1}, float[4] zero = {0, 0, 0, 0}, float[4] mean = {0.5, -2, 0.2, 1},
    float[4] close = {0.503, -1.99, 0.201, 1}, float[4] variance = {4, 0.25, 1, 9}, float[4] deviation = {2.01, 0.4997, 1, 3},
    float[4] negative = {-2, -0.5, -1, -3}, float[4] other = {2, 0.5, 1, 2.5}, float[4] unknown, float[4,1,1] outer = {2, 2, 2, 2.5}> {\n${nodes}\n}`;

testRule(nearIdentityNorm, {
  fires: [
    {
      name: 'all channels within one percent',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, deviation, close, mean, variance)  # finding'),
      message: /undoes itself in 4 of 4 channels/,
    },
    {
      name: 'epsilon counts: 1 + 1.25 is 1.5 squared',
      text: model(`a = Conv(x, w)
        y = BatchNormalization<epsilon = 1.25>(a, scale, zero, zero, one)  # finding`).replace(
        'float[4] unknown',
        'float[4] unknown, float[4] scale = {1.5, 1.5, 1.5, 1.5}',
      ),
    },
    {
      name: 'before the linear layer as well',
      text: model(
        'r = Relu(x)\n n = BatchNormalization(r, deviation, mean, mean, variance)  # finding\n y = Conv(n, w)',
      ),
    },
  ],
  silent: [
    { name: 'initial values', text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, zero, one)') },
    {
      name: 'one channel does something',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, other, mean, mean, variance)'),
    },
    {
      name: 'the mean stays away',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, deviation, zero, mean, variance)'),
    },
    {
      name: 'the sign is turned',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, negative, mean, mean, variance)'),
    },
    {
      name: 'a mean not in the file',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, deviation, mean, unknown, variance)'),
    },
    {
      name: 'a scale in a node of its own',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, deviation, mean, mean, variance)\n y = Mul(n, outer)'),
    },
    {
      name: 'batch statistics',
      purpose: 'training',
      text: model(
        'a = Conv(x, w)\n y, nm, nv = BatchNormalization<training_mode = 1>(a, deviation, mean, mean, variance)',
      ),
    },
  ],
});
