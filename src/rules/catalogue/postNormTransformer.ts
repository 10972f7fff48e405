import { count, say } from '../../texts/say';
import type { Layer, LayerView } from '../../layers/layerView';
import type { NormPlacement } from '../../protocol/facts';
import type { Rule } from '../rule';
import { listed } from '../words';

/**
 * Norms one behind the other on the residual stream: three encoder blocks of two. Depth parts the two designs: the gradient of the
 * last of L blocks is bounded by a constant in post-norm and by 1 / sqrt(L) in pre-norm (Xiong et al. 2020, theorem 1), so that a
 * single block is the same in both. The runs that failed without a warm-up had six blocks (section 3.2).
 */
const FEWEST = 6;

export const postNormTransformer: Rule = {
  meta: {
    id: 'post-norm-transformer',
    severity: 'information',
    title: 'Post-norm transformer',
    whatItDoes:
      `Says of a model with ${FEWEST} or more norms after residual sums one behind the other (three encoder blocks), where the next residual ` +
      "starts from the norm's output, that it is of the post-norm kind. One finding for the whole model.",
    why:
      'The norms stand on the residual stream itself, so every gradient on its way to the first block passes through all of them. At ' +
      'initialization the gradients of the last layers are large, and training needs a warm-up of the learning rate; pre-norm blocks ' +
      '(norm -> sub-block -> add) train without. Post-norm models that were trained (BERT, the original Transformer) are good models: ' +
      'this matters to those who train.',
    insteadDo:
      'To train from scratch, warm the learning rate up, or move the norms into the branches (pre-norm) with one last norm after the last ' +
      'block. For fine-tuning keep the model as it is.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 20]>
post_norm (float[N,16,8] x) => (float[N,16,8] y)
<float[8,8] w1, float[8,8] w2, float[8] scale, float[8] shift>
{
  h1 = MatMul(x, w1)
  g1 = Gelu(h1)
  s1 = Add(x, g1)
  n1 = LayerNormalization(s1, scale, shift)  # finding
  h2 = MatMul(n1, w2)
  g2 = Gelu(h2)
  s2 = Add(n1, g2)
  n2 = LayerNormalization(s2, scale, shift)  # finding
  h3 = MatMul(n2, w1)
  g3 = Gelu(h3)
  s3 = Add(n2, g3)
  n3 = LayerNormalization(s3, scale, shift)  # finding
  h4 = MatMul(n3, w2)
  g4 = Gelu(h4)
  s4 = Add(n3, g4)
  n4 = LayerNormalization(s4, scale, shift)  # finding
  h5 = MatMul(n4, w1)
  g5 = Gelu(h5)
  s5 = Add(n4, g5)
  n5 = LayerNormalization(s5, scale, shift)  # finding
  h6 = MatMul(n5, w2)
  g6 = Gelu(h6)
  s6 = Add(n5, g6)
  y = LayerNormalization(s6, scale, shift)  # finding
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 20]>
pre_norm (float[N,16,8] x) => (float[N,16,8] y)
<float[8,8] w1, float[8,8] w2, float[8] scale, float[8] shift>
{
  n1 = LayerNormalization(x, scale, shift)
  h1 = MatMul(n1, w1)
  g1 = Gelu(h1)
  s1 = Add(x, g1)
  n2 = LayerNormalization(s1, scale, shift)
  h2 = MatMul(n2, w2)
  g2 = Gelu(h2)
  s2 = Add(s1, g2)
  y = LayerNormalization(s2, scale, shift)
}`,
    },
    references: [
      {
        title: 'Xiong et al. 2020, On Layer Normalization in the Transformer Architecture, sections 3.3 and 3.4',
        url: 'https://arxiv.org/abs/2002.04745',
      },
      {
        title: 'Liu et al. 2020, Understanding the Difficulty of Training Transformers',
        url: 'https://arxiv.org/abs/2004.08249',
      },
    ],
  },

  check({ view, report }) {
    const ofFeatures = view.layers.filter((l) => l.norm?.type === 'layer' || l.norm?.type === 'rms');
    const placed = (wanted: NormPlacement) => ofFeatures.filter((l) => view.placementOf(l).placement === wanted);
    const norms = placed('post-norm');
    // pre-norm networks of several stages may begin each one with a norm
    if (longestRow(norms, view) < FEWEST || placed('pre-norm').length > norms.length) return;
    report({
      layers: norms,
      message:
        say`${count(norms.length, 'norm')} on the residual stream (post-norm): ${listed(norms)}. ` +
        say`Training from scratch needs a warm-up of the learning rate; pre-norm blocks do not.`,
    });
  },
};

/** How many of the norms lie on one path, at most. */
function longestRow(norms: readonly Layer[], view: LayerView): number {
  const counted = new Set(norms);
  const row = new Uint32Array(view.layers.length);
  let longest = 0;
  for (const layer of view.layers) {
    const before = Math.max(0, ...view.predecessors(layer).map((l) => (l === undefined ? 0 : row[l.index])));
    row[layer.index] = before + Number(counted.has(layer));
    longest = Math.max(longest, row[layer.index]);
  }
  return longest;
}
