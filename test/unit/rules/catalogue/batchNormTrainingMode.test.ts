import { batchNormTrainingMode } from '../../../../src/rules/catalogue/batchNormTrainingMode';
import { testRule } from '../../../support/ruleTester';

const model = (opset: number, nodes: string, outputs = 'float[N,4,8,8] y') =>
  `<opset_import: ["" : ${opset}]> g (float[N,3,8,8] x) => (${outputs})
   <float[4,3,3,3] w, float[4] s, float[4] t, float[4] m, float[4] v> {\n${nodes}\n}`;

testRule(batchNormTrainingMode, {
  fires: [
    {
      name: 'training_mode = 1 with one output',
      text: model(15, 'a = Conv(x, w)\n y = BatchNormalization<training_mode = 1>(a, s, t, m, v)  # finding'),
      message: /training_mode is 1/,
    },
    {
      name: 'opset 9 with a statistic among the outputs of the graph',
      text: model(
        9,
        'a = Conv(x, w)\n y, new_mean, new_var = BatchNormalization(a, s, t, m, v)  # finding',
        'float[N,4,8,8] y, float[4] new_mean',
      ),
      message: /outputs beyond the first are used/,
    },
    {
      name: 'opset 6 with is_test = 0 written out',
      text: model(6, 'a = Conv(x, w)\n y = BatchNormalization<is_test = 0>(a, s, t, m, v)  # finding'),
      message: /is_test is 0/,
    },
    {
      name: 'both norms in one finding',
      text: model(
        17,
        `a = Conv(x, w)
        n = BatchNormalization<training_mode = 1>(a, s, t, m, v)  # finding
        r = Relu(n)
        y, new_mean, new_var = BatchNormalization<training_mode = 1>(r, s, t, m, v)  # finding`,
      ),
      message: /^2 batch norms in training mode \(training_mode is 1\): n, y\. /,
    },
  ],
  silent: [
    {
      name: 'a training graph',
      purpose: 'training',
      text: model(15, 'a = Conv(x, w)\n y = BatchNormalization<training_mode = 1>(a, s, t, m, v)'),
    },
    {
      name: 'opset 1 with the default of is_test, five outputs of which one is used',
      text: model(1, 'a = Conv(x, w)\n y, rm, rv, sm, sv = BatchNormalization(a, s, t, m, v)'),
    },
    {
      name: 'opset 9 with one used output',
      text: model(9, 'a = Conv(x, w)\n y, rm, rv = BatchNormalization(a, s, t, m, v)'),
    },
    {
      name: 'training_mode = 0 written out',
      text: model(17, 'a = Conv(x, w)\n y = BatchNormalization<training_mode = 0>(a, s, t, m, v)'),
    },
  ],
});
