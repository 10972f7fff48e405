import { groupCountMismatch } from '../../../../src/rules/catalogue/groupCountMismatch';
import { testRule } from '../../../support/ruleTester';

const model = (channels: number, node: string, opset = 21) =>
  `<opset_import: ["" : ${opset}, "com.microsoft" : 1]> g (float[N,3,8,8] x) => (float[] y)
  <float[${channels},3,1,1] w, float[${channels}] s> { a = Conv(x, w)\n ${node}\n}`;

testRule(groupCountMismatch, {
  fires: [
    {
      name: '32 groups of 48 channels',
      text: model(48, 'y = GroupNormalization<num_groups = 32>(a, s, s)  # finding'),
      message: /48 channels into 32 groups/,
    },
    { name: 'opset 18', text: model(10, 'y = GroupNormalization<num_groups = 4>(a, s, s)  # finding', 18) },
    { name: 'more groups than channels', text: model(4, 'y = GroupNormalization<num_groups = 8>(a, s, s)  # finding') },
    {
      name: 'com.microsoft GroupNorm',
      text: model(10, 'y = com.microsoft.GroupNorm<groups = 4, channels_last = 0, activation = 0>(a, s, s)  # finding'),
    },
  ],
  silent: [
    { name: 'one group', text: model(7, 'y = GroupNormalization<num_groups = 1>(a, s, s)') },
    { name: 'as many groups as channels', text: model(6, 'y = GroupNormalization<num_groups = 6>(a, s, s)') },
    { name: '32 groups of 64 channels', text: model(64, 'y = GroupNormalization<num_groups = 32>(a, s, s)') },
    {
      name: 'channels that are not known',
      text: `<opset_import: ["" : 21]> g (float[N,C,8,8] x, float[C] s) => (float[] y) { y = GroupNormalization<num_groups = 5>(x, s, s) }`,
    },
  ],
});
