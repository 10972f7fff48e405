import type { Layer } from '../../layers/layerView';
import { count, later, say } from '../../texts/say';
import type { Rule } from '../rule';
import { listed } from '../words';

export const batchNormTrainingMode: Rule = {
  meta: {
    id: 'batch-norm-training-mode',
    severity: 'warning',
    title: 'Batch norm left in training mode',
    whatItDoes:
      'Lists the BatchNormalizations of an inference graph that compute batch statistics: `training_mode = 1`; in opset 7 to 13 more than ' +
      'one used output; before opset 7 also `is_test = 0` where it is written out (the default alone says nothing). One finding for all.',
    why:
      'In training mode the norm ignores its running statistics. The output for a sample then depends on the other samples of the batch, ' +
      'a batch of one is normalized with its own statistics, and the result differs from what was validated.',
    insteadDo:
      'Call `model.eval()` before exporting, and do not pass `training=TrainingMode.TRAINING` to the exporter.',
    fix: { id: 'inference-mode', title: later`batch norms in inference mode` },
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
training_mode (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n, new_mean, new_variance = BatchNormalization<training_mode = 1>(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
inference_mode (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'ONNX operator BatchNormalization, versions 1 to 15',
        url: 'https://onnx.ai/onnx/operators/onnx__BatchNormalization.html',
      },
      { title: 'pytorch/pytorch issue 75252', url: 'https://github.com/pytorch/pytorch/issues/75252' },
      { title: 'microsoft/onnxruntime issue 29790', url: 'https://github.com/microsoft/onnxruntime/issues/29790' },
    ],
  },

  check({ model, view, report }) {
    if (model.purpose !== 'inference') return;
    const opset = view.graph.opsets.get('') ?? 1;
    const found = new Map<string, Layer[]>();
    for (const layer of view.layers) {
      if (layer.norm?.type !== 'batch' || !layer.norm.trainingForm) continue;
      const node = view.graph.node(layer.nodes.find((n) => view.graph.node(n).opType === 'BatchNormalization')!);
      const said =
        opset >= 14
          ? say`training_mode is 1`
          : opset < 7 && node.int('is_test') === 0
            ? say`is_test is 0`
            : say`its outputs beyond the first are used`;
      const alike = found.get(said);
      if (alike) alike.push(layer);
      else found.set(said, [layer]);
    }
    for (const [said, layers] of found) {
      report({
        layers,
        message:
          say`${count(layers.length, 'batch norm')} in training mode (${said}): ${listed(layers)}. ` +
          say`In this mode a norm uses the statistics of the batch it is given and not the running mean and variance of the file. ` +
          say`Export the model in evaluation mode.`,
      });
    }
  },
};
