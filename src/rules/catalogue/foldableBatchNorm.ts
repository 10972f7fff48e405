import { count, later, say } from '../../texts/say';
import { isExported } from '../folding';
import { normFoldings } from '../../variants/normFolding';
import type { Rule } from '../rule';
import { listed } from '../words';

export const foldableBatchNorm: Rule = {
  meta: {
    id: 'foldable-batch-norm',
    severity: 'hint',
    title: 'Batch norms that could be folded',
    whatItDoes:
      'Lists the batch norms of an inference graph that can be multiplied into the weights of the linear layer before them, or of the unpadded convolution ' +
      'or dense layer behind them. One finding for the whole model. Training graphs and layers models are not reported.',
    why:
      'In inference a batch norm is one factor and one addend per channel. Folded into the weights and the bias of its neighbour it costs nothing; ' +
      'as a node of its own it reads and writes the whole activation once more.',
    insteadDo:
      'Runtimes with graph optimization (ONNX Runtime, TensorRT, OpenVINO) fold those behind convolutions when they load the model, unless the file lists its weights as ' +
      'inputs too: nothing need be done. For all others, fold them with an optimizer (onnxoptimizer, onnxsim). Keep the unfolded file to train on.',
    fix: { id: 'fold', title: later`batch norms folded` },
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
unfolded (float[N,3,8,8] x) => (float[N,4,6,6] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
folded (float[N,3,8,8] x) => (float[N,4,6,6] y)
<float[4,3,3,3] w, float[4] b>
{
  a = Conv(x, w, b)
  y = Relu(a)
}`,
    },
    references: [
      {
        title: 'ONNX Runtime, graph optimizations: Conv BatchNorm fusion',
        url: 'https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html',
      },
      { title: 'onnx/optimizer: fuse_bn_into_conv', url: 'https://github.com/onnx/optimizer' },
    ],
  },

  check(context) {
    if (!isExported(context.model)) return;
    const norms = normFoldings(context).flatMap((f) => (f.obstacle === undefined ? [f] : []));
    if (norms.length === 0) return;
    const behind = norms.filter((f) => f.side === 'after').length;
    const where =
      behind === 0
        ? say`linear layer before`
        : behind === norms.length
          ? say`linear layer after it`
          : say`linear layer beside (${behind} into the one after it)`;
    const layers = norms.map((f) => f.norm);
    context.report({
      layers,
      message:
        say`${count(layers.length, 'batch norm')} can be folded into the ${where}: ${listed(layers)}. ` +
        say`Runtimes with graph optimization do so for convolutions.`,
    });
  },
};
