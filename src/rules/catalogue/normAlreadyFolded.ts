import { count, say } from '../../texts/say';
import { foldedLayers } from '../folding';
import type { Rule } from '../rule';
import { listed } from '../words';

export const normAlreadyFolded: Rule = {
  meta: {
    id: 'norm-already-folded',
    severity: 'information',
    title: 'Norms may have been folded on export',
    whatItDoes:
      'Says of an exported inference graph that half of the convolutions in its body, or more, have biases (or a factor per channel behind them) and no norm of their own. ' +
      'One finding for the whole model. Layers models, Keras models and training graphs hold all norms they were made with, and ' +
      'transformers have none in these places: they are not reported.',
    why:
      'A batch norm after a convolution is one factor and one addend per channel, and exporters multiply it into the weights and the bias. ' +
      'Such a file looks like one of a network without norms, and cannot tell which it is. NormScope therefore says nothing about norms ' +
      'missing from these layers.',
    insteadDo:
      'To have norms judged, open the training definition, or export without folding (`training=TrainingMode.PRESERVE` in PyTorch, no optimizer ' +
      'after the export).',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
exported (float[N,3,8,8] x) => (float[N,4] y)
<float[4,3,3,3] w1, float[4] b1, float[4,4,3,3] w2, float[4] b2, float[4,4] w3, float[4] b3>
{
  a = Conv(x, w1, b1)  # finding
  r = Relu(a)
  c = Conv(r, w2, b2)  # finding
  s = Relu(c)
  p = GlobalAveragePool(s)
  f = Flatten(p)
  y = Gemm(f, w3, b3)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
kept (float[N,3,8,8] x) => (float[N,4] y)
<float[4,3,3,3] w1, float[4,4,3,3] w2, float[4] scale, float[4] shift, float[4] mean, float[4] variance, float[4,4] w3, float[4] b3>
{
  a = Conv(x, w1)
  n = BatchNormalization(a, scale, shift, mean, variance)
  r = Relu(n)
  c = Conv(r, w2)
  m = BatchNormalization(c, scale, shift, mean, variance)
  s = Relu(m)
  p = GlobalAveragePool(s)
  f = Flatten(p)
  y = Gemm(f, w3, b3)
}`,
    },
    references: [
      { title: 'onnx/keras-onnx issue 710', url: 'https://github.com/onnx/keras-onnx/issues/710' },
      {
        title: 'Jacob et al. 2018, Quantization and Training of Neural Networks, section 3.2 (folding)',
        url: 'https://arxiv.org/abs/1712.05877',
      },
      { title: 'Ding et al. 2021, RepVGG, section 3.3 (re-parameterisation)', url: 'https://arxiv.org/abs/2101.03697' },
    ],
  },

  check({ view, report }) {
    const folded = foldedLayers(view);
    if (folded.length === 0) return;
    const convolutions = view.layers.filter((l) => l.linear?.operator.startsWith('Conv'));
    const trace = folded.every((l) => l.linear!.bias !== undefined) ? say`a bias` : say`a bias or a factor per channel`;
    report({
      layers: folded,
      message:
        say`${folded.length} of ${count(convolutions.length, 'convolution')} have ${trace} and no norm of their own: ${listed(folded)}. ` +
        say`Either none was ever there, or it was folded into the weights on export; the file cannot tell. Nothing is said about norms missing there.`,
    });
  },
};
