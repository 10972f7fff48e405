import { postNormTransformer } from '../../../../src/rules/catalogue/postNormTransformer';
import { testRule } from '../../../support/ruleTester';

const tokens = (nodes: string) =>
  `<opset_import: ["" : 23, "com.microsoft" : 1]> g (float[N,16,8] x) => (float[N,16,8] y)
  <float[8,8] w, float[8,8] u, float[8,20] head, float[8] s, float[8] t> {\n${nodes}\n}`;

const block = (input: string, out: string, mark = '') => `${out}h = MatMul(${input}, w)
    ${out}g = Gelu(${out}h)
    ${out}o = MatMul(${out}g, u)
    ${out}c = Add(${input}, ${out}o)
    ${out} = LayerNormalization(${out}c, s, t)${mark}\n`;

/** Blocks of one norm each, the first of which reads `x`. */
const blocks = (count: number, mark = '') =>
  Array.from({ length: count }, (_, i) => block(i === 0 ? 'x' : `b${i - 1}`, `b${i}`, mark)).join('');

testRule(postNormTransformer, {
  fires: [
    {
      name: 'six norms and a classifier',
      text: tokens(`${blocks(6, '  # finding')}y = MatMul(b5, head)`),
      message: /^6 norms .*warm-up/,
    },
    {
      name: 'SkipLayerNormalization whose output is the next residual',
      text: tokens(
        ['n0 = LayerNormalization(x, s, t)']
          .concat(
            [1, 2, 3, 4, 5, 6].map(
              (i) => `h${i} = MatMul(n${i - 1}, w)
                ${i < 6 ? `n${i}` : 'y'} = com.microsoft.SkipLayerNormalization(n${i - 1}, h${i}, s, t)  # finding`,
            ),
          )
          .join('\n'),
      ),
    },
    {
      name: 'RMS norms',
      text: tokens(
        [1, 2, 3, 4, 5, 6]
          .map(
            (i) => `h${i} = MatMul(${i > 1 ? `n${i - 1}` : 'x'}, w)
              c${i} = Add(${i > 1 ? `n${i - 1}` : 'x'}, h${i})
              ${i < 6 ? `n${i}` : 'y'} = RMSNormalization(c${i}, s)  # finding`,
          )
          .join('\n'),
      ),
    },
  ],
  silent: [
    {
      name: 'SkipLayerNormalization whose sum is the next residual: pre-norm',
      text: tokens(`n0 = LayerNormalization(x, s, t)
        h = MatMul(n0, w)
        n1, m1, v1, s1 = com.microsoft.SkipLayerNormalization(x, h, s, t)
        k = MatMul(n1, w)
        n2, m2, v2, s2 = com.microsoft.SkipLayerNormalization(s1, k, s, t)
        l = MatMul(n2, w)
        y = Add(s2, l)`),
    },
    { name: 'a single norm after a sum proves nothing', text: tokens(block('x', 'y')) },
    { name: 'two encoder blocks of two norms', text: tokens(`${blocks(4)}y = MatMul(b3, head)`) },
    {
      name: 'two towers of two encoder blocks',
      text: tokens(`${blocks(4)}${blocks(4).replace(/b(\d)/g, 'c$1')}y = Add(b3, c3)`),
    },
    {
      name: 'norms inside the branches, after the sub-block',
      text: tokens(`h = MatMul(x, w)
        n = LayerNormalization(h, s, t)
        c = Add(x, n)
        k = MatMul(c, w)
        n2 = LayerNormalization(k, s, t)
        y = Add(c, n2)`),
    },
    {
      name: 'batch norms of sums of convolutions (RepViT)',
      text: `<opset_import: ["" : 17]> g (float[N,8,6,6] x) => (float[N,8,6,6] y)
        <float[8,8,1,1] w, float[8] s, float[8] t, float[8] m, float[8] v> {
        a = Conv(x, w)
        b = Add(a, x)
        n = BatchNormalization(b, s, t, m, v)
        c = Conv(n, w)
        d = Add(n, c)
        n2 = BatchNormalization(d, s, t, m, v)
        e = Conv(n2, w)
        y = Add(n2, e)
      }`,
    },
    {
      name: 'norms that begin the stages of a pre-norm network (GCViT)',
      text: tokens(
        [1, 2, 3]
          .map((stage) => {
            const [from, to] = [stage === 1 ? 'x' : `s${stage - 1}`, stage === 3 ? 'y' : `s${stage}`];
            return `in${stage} = Add(${from}, ${from})
              b${stage} = LayerNormalization(in${stage}, s, t)
              h${stage} = MatMul(b${stage}, w)
              r${stage} = Add(b${stage}, h${stage})
              p${stage} = LayerNormalization(r${stage}, s, t)
              k${stage} = MatMul(p${stage}, w)
              q${stage} = Add(r${stage}, k${stage})
              o${stage} = LayerNormalization(q${stage}, s, t)
              l${stage} = MatMul(o${stage}, w)
              ${to} = Add(q${stage}, l${stage})`;
          })
          .join('\n'),
      ),
    },
  ],
});
