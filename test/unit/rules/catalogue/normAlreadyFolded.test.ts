import { normAlreadyFolded } from '../../../../src/rules/catalogue/normAlreadyFolded';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,3,3,3] w, float[4,4,3,3] u, float[4,4,1,1] p, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v, float[4,6] f, float[6] c>`;
const model = (nodes: string, batch: string | number = 'N') =>
  `<opset_import: ["" : 18]> g (float[${batch},3,8,8] x) => (float[] y) ${parameters} {\n${nodes.replace(/, \*\)/g, ', s, t, m, v)')}\n}`;

testRule(normAlreadyFolded, {
  fires: [
    {
      name: 'a stack of convolutions with biases',
      text: model(
        'a = Conv(x, w, b)  # finding\n r = Relu(a)\n d = Conv(r, u, b)  # finding\n q = Relu(d)\n e = Conv(q, p, b)  # finding\n k = Relu(e)\n h = GlobalAveragePool(k)\n i = Flatten(h)\n y = Gemm(i, f, c)',
      ),
      message: /3 of 3 convolutions .* the file cannot tell/,
    },
    {
      name: 'a factor per channel left behind',
      text: model(
        'a = Conv(x, w)  # finding\n k = Mul(a, p1)\n r = Relu(k)\n d = Conv(r, u)  # finding\n l = Mul(d, p1)\n q = Relu(l)\n y = Conv(q, p)',
      ).replace('float[4] b,', 'float[4] b, float[1,4,1,1] p1,'),
      message: /2 of 3 convolutions have a bias or a factor per channel and no norm/,
    },
    {
      name: 'an input norm says nothing about the body',
      text: model(
        'n = BatchNormalization(x, c3, c3, c3, c3)\n a = Conv(n, w, b)  # finding\n r = Relu(a)\n d = Conv(r, u, b)  # finding\n q = Relu(d)\n y = Conv(q, p)',
      ).replace('float[4] b,', 'float[4] b, float[3] c3,'),
    },
    {
      name: 'local response normalization says nothing about the body',
      text: model(
        'a = Conv(x, w, b)\n r = Relu(a)\n n = LRN<size = 5>(r)\n d = Conv(n, u, b)  # finding\n q = Relu(d)\n e = Conv(q, u, b)  # finding\n k = Relu(e)\n y = Conv(k, p)',
      ),
    },
    {
      name: 're-parameterised convolutions beside one norm that was left',
      text: model(
        'a = Conv(x, w, b)  # finding\n r = Relu(a)\n d = Conv(r, u, b)  # finding\n q = Relu(d)\n e = Conv(q, u)\n n = BatchNormalization(e, *)\n k = Relu(n)\n y = Conv(k, p)',
      ),
    },
  ],
  silent: [
    {
      name: 'a training graph',
      purpose: 'training',
      text: model('a = Conv(x, w, b)\n r = Relu(a)\n d = Conv(r, u, b)\n q = Relu(d)\n y = Conv(q, p)'),
    },
    {
      name: 'a layers model',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: model('a = Conv(x, w, b)\n r = Relu(a)\n d = Conv(r, u, b)\n q = Relu(d)\n y = Conv(q, p)'),
    },
    {
      name: 'a factor on the way to a gate, the convolution being read by others as well (EvoNorm)',
      text: model(
        ['a = Conv(x, w)', 'd = Conv(a6, u)']
          .map((convolution) => {
            const [c] = convolution;
            return `${convolution}\n ${c}1 = Mul(${c}, p1)\n ${c}2 = Sigmoid(${c}1)\n ${c}3 = Mul(${c}, ${c}2)
              ${c}4 = ReduceL2<axes = [1, 2, 3]>(${c})\n ${c}5 = Div(${c}3, ${c}4)\n ${c}6 = Mul(${c}5, p1)`;
          })
          .join('\n') + '\n y = Conv(d6, p)',
      ).replace('float[4] b,', 'float[4] b, float[1,4,1,1] p1,'),
    },
    {
      name: 'biases before norms of a kind of their own',
      text: model(
        ['a = Conv(x, w, b)', 'd = Conv(a4, u, b)']
          .map((convolution) => {
            const [c] = convolution;
            return `${convolution}\n ${c}1 = ReduceMax<axes = [3]>(${c})\n ${c}2 = Sub(${c}, ${c}1)\n ${c}3 = ReduceL1<axes = [3]>(${c}2)
              ${c}4 = Div(${c}2, ${c}3)`;
          })
          .join('\n') + '\n y = Conv(d4, p)',
      ),
    },
    {
      name: 'convolutions without biases',
      text: model('a = Conv(x, w)\n r = Relu(a)\n d = Conv(r, u)\n q = Relu(d)\n y = Conv(q, p)'),
    },
    {
      name: 'norms of their own',
      text: model(
        'a = Conv(x, w, b)\n n = BatchNormalization(a, *)\n r = Relu(n)\n d = Conv(r, u, b)\n o = BatchNormalization(d, *)\n q = Relu(o)\n y = Conv(q, p)',
      ),
    },
    {
      name: 'a vision transformer',
      text: `<opset_import: ["" : 20]> g (float[N,3,8,8] x) => (float[] y)
      <float[4,3,2,2] w, float[4,4,2,2] u, float[4] b, int64[3] shape = {0, 4, 4}, float[4,4] q, float[4] s> {
        a = Conv<strides = [2,2]>(x, w, b)
        d = Conv<strides = [2,2]>(a, u, b)
        k = Reshape(d, shape)
        i = Transpose<perm = [0,2,1]>(k)
        n = LayerNormalization(i, s, s)
        h = MatMul(n, q)
        y = Add(i, h)
      }`,
    },
    {
      name: 'heads of a detector and squeeze-and-excitation, beside layers that have norms',
      text: model(
        'a = Conv(x, w)\n n = BatchNormalization(a, *)\n r = Relu(n)\n h = GlobalAveragePool(r)\n e = Conv(h, p, b)\n k = Relu(e)\n l = Conv(k, p, b)\n i = Sigmoid(l)\n j = Mul(r, i)\n d = Conv(j, u)\n o = BatchNormalization(d, *)\n q = Relu(o)\n y = Conv(q, p, b)',
      ),
    },
  ],
});
