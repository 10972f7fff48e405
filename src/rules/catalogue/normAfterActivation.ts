import { later, say } from '../../texts/say';
import { lateNorms } from '../lateNorms';
import type { Rule } from '../rule';

export const normAfterActivation: Rule = {
  meta: {
    id: 'norm-after-activation',
    severity: 'information',
    title: 'Norm after the activation',
    whatItDoes:
      'Reports a batch, instance or group norm that reads the activation of a linear layer (linear -> activation -> norm), ' +
      'where the usual order is linear -> norm -> activation. Dropout, local pooling, padding and reshaping in between do not matter.',
    why:
      'Ioffe and Szegedy normalize the linear output because its distribution is closer to symmetric, and because the ' +
      'activation then works on values of a known scale. After a ReLU half of the values are zero and the norm centres what is left. ' +
      'This is the usual place and no law: on ImageNet at 128 pixels CaffeNet reached 0.499 with the norm after the activation and ' +
      '0.474 with it before, GoogLeNet 0.596 and 0.607. Measure it on your own model.',
    insteadDo:
      'Move the norm between the linear layer and the activation, train both and compare. Keep what measures better.',
    fix: { id: 'norm-before-activation', title: later`norms moved before their activations` },
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
conv_relu_bn (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv<pads = [1,1,1,1]>(x, w)
  r = Relu(a)
  y = BatchNormalization(r, scale, shift, mean, variance)  # finding
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
conv_bn_relu (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv<pads = [1,1,1,1]>(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'Ioffe & Szegedy 2015, Batch Normalization, section 3.2',
        url: 'https://arxiv.org/abs/1502.03167',
      },
      {
        title: 'Mishkin, caffenet-benchmark: batchnorm.md',
        url: 'https://github.com/ducha-aiki/caffenet-benchmark/blob/master/batchnorm.md',
      },
    ],
  },

  check({ view, report }) {
    for (const { norm: layer, linear, activation } of lateNorms(view)) {
      const applied = activation === linear ? linear.activation : activation.activation;
      report({
        layer,
        layers: activation === linear ? [linear] : [linear, activation],
        message:
          say`${layer.kind} comes after the activation ${applied ?? activation.kind} of ${linear.id}; the usual order is linear, norm, activation. ` +
          say`Neither order always wins: train both and compare.`,
      });
    }
  },
};
