import type { Layer } from '../../layers/layerView';
import { later, say, translated } from '../../texts/say';
import { numbersOf, parameterNames, parametersOf, type ParameterName } from '../normParameters';
import type { Rule, RuleContext } from '../rule';

const words: Readonly<Record<ParameterName, string>> = {
  scale: later`scale`,
  shift: later`shift`,
  mean: later`running mean`,
  variance: later`running variance`,
  outerScale: later`scale`,
  outerShift: later`shift`,
};

export const nonFiniteStatistics: Rule = {
  meta: {
    id: 'non-finite-statistics',
    severity: 'error',
    title: 'NaN or infinity in the parameters of a norm',
    whatItDoes:
      'Reports a norm that has NaN or infinity in its scale, its shift, its running mean or its running variance.',
    why:
      'A channel with such a number gives out NaN (or, with an infinite variance, a constant) for every input, and the next linear layer ' +
      'spreads it to all channels. It is left behind by a training that diverged, mostly a single step: running statistics never forget a NaN.',
    insteadDo:
      'Go back to a checkpoint from before the divergence. If only the running statistics are affected, estimate them again by running ' +
      'training data through the model.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
diverged (float[N,3,8,8] x) => (float[N,2,8,8] y)
<float[2,3,3,3] w, float[2] scale = {1, 1}, float[2] shift = {0, 0}, float[2] mean = {0.5, nan}, float[2] variance = {1.5, 2}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
finite (float[N,3,8,8] x) => (float[N,2,8,8] y)
<float[2,3,3,3] w, float[2] scale = {1, 1}, float[2] shift = {0, 0}, float[2] mean = {0.5, 0.1}, float[2] variance = {1.5, 2}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'ONNX operator BatchNormalization: (X - mean) / sqrt(var + epsilon) * scale + B',
        url: 'https://onnx.ai/onnx/operators/onnx__BatchNormalization.html',
      },
      {
        title: 'IEEE 754-2019, section 6.2: operations with NaNs',
        url: 'https://doi.org/10.1109/IEEESTD.2019.8766229',
      },
    ],
  },

  isLocal: true,

  needs(view) {
    return view.layers.flatMap((l) => parametersOf(l));
  },

  check(context) {
    for (const layer of context.view.layers) {
      const found = parameterNames.flatMap((name) => inWords(layer, name, context) ?? []);
      if (found.length === 0) continue;
      context.report({
        layer,
        message:
          say`${layer.kind} holds numbers that are not finite: ${found.join('; ')}. ` +
          say`Whatever passes it is lost for all layers after it.`,
      });
    }
  },
};

/** "3 of 64 values of the running mean (first: channel 5)"; undefined when all are finite or not known. */
function inWords(layer: Layer, name: ParameterName, context: RuleContext): string | undefined {
  const numbers = numbersOf(layer, name, context);
  if (numbers === undefined) return undefined;
  const first = numbers.findIndex((v) => !Number.isFinite(v));
  if (first < 0) return undefined;
  const bad = numbers.reduce((n, v) => n + Number(!Number.isFinite(v)), 0);
  const what = Number.isNaN(numbers[first]) ? say`not a number` : say`infinite`;
  return say`${bad} of ${numbers.length} values of the ${translated(words[name])} (first: ${what} at index ${first})`;
}
