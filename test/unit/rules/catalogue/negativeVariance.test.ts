import { negativeVariance } from '../../../../src/rules/catalogue/negativeVariance';
import { testRule } from '../../../support/ruleTester';

const model = (nodes: string) =>
  `<opset_import: ["" : 17]> g (float[N,3,8,8] x) => (float[N,2,8,8] y)
   <float[2,3,3,3] w, float[2] one = {1, 1}, float[2] zero = {0, 0}, float[2] below = {1, -0.5}, float[2] rounded = {-0.000001, 2},
    float[2] nothing = {0, -0.0}, float[2] unknown, float16[2] half = {48128, 15360}, float[2] gone = {nan, 1}> {\n${nodes}\n}`;

testRule(negativeVariance, {
  fires: [
    {
      name: 'one channel',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, zero, below)  # finding'),
      message:
        /negative in 1 of 2 channels \(first: channel 1, lowest -0\.5: with epsilon 0\.00001 it has no square root\)/,
    },
    {
      name: 'rounded below zero, less than epsilon',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, zero, rounded)  # finding'),
      message: /it still has a square root/,
    },
    {
      name: 'float16, in a training graph',
      purpose: 'training',
      text: model(`a = Conv(x, w)
        y, m, v = BatchNormalization<training_mode = 1>(a, one, zero, zero, half)  # finding`),
      message: /lowest -1:/,
    },
  ],
  silent: [
    {
      name: 'zero and minus zero',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, zero, nothing)'),
    },
    { name: 'a negative mean', text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, below, one)') },
    { name: 'a negative scale', text: model('a = Conv(x, w)\n y = BatchNormalization(a, below, zero, zero, one)') },
    {
      name: 'a variance not in the file',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, zero, unknown)'),
    },
    {
      name: 'NaN, which has a rule of its own',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, zero, gone)'),
    },
  ],
});
