import { smallBatchBatchNorm } from '../../../../src/rules/catalogue/smallBatchBatchNorm';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[4,4,3,3] u, float[4,4,1,1] p, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[4,6] f, float[6] c>`;
const model = (nodes: string, batch: string | number = 'N') =>
  `<opset_import: ["" : 18]> g (float[${batch},3,8,8] x) => (float[] y) ${parameters} {\n${nodes.replace(/, \*\)/g, ', s, t, m, v)')}\n}`;

testRule(smallBatchBatchNorm, {
  fires: [
    {
      name: 'eight samples',
      purpose: 'training',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)  # finding\n y = Relu(n)', 8),
      message: /fixed to 8 samples/,
    },
    {
      name: 'a layers model with a batch of four, two norms',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: model(
        'a = Conv(x, w)\n n = BatchNormalization(a, *)  # finding\n r = Relu(n)\n d = Conv(r, u)\n y = BatchNormalization(d, *)  # finding',
        4,
      ),
      message: /^2 batch norms/,
    },
    {
      name: 'dense layers',
      purpose: 'training',
      text: '<opset_import: ["" : 18]> g (float[2,4] x) => (float[] y) <float[4,4] w, float[4] s> {\n a = Gemm(x, w)\n y = BatchNormalization(a, s, s, s, s)  # finding\n}',
    },
  ],
  silent: [
    { name: 'an inference graph', text: model('a = Conv(x, w)\n y = BatchNormalization(a, *)', 2) },
    { name: 'nine samples', purpose: 'training', text: model('a = Conv(x, w)\n y = BatchNormalization(a, *)', 9) },
    { name: 'an open batch', purpose: 'training', text: model('a = Conv(x, w)\n y = BatchNormalization(a, *)') },
    {
      name: 'group norms',
      purpose: 'training',
      text: model('a = Conv(x, w)\n y = GroupNormalization<num_groups = 2>(a, s, t)', 2),
    },
    {
      name: 'a first axis that is no batch',
      purpose: 'training',
      text: '<opset_import: ["" : 18]> g (float[32,4,4] x) => (float[] y) <float[16] s, int64[3] shape = {8, 16, 4}> {\n r = Reshape(x, shape)\n y = BatchNormalization(r, s, s, s, s)\n}',
    },
  ],
});
