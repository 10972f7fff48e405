import { untrainedStatistics } from '../../../../src/rules/catalogue/untrainedStatistics';
import { testRule } from '../../../support/ruleTester';

const constants =
  `<float[2,3,3,3] w, float[2,2,3,3] u, float[2] zero = {0, 0}, float[2] one = {1, 1}, float[2] other = {0.5, 1},
   float[2] unknown, float[2,1,1] outer = {{1.5, 1}}, int64[1] two = {2}>`.replace('{{1.5, 1}}', '{1.5, 1}');
const model = (nodes: string) =>
  `<opset_import: ["" : 17]> g (float[N,3,8,8] x) => (float[N,2,8,8] y) ${constants} {\n${nodes}\n}`;

testRule(untrainedStatistics, {
  fires: [
    {
      name: 'a trained scale',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, other, zero, zero, one)  # finding'),
      message: /mean .* is 0 and its running variance 1 in all 2 channels/,
    },
    {
      name: 'a trained shift beside a norm with statistics of data',
      text: model(`a = Conv(x, w)
        n = BatchNormalization(a, other, zero, other, one)
        b = Conv(n, u)
        y = BatchNormalization(b, one, other, zero, one)  # finding`),
    },
    {
      name: 'the scale stands in a node of its own',
      text: model(`a = Conv(x, w)
        n = BatchNormalization(a, one, zero, zero, one)  # finding
        y = Mul(n, outer)`),
    },
    {
      name: 'a model that was never trained: information, once',
      text: model(`a = Conv(x, w)
        n = BatchNormalization(a, one, zero, zero, one)  # finding
        b = Conv(n, u)
        y = BatchNormalization(b, one, zero, zero, one)  # finding`),
      severity: 'information',
      message: /Untrained model: 2 batch norms/,
    },
  ],
  silent: [
    {
      name: 'statistics that the file does not hold',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, other, zero, unknown, unknown)'),
    },
    {
      name: 'a scale that the file does not hold',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, unknown, zero, zero, one)'),
    },
    {
      name: 'one initial norm in a trained model',
      text: model(`a = Conv(x, w)
        n = BatchNormalization(a, other, zero, other, one)
        b = Conv(n, u)
        y = BatchNormalization(b, one, zero, zero, one)`),
    },
    {
      name: 'weights replaced by fillers',
      text: model(`mean = ConstantOfShape(two)
        a = Conv(x, w)
        y = BatchNormalization(a, other, zero, mean, one)`),
    },
    {
      name: 'statistics of the batch in a training graph',
      purpose: 'training',
      text: model('a = Conv(x, w)\n y = BatchNormalization<training_mode = 1>(a, other, zero, zero, one)'),
    },
    {
      name: 'instance norms have no statistics',
      text: model('a = Conv(x, w)\n y = InstanceNormalization(a, other, zero)'),
    },
  ],
});
