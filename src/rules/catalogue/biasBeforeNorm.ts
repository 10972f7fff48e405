import { count, later, say } from '../../texts/say';
import { biasSize, redundantBiases } from '../redundantBias';
import type { Rule } from '../rule';
import { listed } from '../words';

export const biasBeforeNorm: Rule = {
  meta: {
    id: 'bias-before-norm',
    severity: 'hint',
    title: 'Bias that the norm removes',
    whatItDoes:
      'Lists the linear layers whose bias is followed at once by a batch norm or an instance norm over the same channels. ' +
      'One finding for the whole model.',
    why:
      'The norm subtracts the mean of each channel and with it the bias, exactly: the bias changes nothing in training, its gradient ' +
      'is zero, and it costs memory and optimizer state. In inference it only shifts the running mean. Layer norms and group norms ' +
      'subtract one mean of many channels and keep most of the bias: they are not reported.',
    insteadDo:
      'Create the layer without a bias (`bias=False`, `use_bias=False`). In a trained model, subtract the bias from the running mean ' +
      'and drop it.',
    fix: { id: 'drop-bias', title: later`redundant biases dropped` },
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
biased (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] b, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv<pads = [1,1,1,1]>(x, w, b)  # finding
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
unbiased (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv<pads = [1,1,1,1]>(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'Ioffe & Szegedy 2015, Batch Normalization, section 3.2: "the bias b can be ignored"',
        url: 'https://arxiv.org/abs/1502.03167',
      },
      { title: 'milesial/Pytorch-UNet issue 325', url: 'https://github.com/milesial/Pytorch-UNet/issues/325' },
    ],
  },

  check({ view, report }) {
    const redundant = redundantBiases(view).map(({ linear }) => linear);
    if (redundant.length === 0) return;
    const elements = redundant.reduce((sum, l) => sum + (biasSize(l, view) ?? 0), 0);
    report({
      layers: redundant,
      message:
        say`${count(redundant.length, 'linear layer')} with a bias directly before a batch or instance norm: ${listed(redundant)}. ` +
        (redundant.length === 1
          ? say`The norm subtracts the bias again, so its bias changes nothing in training`
          : say`The norm subtracts the bias again, so their biases change nothing in training`) +
        (elements > 0 ? ` (${count(elements, 'parameter')}).` : '.'),
    });
  },
};
