import { singleValueStatistics } from '../../../../src/rules/catalogue/singleValueStatistics';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[4,4,3,3] u, float[4,4,1,1] p, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[4,6] f, float[6] c>`;
const model = (nodes: string, batch: string | number = 'N') =>
  `<opset_import: ["" : 18]> g (float[${batch},3,8,8] x) => (float[] y) ${parameters} {\n${nodes.replace(/, \*\)/g, ', s, t, m, v)')}\n}`;

const groupedFeatures = (groups: number, finding = '') =>
  `<opset_import: ["" : 17]> g (float[N,5,6] x) => (float[N,5,6] y) <int64[4] g = {0, 0, ${groups}, -1}, float eps = {1e-5}> {
    r = Reshape(x, g)${finding}
    a = ReduceMean<axes = [3]>(r) d = Sub(r, a) q = Mul(d, d) b = ReduceMean<axes = [3]>(q)
    e = Add(b, eps) s = Sqrt(e) n = Div(d, s) h = Shape(x)
    y = Reshape(n, h)
  }`;

testRule(singleValueStatistics, {
  fires: [
    {
      name: 'an instance norm behind strides',
      text: model('a = Conv<strides = [8,8]>(x, w)\n y = InstanceNormalization(a, s, t)  # finding'),
      message: /each image has one element/,
    },
    {
      name: 'in a training graph it is an error',
      purpose: 'training',
      severity: 'error',
      text: model('a = Conv<strides = [8,8]>(x, w)\n y = InstanceNormalization(a, s, t)  # finding'),
    },
    {
      name: 'a group norm of as many groups as channels on one pixel',
      text: model('a = Conv<strides = [8,8]>(x, w)\n y = GroupNormalization<num_groups = 4>(a, s, t)  # finding'),
      message: /each group/,
    },
    {
      name: 'a group norm of feature vectors with as many groups as features, in a sequence of five',
      text: groupedFeatures(6, '  # finding'),
      message: /each group/,
    },
    {
      name: 'a batch norm in training mode, batch of one, one pixel',
      purpose: 'training',
      severity: 'error',
      text: model('a = Conv<strides = [8,8]>(x, w)\n y = BatchNormalization(a, *)  # finding', 1),
      message: /each channel/,
    },
    {
      name: 'a layer norm over a single feature',
      text: '<opset_import: ["" : 18]> g (float[N,8] x) => (float[N,1] y) <float[8,1] w, float[1] s> {\n a = Gemm(x, w)\n y = LayerNormalization(a, s)  # finding\n}',
      message: /each sample/,
    },
  ],
  silent: [
    { name: 'feature vectors in groups of two', text: groupedFeatures(3) },
    { name: 'several pixels', text: model('a = Conv(x, w)\n y = InstanceNormalization(a, s, t)') },
    {
      name: 'an open batch',
      purpose: 'training',
      text: model('a = Conv<strides = [8,8]>(x, w)\n y = BatchNormalization(a, *)'),
    },
    {
      name: 'a batch norm in inference',
      text: model('a = Conv<strides = [8,8]>(x, w)\n y = BatchNormalization(a, *)', 1),
    },
    {
      name: 'groups of two channels on one pixel',
      text: model('a = Conv<strides = [8,8]>(x, w)\n y = GroupNormalization<num_groups = 2>(a, s, t)'),
    },
    {
      name: 'an image whose size is not known',
      text: model('a = Conv(x, w)\n y = InstanceNormalization(a, s, t)').replace('3,8,8] x', '3,H,W] x'),
    },
    {
      name: 'a layer norm over the channels of one pixel',
      text: '<opset_import: ["" : 18]> g (float[N,1,1,8] x) => (float[] y) <float[8] s> { y = LayerNormalization(x, s, s) }',
    },
  ],
});
