import { consecutiveNorms } from '../../../../src/rules/catalogue/consecutiveNorms';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[4,4,3,3] u, float[4,4,1,1] p, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[4,6] f, float[6] c>`;
const model = (nodes: string, batch: string | number = 'N') =>
  `<opset_import: ["" : 18]> g (float[${batch},3,8,8] x) => (float[] y) ${parameters} {\n${nodes.replace(/, \*\)/g, ', s, t, m, v)')}\n}`;

const tokens = (nodes: string) =>
  `<opset_import: ["" : 23, "com.microsoft" : 1]> g (float[N,16,8] x) => (float[N,16,8] y)
  <float[8,8] w, float[8,8] u, float[8,20] head, float[8] s, float[8] t> {\n${nodes}\n}`;

testRule(consecutiveNorms, {
  fires: [
    {
      name: 'an instance norm after a batch norm',
      text: model(
        'a = Conv(x, w)\n n = BatchNormalization(a, *)\n o = InstanceNormalization(n, s, t)  # finding\n y = Relu(o)',
      ),
      message: /takes the scale and shift per channel of n away/,
    },
    {
      name: 'with a cast in between',
      text: model(
        'a = Conv(x, w)\n n = BatchNormalization(a, *)\n k = Cast<to = 1>(n)\n o = BatchNormalization(k, *)  # finding\n y = Relu(o)',
      ),
    },
    {
      name: 'two layer norms over the features',
      text: tokens(
        'h = MatMul(x, w)\n n = LayerNormalization(h, s, t)\n o = LayerNormalization(n, s, t)  # finding\n y = MatMul(o, u)',
      ),
      message: /same axes/,
    },
    {
      name: 'two group norms of as many groups',
      text: model(
        'a = Conv(x, w)\n n = GroupNormalization<num_groups = 2>(a, s, t)\n y = GroupNormalization<num_groups = 2>(n, s, t)  # finding',
      ),
    },
  ],
  silent: [
    {
      name: 'norms of queries and keys behind the norm of a block',
      text: tokens(`n = RMSNormalization(x, s)
        q = RMSNormalization(n, s)
        k = RMSNormalization(n, s)
        kt = Transpose<perm = [0,2,1]>(k)
        l = MatMul(q, kt)
        p = Softmax(l)
        o = MatMul(p, n)
        y = MatMul(o, w)`),
    },
    {
      name: 'a final layer norm over other axes than the one before it',
      text: tokens('h = MatMul(x, w)\n n = LayerNormalization(h, s, t)\n y = LayerNormalization<axis = 1>(n, s, t)'),
    },
    {
      name: 'an embedding norm that starts the residual stream, before the norm of the first block',
      text: tokens(
        'n = LayerNormalization(x, s, t)\n o = LayerNormalization(n, s, t)\n h = MatMul(o, w)\n y = Add(n, h)',
      ),
    },
    {
      name: 'other channels behind a pixel shuffle',
      text: model(
        'a = Conv(x, w)\n n = BatchNormalization(a, *)\n d = DepthToSpace<blocksize = 2>(n)\n y = InstanceNormalization(d, c, c)',
      ),
    },
    {
      name: 'an activation in between',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)\n r = Relu(n)\n y = BatchNormalization(r, *)'),
    },
    {
      name: 'embeddings scaled to length one',
      text: tokens('h = MatMul(x, w)\n n = LayerNormalization(h, s, t)\n y = LpNormalization<axis = -1>(n)'),
    },
    {
      name: 'a layer norm over all of an image behind a batch norm',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, *)\n y = LayerNormalization<axis = 1>(n, u)'),
    },
  ],
});
