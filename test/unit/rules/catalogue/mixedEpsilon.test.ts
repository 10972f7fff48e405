import { mixedEpsilon } from '../../../../src/rules/catalogue/mixedEpsilon';
import { testRule } from '../../../support/ruleTester';

const model = (...norms: readonly string[]) =>
  `<opset_import: ["" : 17]> g (float[N,3,8,8] x0) => (float[N,3,8,8] x${norms.length})
   <float[3,3,1,1] w, float[3] s, float[3] b, float[3] m, float[3] v> {
   ${norms.map((n, i) => `a${i} = Conv(x${i}, w)\n x${i + 1} = ${n.replace('(', `(a${i}, `)}`).join('\n')}\n}`;
const batch = (epsilon: string, mark = '') => `BatchNormalization<epsilon = ${epsilon}>(s, b, m, v)${mark}`;
const FINDING = '  # finding';

testRule(mixedEpsilon, {
  fires: [
    {
      name: 'one of three',
      text: model(batch('0.001'), batch('0.00001', FINDING), batch('0.001')),
      message: /is 0\.001 in 2 layers and 0\.00001 in x2\./,
    },
    {
      name: 'an epsilon left out',
      text: model(batch('0.001'), batch('0.001'), `BatchNormalization(s, b, m, v)${FINDING}`),
      message: /0\.00001 in x3/,
    },
    {
      name: 'three epsilons',
      text: model(batch('0.001'), batch('0.001'), batch('0.00002', FINDING), batch('0.00001', FINDING)),
      message: /0\.00002 in x3; 0\.00001 in x4/,
    },
  ],
  silent: [
    { name: 'a single norm', text: model(batch('0.001')) },
    { name: 'the same in other words', text: model(batch('1e-3'), batch('0.0010000000474974513')) },
    { name: "TensorFlow's least epsilon", text: model(batch('0.00001001'), batch('0.00001')) },
    { name: 'norms of different kinds', text: model(batch('0.001'), 'InstanceNormalization<epsilon = 0.00001>(s, b)') },
    { name: 'a fixed scaling', text: model(batch('0.001'), batch('0.0'), batch('0.001')) },
  ],
});
