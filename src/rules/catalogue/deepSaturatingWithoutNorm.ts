import type { ActivationName, Layer, LayerView } from '../../layers/layerView';
import { normsMayBeFolded } from '../folding';
import type { Rule } from '../rule';
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

  check({ model, view, report }) {
    if (normsMayBeFolded(model, view)) return;
    const longest = stacks(view);
    for (const stack of longest) {
      if (stack.length < SHORTEST) continue;
      const sigmoids = stack.activations.get('Sigmoid') ?? 0;
      const kinds = [...stack.activations].map(([name, n]) => `${n} ${name}`).join(', ');
      const bound =
        stack.slope < 1
          ? `Their slopes bound the gradient that passes back through them to ${boundInWords(stack)}, beside the weights.`
          : 'The slope of Tanh is 1 at zero: the gradient vanishes only where units are saturated.';
      report({
        layer: stack.first,
        layers: [stack.last],
        severity: sigmoids >= SHORTEST ? 'warning' : 'information',
        message:
          `${stack.length} linear layers in a row from ${stack.first.id} to ${stack.last.id} with saturating activations (${kinds}) ` +
          `and no norm. ${bound}`,
      });
    }
  },
};

interface Stack {
  readonly first: Layer;
  /** The last activation. */
  readonly last: Layer;
  readonly length: number;
  /** Product of the activations' largest slopes. */
  readonly slope: number;
  readonly activations: ReadonlyMap<ActivationName, number>;
}

/** Maximal runs of linear layers, each with a saturating activation that the next one alone reads. */
function stacks(view: LayerView): readonly Stack[] {
  const endingAt = new Map<Layer, Stack>();
  const continued = new Set<Stack>();
  for (const layer of view.layers) {
    const linear = saturatedLinear(layer, view);
    if (linear === undefined || isGate(layer, view)) continue;
    const slope = largestSlope(layer, view);
    const name = layer.activation!;
    const [source] = view.nearestBefore(linear);
    const before = source && endingAt.get(source);
    // an activation that others read too has a way round the next layers: a skip connection, a branch
    const joined = before !== undefined && view.nearestAfter(source!).length === 1;
    if (joined) continued.add(before);
    endingAt.set(layer, {
      first: joined ? before.first : linear,
      last: layer,
      length: joined ? before.length + 1 : 1,
      slope: joined ? before.slope * slope : slope,
      activations: counted(joined ? before.activations : new Map<ActivationName, number>(), name),
    });
  }
  return [...endingAt.values()].filter((s) => !continued.has(s));
}

function counted(counts: ReadonlyMap<ActivationName, number>, name: ActivationName): Map<ActivationName, number> {
  return new Map(counts).set(name, (counts.get(name) ?? 0) + 1);
}

/** The linear layer that this saturating activation alone reads; the layer itself where its operator applies the activation. */
function saturatedLinear(layer: Layer, view: LayerView): Layer | undefined {
  if (layer.activation === undefined || !['Sigmoid', 'HardSigmoid', 'Tanh'].includes(layer.activation))
    return undefined;
  if (layer.role === 'linear') return layer;
  const [linear] = view.nearestBefore(layer);
  if (linear?.role !== 'linear' || linear.activation !== undefined) return undefined;
  return view.nearestAfter(linear).length === 1 ? linear : undefined;
}

function isGate(activation: Layer, view: LayerView): boolean {
  return view.nearestAfter(activation).some((l) => l.role === 'join' && /^(Mul|Multiply|QLinearMul)$/.test(l.kind));
}

function largestSlope(layer: Layer, { graph }: LayerView): number {
  if (layer.activation === 'Sigmoid') return 0.25;
  if (layer.activation === 'Tanh') return 1;
  // alpha of the operator; as Clip(x / 6 + 1 / 2) it is less than the default of 0.2
  return graph.node(layer.nodes[layer.nodes.length - 1]).float('alpha', 0.2);
}

/** "0.25^5 = 0.000977" where all slopes are the same, else the product. */
function boundInWords({ slope, length, activations }: Stack): string {
  const each = slope ** (1 / length);
  return activations.size === 1 ? `${figure(each)}^${length} = ${figure(slope)}` : figure(slope);
}
