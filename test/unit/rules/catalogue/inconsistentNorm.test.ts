import { inconsistentNorm } from '../../../../src/rules/catalogue/inconsistentNorm';
import { testRule } from '../../../support/ruleTester';

type Units = Readonly<Record<number, (i: number, input: string) => string>>;

const bn =
  (i: number, operator = 'Conv', weight = 'u') =>
  (input: string) =>
    `a${i} = ${operator}(${input}, ${weight})\n n${i} = BatchNormalization(a${i}, s, s, s, s)\n r${i} = Relu(n${i})`;
const forgotten = (i: number, input: string) => `a${i} = Conv(${input}, u)  # finding\n r${i} = Relu(a${i})`;

const biased = (i: number, input: string) => forgotten(i, input).replace('u)', 'u, b)');

const after = (i: number, input: string) =>
  `a${i} = Conv(${input}, u)\n k${i} = Relu(a${i})\n r${i} = BatchNormalization(k${i}, s, s, s, s)`;

/** A stack of units: convolution, norm and ReLU, but for the given ones. The output is the last unit's. */
function stack(depth: number, others: Units = {}, end = 'y = Conv(r, p)'): string {
  const units = Array.from({ length: depth }, (_, i) =>
    (others[i] ?? ((_: number, input: string) => bn(i)(input)))(i, i === 0 ? 'x' : `r${i - 1}`),
  );
  return `<opset_import: ["" : 18]> g (float[N,4,16,16] x) => (float[] y)
    <float[4,4,3,3] u, float[4,1,3,3] d, float[4,4,1,1] p, float[4] b, float[4] s, float[4,5] f> {
    ${units.join('\n')}
    ${end.replace(/\br\b/g, `r${depth - 1}`)}
  }`;
}

testRule(inconsistentNorm, {
  fires: [
    {
      name: 'one of six',
      text: stack(6, { 3: forgotten }),
      message: /while 4 of the 5 convolutions with a window in the body have one before the activation/,
    },
    {
      name: 'a layer with a bias in a training definition',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: stack(6, { 2: biased }),
    },
    { name: 'where all have biases', text: stack(6, { 3: forgotten }).replaceAll(', u)', ', u, b)') },
    {
      name: 'where the others have it after the activation',
      text: stack(6, {
        ...Object.fromEntries([0, 1, 2, 4, 5].map((i) => [i, (_: number, input: string) => after(i, input)])),
        3: forgotten,
      }),
      message: /after the activation/,
    },
    {
      name: 'in a training definition',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: stack(8, { 4: forgotten }),
    },
  ],
  silent: [
    {
      name: 'a bias among norms, in an exported graph: the norm may have been folded',
      text: stack(6, { 2: biased }).replace('# finding', ''),
    },
    { name: 'the first layer', text: stack(6, { 0: (i, input) => `a${i} = Conv(${input}, u)\n r${i} = Relu(a${i})` }) },
    {
      name: 'layers with no norm between them and an output',
      text: stack(6, { 5: (i, input) => `a${i} = Conv(${input}, u)\n r${i} = Relu(a${i})` }),
    },
    {
      name: 'a classifier of dense layers',
      text: stack(5, {}, 'q = GlobalAveragePool(r)\n i = Flatten(q)\n h = Gemm(i, f)\n k = Relu(h)\n y = Identity(k)'),
    },
    {
      name: 'squeeze-and-excitation',
      text: stack(6, {
        3: (i, input) =>
          `q = GlobalAveragePool(${input})\n e = Conv(q, p)\n h = Relu(e)\n k = Conv(h, p)\n l = Sigmoid(k)\n r${i} = Mul(${input}, l)`,
      }),
    },
    {
      name: 'depthwise convolutions, none of which has one, beside pointwise ones that all do',
      text: stack(
        6,
        Object.fromEntries(
          Array.from({ length: 6 }, (_, i) => [
            i,
            (_: number, input: string) =>
              `e${i} = Conv<group = 4>(${input}, d)\n k${i} = Relu(e${i})\n${bn(i, 'Conv', 'p')(`k${i}`)}`,
          ]),
        ),
      ),
    },
    {
      name: 'a gate of attention',
      text: stack(6, {
        3: (i, input) =>
          `a${i} = Conv<pads = [1,1,1,1]>(${input}, u)\n k${i} = Sigmoid(a${i})\n r${i} = Mul(${input}, k${i})`,
      }),
    },
    {
      name: 'half of them without',
      text: stack(6, {
        1: (i, input) => `a${i} = Conv(${input}, u)\n r${i} = Relu(a${i})`,
        3: (i, input) => `a${i} = Conv(${input}, u)\n r${i} = Relu(a${i})`,
      }),
    },
    {
      name: 'attention projections and feed-forward layers of a transformer',
      text: `<opset_import: ["" : 20]> g (float[N,16,8] x) => (float[N,16,8] y) <float[8,8] w, float[8] s> {
        ${[0, 1, 2, 3]
          .map((i) => {
            const input = i === 0 ? 'x' : `c${i - 1}`;
            return `n${i} = LayerNormalization(${input}, s, s)
              q${i} = MatMul(n${i}, w) k${i} = MatMul(n${i}, w) t${i} = Transpose<perm = [0,2,1]>(k${i}) l${i} = MatMul(q${i}, t${i})
              p${i} = Softmax(l${i}) o${i} = MatMul(p${i}, n${i}) h${i} = MatMul(o${i}, w) g${i} = Gelu(h${i}) c${i} = Add(${input}, g${i})`;
          })
          .join('\n')}
        y = LayerNormalization(c3, s, s)
      }`,
    },
  ],
});
