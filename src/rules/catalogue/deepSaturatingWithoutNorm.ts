import type { Layer, LayerView } from '../../layers/layerView';
import { say } from '../../texts/say';
import { foldedLayers } from '../folding';
import type { Rule } from '../rule';
import { activatedLinear, isGate, stacksOf, type Unit } from '../stacks';
import { figure } from '../words';

/** Linear layers in a row from which on the bound is worth a word: 0.25^5 is a thousandth. */
const SHORTEST = 5;

export const deepSaturatingWithoutNorm: Rule = {
  meta: {
    id: 'deep-saturating-without-norm',
    severity: 'warning',
    title: 'Many saturating activations in a row without a norm',
    whatItDoes:
      `Reports ${SHORTEST} or more linear layers in a row, each followed by Sigmoid, HardSigmoid or Tanh, with no norm and no skip connection. ` +
      'Warning where that many of them are Sigmoid, else information. Gates (an activation that is multiplied with another value) do not ' +
      'count, and exported graphs whose norms may have been folded into the convolutions are not judged.',
    why:
      'The slope of Sigmoid is at most 1/4, so backpropagation through L such layers multiplies the gradient by at most 0.25^L (beside the ' +
      'weights). HardSigmoid has slope alpha or 0. Tanh has slope 1 at zero and loses gradient only where its units are saturated. ' +
      'A norm before each activation keeps its inputs in the steep middle.',
    insteadDo:
      'Put a norm before each activation, replace the activation by one that does not saturate (ReLU, GELU, SELU), or add skip connections. ' +
      'A profile shows how much gradient is left at each layer.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
deep_sigmoid (float[N,8] x) => (float[N,2] y)
<float[8,8] w1, float[8,8] w2, float[8,8] w3, float[8,8] w4, float[8,8] w5, float[8,2] w6>
{
  a1 = Gemm(x, w1)  # finding
  s1 = Sigmoid(a1)
  a2 = Gemm(s1, w2)
  s2 = Sigmoid(a2)
  a3 = Gemm(s2, w3)
  s3 = Sigmoid(a3)
  a4 = Gemm(s3, w4)
  s4 = Sigmoid(a4)
  a5 = Gemm(s4, w5)
  s5 = Sigmoid(a5)
  y = Gemm(s5, w6)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
deep_relu (float[N,8] x) => (float[N,2] y)
<float[8,8] w1, float[8,8] w2, float[8,8] w3, float[8,8] w4, float[8,8] w5, float[8,2] w6>
{
  a1 = Gemm(x, w1)
  s1 = Relu(a1)
  a2 = Gemm(s1, w2)
  s2 = Relu(a2)
  a3 = Gemm(s2, w3)
  s3 = Relu(a3)
  a4 = Gemm(s3, w4)
  s4 = Relu(a4)
  a5 = Gemm(s4, w5)
  s5 = Relu(a5)
  y = Gemm(s5, w6)
}`,
    },
    references: [
      {
        title: 'Hochreiter 1998, The Vanishing Gradient Problem During Learning Recurrent Neural Nets',
        url: 'https://doi.org/10.1142/S0218488598000094',
      },
      {
        title:
          'Glorot & Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks, section 3',
        url: 'https://proceedings.mlr.press/v9/glorot10a.html',
      },
    ],
  },

  check({ view, report }) {
    if (foldedLayers(view).length > 0) return;
    for (const stack of stacksOf(view, (l) => saturatedUnit(l, view))) {
      if (stack.length < SHORTEST) continue;
      const [first, last] = [stack[0].linear, stack[stack.length - 1].end];
      const activations = countsOf(stack);
      const sigmoids = activations.get('Sigmoid') ?? 0;
      const slope = stack.reduce((product, { end }) => product * largestSlope(end, view), 1);
      const each = figure(slope ** (1 / stack.length));
      const bound = activations.size === 1 ? `${each}^${stack.length} = ${figure(slope)}` : figure(slope);
      const named = [...activations].map(([name, n]) => `${n} ${name}`).join(', ');
      report({
        layer: first,
        layers: [last],
        severity: sigmoids >= SHORTEST ? 'warning' : 'information',
        message:
          say`${stack.length} linear layers in a row from ${first.id} to ${last.id} with saturating activations (${named}) and no norm. ` +
          (slope < 1
            ? say`Their slopes bound the gradient that passes back through them to ${bound}, beside the weights.`
            : say`The slope of Tanh is 1 at zero: the gradient vanishes only where units are saturated.`),
      });
    }
  },
};

function saturatedUnit(end: Layer, view: LayerView): Unit | undefined {
  if (!['Sigmoid', 'HardSigmoid', 'Tanh'].includes(end.activation ?? '') || isGate(end, view)) return undefined;
  const linear = activatedLinear(end, view);
  return linear && { linear, end };
}

function countsOf(stack: readonly Unit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { end } of stack) counts.set(end.activation!, (counts.get(end.activation!) ?? 0) + 1);
  return counts;
}

function largestSlope(layer: Layer, { graph }: LayerView): number {
  if (layer.activation === 'Sigmoid') return 0.25;
  if (layer.activation === 'Tanh') return 1;
  // alpha of the operator; as Clip(x / 6 + 1 / 2) it is less than the default of 0.2
  return graph.node(layer.nodes[layer.nodes.length - 1]).float('alpha', 0.2);
}
