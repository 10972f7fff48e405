import { say } from '../../texts/say';
import { isExported } from '../folding';
import { normFoldings } from '../../variants/normFolding';
import type { Rule } from '../rule';

export const unfoldableBatchNorm: Rule = {
  meta: {
    id: 'unfoldable-batch-norm',
    severity: 'information',
    title: 'Batch norm that optimizers leave alone',
    whatItDoes:
      'Reports a batch norm of an inference graph that stands beside a linear layer and cannot be folded into it, and says why: the output in between has other ' +
      'readers, parameters are not constant, element types differ, something stands between the two, or the convolution behind the norm is padded. ' +
      'Norms in training mode have a rule of their own.',
    why:
      'Optimizers fold a norm only where the result stays the same for every input. A norm that stays costs a pass over the activation, and in quantized models ' +
      'a requantization of its own.',
    insteadDo:
      'Where the reason is the export (parameters that are inputs, mixed types), export again. Where it is the architecture (pre-activation blocks, outputs ' +
      'that are read twice), keep the norm: it is part of the design.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
read_twice (float[N,3,8,8] x) => (float[N,4,6,6] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  r = Relu(n)
  y = Add(r, a)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
read_once (float[N,3,8,8] x) => (float[N,4,6,6] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      { title: 'onnx/tensorflow-onnx issue 1079', url: 'https://github.com/onnx/tensorflow-onnx/issues/1079' },
      { title: 'onnx/tensorflow-onnx issue 2186', url: 'https://github.com/onnx/tensorflow-onnx/issues/2186' },
      { title: 'onnx/tensorflow-onnx issue 2300', url: 'https://github.com/onnx/tensorflow-onnx/issues/2300' },
    ],
  },

  check(context) {
    if (!isExported(context.model)) return;
    for (const { norm, linear, obstacle } of normFoldings(context)) {
      // `batch-norm-training-mode` speaks of those in training mode
      if (obstacle === undefined || norm.norm!.trainingForm) continue;
      context.report({
        layer: norm,
        layers: [linear],
        message: say`${norm.kind} cannot be folded into ${linear.id}: ${obstacle}.`,
      });
    }
  },
};
