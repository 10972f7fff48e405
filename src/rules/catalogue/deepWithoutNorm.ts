import type { ActivationName, Layer, LayerView } from '../../layers/layerView';
import { say } from '../../texts/say';
import { mayHaveHadNorm } from '../folding';
import type { Rule } from '../rule';
import { activatedLinear, isGate, stacksOf, type Unit } from '../stacks';

/** Linear layers in a row from which on a network without norms and skip connections is hard to train. */
const SHORTEST = 10;

/** Selu normalizes by itself; a softmax is no hidden activation. */
const others: readonly (ActivationName | undefined)[] = [undefined, 'Selu', 'Softmax', 'LogSoftmax'];

export const deepWithoutNorm: Rule = {
  meta: {
    id: 'deep-without-norm',
    severity: 'information',
    title: 'Many layers in a row without a norm',
    whatItDoes:
      `Reports ${SHORTEST} or more linear layers in a row, each with an activation, without a norm, a skip connection or a self-normalizing ` +
      'activation (SELU). Layers of exported inference graphs count only where they have no bias: with one, a norm may have been folded into them.',
    why:
      'Without norms, the scale of activations and gradients changes from layer to layer by a factor that the weights decide. Over many layers ' +
      'it vanishes or explodes, unless the initialization is just right (He) and stays so while training. Norms, skip connections with a fitting ' +
      'initialization (Fixup) or standardised weights (NFNets) keep the scale.',
    insteadDo:
      'Put a norm after each linear layer, or add skip connections; without either, initialize for the activation (He for ReLU) and use a ' +
      'small learning rate. A profile shows how the gradient changes with depth.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
deep (float[N,8] x) => (float[N,8] y)
<float[8,8] w>
{
  a1 = Gemm(x, w)  # finding
  r1 = Relu(a1)
  a2 = Gemm(r1, w)
  r2 = Relu(a2)
  a3 = Gemm(r2, w)
  r3 = Relu(a3)
  a4 = Gemm(r3, w)
  r4 = Relu(a4)
  a5 = Gemm(r4, w)
  r5 = Relu(a5)
  a6 = Gemm(r5, w)
  r6 = Relu(a6)
  a7 = Gemm(r6, w)
  r7 = Relu(a7)
  a8 = Gemm(r7, w)
  r8 = Relu(a8)
  a9 = Gemm(r8, w)
  r9 = Relu(a9)
  a10 = Gemm(r9, w)
  y = Relu(a10)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
with_norms (float[N,8] x) => (float[N,8] y)
<float[8,8] w, float[8] scale, float[8] shift>
{
  a1 = Gemm(x, w)
  n1 = LayerNormalization(a1, scale, shift)
  r1 = Relu(n1)
  a2 = Gemm(r1, w)
  n2 = LayerNormalization(a2, scale, shift)
  r2 = Relu(n2)
  a3 = Gemm(r2, w)
  n3 = LayerNormalization(a3, scale, shift)
  y = Relu(n3)
}`,
    },
    references: [
      { title: 'He et al. 2015, Delving Deep into Rectifiers, section 2.2', url: 'https://arxiv.org/abs/1502.01852' },
      { title: 'Zhang, Dauphin & Ma 2019, Fixup Initialization', url: 'https://arxiv.org/abs/1901.09321' },
      {
        title: 'Brock et al. 2021, High-Performance Large-Scale Image Recognition Without Normalization',
        url: 'https://arxiv.org/abs/2102.06171',
      },
    ],
  },

  check({ model, view, report }) {
    const unit = (end: Layer): Unit | undefined => {
      const found = plainUnit(end, view);
      return found === undefined || mayHaveHadNorm(found.linear, model, view) ? undefined : found;
    };
    for (const stack of stacksOf(view, unit)) {
      if (stack.length < SHORTEST) continue;
      const [first, last] = [stack[0].linear, stack[stack.length - 1].end];
      report({
        layer: first,
        layers: [last],
        message:
          say`${stack.length} linear layers with activations in a row from ${first.id} to ${last.id}, with no norm and no skip connection among them: ` +
          say`what a layer changes in the scale of activations and gradients is multiplied over all of them.`,
      });
    }
  },
};

function plainUnit(end: Layer, view: LayerView): Unit | undefined {
  if (others.includes(end.activation) || isGate(end, view)) return undefined;
  const linear = activatedLinear(end, view);
  return linear && { linear, end };
}
