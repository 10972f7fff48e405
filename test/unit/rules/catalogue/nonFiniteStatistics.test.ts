import { nonFiniteStatistics } from '../../../../src/rules/catalogue/nonFiniteStatistics';
import { testRule } from '../../../support/ruleTester';

const model = (nodes: string) =>
  `<opset_import: ["" : 17]> g (float[N,3,8,8] x) => (float[N,2,8,8] y)
   <float[2,3,3,3] w, float[2] one = {1, 1}, float[2] zero = {0, 0}, float[2] lost = {nan, nan}, float[2] huge = {1, inf},
    float[2] low = {-inf, 0}, float[2] unknown, float[2,1,1] outer = {nan, 1}, float[2] large = {1e30, -1e30}, int64[1] two = {2}> {
   ${nodes}\n}`;

testRule(nonFiniteStatistics, {
  fires: [
    {
      name: 'statistics of a training that diverged',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, lost, lost)  # finding'),
      message:
        /2 of 2 values of the running mean \(first: not a number at index 0\); 2 of 2 values of the running variance/,
    },
    {
      name: 'an infinite variance',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, zero, zero, huge)  # finding'),
      message: /1 of 2 values of the running variance \(first: infinite at index 1\)/,
    },
    {
      name: 'the shift of an instance norm',
      text: model('a = Conv(x, w)\n y = InstanceNormalization(a, one, low)  # finding'),
      message: /values of the shift/,
    },
    {
      name: 'a scale in a node of its own',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, one, zero, zero, one)  # finding\n y = Mul(n, outer)'),
      message: /values of the scale/,
    },
  ],
  silent: [
    { name: 'large numbers', text: model('a = Conv(x, w)\n y = BatchNormalization(a, large, large, large, one)') },
    {
      name: 'numbers that the file does not hold',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, one, unknown, unknown, unknown)'),
    },
    {
      name: 'a filler in place of weights',
      text: model(`f = ConstantOfShape<value = float[1] {nan}>(two)
        a = Conv(x, w)
        y = BatchNormalization(a, one, zero, f, one)`),
    },
    { name: 'NaN in no norm', text: model('a = Conv(x, w, lost)\n y = BatchNormalization(a, one, zero, zero, one)') },
  ],
});
