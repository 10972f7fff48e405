import type { Layer } from '../../layers/layerView';
import { later, say } from '../../texts/say';
import { LOWEST_USUAL_MOMENTUM, unusualMomenta } from '../momentum';
import type { Rule } from '../rule';
import { figure, listed } from '../words';

export const momentumConvention: Rule = {
  meta: {
    id: 'momentum-convention',
    severity: 'information',
    title: 'Momentum in the wrong convention',
    whatItDoes:
      `Reports batch norms whose momentum, as the weight of the old running value, is below ${LOWEST_USUAL_MOMENTUM}, and in ONNX files those with a ` +
      'momentum of exactly 1. Norms on a graph input and norms with an epsilon of 0 (fixed preprocessing, not trained) are left out. ' +
      'One finding for each momentum.',
    why:
      'ONNX, Keras and TensorFlow.js multiply the OLD running value by the momentum (0.9, 0.99), PyTorch the NEW one (0.1, 0.01). A small ' +
      "number in a file is usually PyTorch's, carried over unconverted: the running statistics then follow little but the latest batch. " +
      'A momentum of 1 never moves them; it is what is left of the cumulative average (`momentum=None`), which ONNX cannot ' +
      'state. Inference does not use the momentum: this matters when the model is trained further.',
    insteadDo:
      'Write 1 minus the value of PyTorch (0.1 becomes 0.9). For a cumulative average choose a momentum, such as 0.9, before training on.',
    fix: { id: 'momentum', title: later`the momentum converted` },
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
unconverted (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization<momentum = 0.1>(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
converted (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization<momentum = 0.9>(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'ONNX operator BatchNormalization: running_mean * momentum + mean * (1 - momentum)',
        url: 'https://onnx.ai/onnx/operators/onnx__BatchNormalization.html',
      },
      { title: 'pytorch/pytorch issue 40074', url: 'https://github.com/pytorch/pytorch/issues/40074' },
      { title: 'microsoft/onnxscript issue 1289', url: 'https://github.com/microsoft/onnxscript/issues/1289' },
    ],
  },

  check({ model, view, report }) {
    const byMomentum = new Map<number, Layer[]>();
    for (const layer of unusualMomenta(model, view)) {
      const momentum = layer.norm!.momentum!;
      const layers = byMomentum.get(momentum);
      if (layers === undefined) byMomentum.set(momentum, [layer]);
      else layers.push(layer);
    }
    for (const [momentum, layers] of byMomentum) {
      const single = layers.length === 1;
      report({
        ...(single ? { layer: layers[0] } : { layers }),
        message: `${single ? say`The momentum` : say`The momentum of ${layers.length} batch norms (${listed(layers)})`} ${meaning(momentum)}`,
      });
    }
  },
};

function meaning(momentum: number): string {
  if (momentum === 1) {
    return (
      say`is 1: the running statistics never move when the model is trained further. ` +
      say`This is what exporting a cumulative average (momentum=None) leaves behind.`
    );
  }
  const converted = figure(1 - momentum);
  return (
    say`is ${figure(momentum)}, the weight of the old running value: each batch replaces ${figure(100 * (1 - momentum))} % of the running statistics when the model is trained further. ` +
    say`If ${figure(momentum)} is PyTorch's momentum, which weights the new value, it should be ${converted} here.`
  );
}
