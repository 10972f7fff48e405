import type { Layer, LayerView } from '../../layers/layerView';
import { say } from '../../texts/say';
import { isBatchNorm } from '../normParameters';
import type { Rule } from '../rule';

export const normBeforeOutput: Rule = {
  meta: {
    id: 'norm-before-output',
    severity: 'information',
    title: 'Batch norm right before the output',
    whatItDoes:
      'Reports a batch norm whose only way on is an output of the model, or the Softmax, LogSoftmax or Sigmoid before an output. A hint where a ' +
      'dense layer is before it and the output is the norm itself: the norm that ends an embedding (BN neck) is made so. Graphs without a ' +
      'linear layer, and the final norms of transformers, are not reported.',
    why:
      'The batch norm fixes mean and variance of each output over the batch, whatever the layers before it say. Scores then depend on the ' +
      'other samples of the batch while training, the confidence of a classifier is set by one scale per class, and a regression ' +
      'output cannot follow its target but through that scale and shift.',
    insteadDo: 'End the model with the linear layer, with a bias, and put the last norm before the last activation.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
normalized_scores (float[N,8] x) => (float[N,4] y)
<float[8,4] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Gemm(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Softmax(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
scores (float[N,8] x) => (float[N,4] y)
<float[8,8] w1, float[8] scale, float[8] shift, float[8] mean, float[8] variance, float[8,4] w2, float[4] b>
{
  a = Gemm(x, w1)
  n = BatchNormalization(a, scale, shift, mean, variance)
  r = Relu(n)
  s = Gemm(r, w2, b)
  y = Softmax(s)
}`,
    },
    references: [
      {
        title:
          'Ioffe & Szegedy 2015, Batch Normalization, section 3.2: norms stand before the nonlinearities of hidden layers',
        url: 'https://arxiv.org/abs/1502.03167',
      },
      {
        title:
          'Luo et al. 2019, Bag of Tricks and a Strong Baseline for Deep Person Re-identification, section 3.6 (BN neck)',
        url: 'https://arxiv.org/abs/1903.07071',
      },
    ],
  },

  check({ view, report }) {
    for (const norm of view.layers) {
      if (!isBatchNorm(norm) || view.depthOf(norm) === 0) continue;
      const end = outputBehind(norm, view);
      if (end === undefined) continue;
      const [before] = view.nearestBefore(norm);
      const isNeck = end === norm && before?.linear !== undefined && /^(Gemm|MatMul)$/.test(before.linear.operator);
      const way = end === norm ? say`nothing after it` : say`only ${end.activation!} after it`;
      report({
        layer: norm,
        severity: isNeck ? 'hint' : undefined,
        message: isNeck
          ? say`${norm.kind} is an output of the model, after the dense layer ${before.id}: right for an embedding, not for scores or regression.`
          : say`${norm.kind} stands at the output of the model, with ${way}: ` +
            say`mean and variance of each output are fixed by the norm, and in training each sample depends on the others of its batch.`,
      });
    }
  },
};

/** The layer whose value is an output: the norm, or the activation that makes scores of it. */
function outputBehind(norm: Layer, view: LayerView): Layer | undefined {
  const after = view.nearestAfter(norm);
  if (after.length === 0) return view.reachesOutput(norm) ? norm : undefined;
  if (after.length > 1 || view.reachesOutput(norm)) return undefined;
  const [activation] = after;
  if (!['Softmax', 'LogSoftmax', 'Sigmoid'].includes(activation.activation ?? '')) return undefined;
  const ends = activation.role === 'activation' && view.nearestAfter(activation).length === 0;
  return ends && view.reachesOutput(activation) ? activation : undefined;
}
