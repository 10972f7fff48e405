import { epsilonDominatesVariance } from '../../../../src/rules/catalogue/epsilonDominatesVariance';
import { testRule } from '../../../support/ruleTester';

/** Twelve channels, the first ones with a small variance. */
const variance = (small: readonly string[], rest = '1') =>
  [...small, ...Array<string>(12 - small.length).fill(rest)].join(', ');

const model = (norm: string, numbers: string, scale = Array<string>(12).fill('1').join(', ')) =>
  `<opset_import: ["" : 17]> g (float[N,3,8,8] x) => (float[N,12,8,8] y)
   <float[12,3,3,3] w, float[12] s = {${scale}}, float[12] b, float[12] m, float[12] v = {${numbers}},
    float[12,1,1] outer = {0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1}> { a = Conv(x, w)\n ${norm}\n }`;
const norm = 'y = BatchNormalization<epsilon = 0.001>(a, s, b, m, v)';

testRule(epsilonDominatesVariance, {
  fires: [
    {
      name: 'a quarter of the channels, with as large scales as the others',
      text: model(`${norm}  # finding`, variance(['9e-5', '8e-5', '7e-5'])),
      message:
        /Epsilon \(0\.001\) is more than 10 times the running variance in 3 of 12 live channels .*smallest variance 0\.00007/,
    },
    {
      name: 'every channel',
      text: model(`${norm}  # finding`, variance([], '1e-6')),
      message: /in 12 of 12 live channels .* carry 100 %/,
    },
    {
      name: 'dead channels do not thin the share',
      text: model(`${norm}  # finding`, variance(['9e-5', '9e-5'], '1'), '1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1'),
      message: /in 2 of 6 live channels/,
    },
  ],
  silent: [
    {
      name: 'one channel of twelve',
      text: model(norm, variance(['9e-5'])),
    },
    {
      name: 'small variances that carry nothing: the trained MobileNets of Keras',
      text: model(norm, variance(['1e-6', '1e-7', '0', '1e-9'])),
    },
    {
      name: 'small variances in dead channels',
      text: model(norm, variance(['9e-5', '9e-5', '9e-5']), '0, 1e-9, -1e-8, 1, 1, 1, 1, 1, 1, 1, 1, 1'),
    },
    {
      name: 'channels switched off by a scale of their own',
      text: model(
        'n = BatchNormalization<epsilon = 0.001>(a, s, b, m, v)\n y = Mul(n, outer)',
        variance(['9e-5', '9e-5', '9e-5']),
      ),
    },
    { name: 'variances above a tenth of epsilon', text: model(norm, variance(['2e-4', '2e-4', '2e-4'])) },
    {
      name: 'a scale that the file does not hold',
      text: model(norm, variance(['9e-5', '8e-5', '7e-5'])).replace(/s = \{[^}]*\}/, 's'),
    },
    { name: 'a negative variance, which has a rule of its own', text: model(norm, variance(['-1', '9e-5', '9e-5'])) },
  ],
});
