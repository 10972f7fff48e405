import type { Layer } from '../../layers/layerView';
import { count, say } from '../../texts/say';
import type { Rule } from '../rule';
import { figure, listed } from '../words';

export const mixedEpsilon: Rule = {
  meta: {
    id: 'mixed-epsilon',
    severity: 'information',
    title: 'Batch norms with different epsilons',
    whatItDoes:
      'Lists the batch norms whose epsilon differs from that of most batch norms of the model. Other kinds of norms, differences of less than ' +
      'a few percent, and an epsilon of 0 (a fixed scaling written as a batch norm) are not compared. One finding for the whole model.',
    why:
      'Frameworks have different defaults (PyTorch and ONNX 1e-5, Keras and TensorFlow.js 1e-3), so a mixture shows that parts of the model ' +
      'come from different places, or that an exporter left out an epsilon and a reader put in its own default. In the second case the file computes ' +
      'something else than the trained model, most where variances are small.',
    insteadDo:
      'Compare with the epsilon in the code that the model was trained with. If the mixture is meant, switch this rule off.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
mixed (float[N,4,8,8] x) => (float[N,4,8,8] y)
<float[4,4,3,3] w, float[4,4,3,3] u, float[4,4,3,3] v, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  b = BatchNormalization<epsilon = 0.001>(a, scale, shift, mean, variance)
  c = Conv(b, u)
  d = BatchNormalization<epsilon = 0.001>(c, scale, shift, mean, variance)
  e = Conv(d, v)
  y = BatchNormalization(e, scale, shift, mean, variance)  # finding
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
alike (float[N,4,8,8] x) => (float[N,4,8,8] y)
<float[4,4,3,3] w, float[4,4,3,3] u, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  b = BatchNormalization<epsilon = 0.001>(a, scale, shift, mean, variance)
  c = Conv(b, u)
  y = BatchNormalization<epsilon = 0.001>(c, scale, shift, mean, variance)
}`,
    },
    references: [
      {
        title: 'ONNX operator BatchNormalization: epsilon is 1e-05 by default',
        url: 'https://onnx.ai/onnx/operators/onnx__BatchNormalization.html',
      },
      {
        title: 'TensorFlow.js tf.layers.batchNormalization: epsilon is 1e-3 by default',
        url: 'https://js.tensorflow.org/api/latest/#layers.batchNormalization',
      },
    ],
  },

  check({ view, report }) {
    const groups = new Map<string, Layer[]>();
    for (const layer of view.layers) {
      const { type, epsilon } = layer.norm ?? {};
      if (type !== 'batch' || epsilon === undefined || epsilon === 0) continue;
      // TensorFlow's fused batch norm takes no less than 1.001e-5 and means 1e-5
      const key = epsilon.toPrecision(2);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [layer]);
      else group.push(layer);
    }
    if (groups.size < 2) return;
    const [most, ...others] = [...groups.values()].sort((a, b) => b.length - a.length);
    const said = others.map((layers) => say`${figure(layers[0].norm!.epsilon!)} in ${listed(layers)}`);
    report({
      layers: others.flat(),
      message:
        say`The epsilon of batch norms is ${figure(most[0].norm!.epsilon!)} in ${count(most.length, 'layer')} and ${said.join('; ')}. ` +
        say`A mixture often means that an exporter lost one of them: compare with the code that the model was trained with.`,
    });
  },
};
