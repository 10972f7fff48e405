import { deepSaturatingWithoutNorm } from '../../../../src/rules/catalogue/deepSaturatingWithoutNorm';
import { testRule } from '../../../support/ruleTester';

/** Dense layers, each followed by what `after` makes of its output; the first one is marked when `mark` is set. */
function stack(depth: number, after: (i: number) => string, mark = true, opset = 17): string {
  const weights = Array.from({ length: depth }, (_, i) => `float[8,8] w${i}`).join(', ');
  const nodes = Array.from(
    { length: depth },
    (_, i) =>
      `a${i} = Gemm(${i === 0 ? 'x' : `s${i - 1}`}, w${i})${i === 0 && mark ? '  # finding' : ''}\n ${after(i)}`,
  );
  return `<opset_import: ["" : ${opset}]> g (float[N,8] x) => (float[N,8] y)
    <${weights}, float[8] s, float[8] t, float[8] m, float[8] v> {
    ${nodes.join('\n')}
    y = Identity(s${depth - 1})
  }`;
}

const convolutions = (withBias: boolean) =>
  `<opset_import: ["" : 17]> g (float[N,4,8,8] x) => (float[N,4,8,8] y)
  <float[4,4,1,1] w, float[4] b> {
  ${[0, 1, 2, 3, 4]
    .map((i) => {
      const bias = withBias ? ', b' : '';
      return `a${i} = Conv(${i === 0 ? 'x' : `s${i - 1}`}, w${bias})${i === 0 && !withBias ? '  # finding' : ''}\n s${i} = Sigmoid(a${i})`;
    })
    .join('\n')}
  y = Conv(s4, w)
}`.replace('y = Conv(s4, w)', withBias ? 'y = Conv(s4, w, b)' : 'y = Conv(s4, w)');

testRule(deepSaturatingWithoutNorm, {
  fires: [
    {
      name: 'seven sigmoids',
      text: stack(7, (i) => `s${i} = Sigmoid(a${i})`),
      message: /7 linear layers .* from a0 to s6 .*0\.25\^7 = 0\.000061/,
    },
    {
      name: 'tanh is information: it vanishes only when saturated',
      text: stack(6, (i) => `s${i} = Tanh(a${i})`),
      severity: 'information',
      message: /only where units are saturated/,
    },
    {
      name: 'hard sigmoid with its own slope',
      text: stack(5, (i) => `s${i} = HardSigmoid<alpha = 0.5>(a${i})`),
      severity: 'information',
      message: /0\.5\^5 = 0\.0313/,
    },
    {
      name: 'a mixture with few sigmoids',
      text: stack(5, (i) => `s${i} = ${i % 2 ? 'Sigmoid' : 'Tanh'}(a${i})`),
      severity: 'information',
      message: /3 Tanh, 2 Sigmoid.* 0\.0625/,
    },
    { name: 'convolutions without biases: no norm was folded into them', text: convolutions(false) },
  ],
  silent: [
    { name: 'four sigmoids', text: stack(4, (i) => `s${i} = Sigmoid(a${i})`, false) },
    {
      name: 'a norm before each activation',
      text: stack(6, (i) => `n${i} = BatchNormalization(a${i}, s, t, m, v)\n s${i} = Sigmoid(n${i})`, false),
    },
    {
      name: 'a norm in the middle',
      text: stack(
        8,
        (i) => (i === 4 ? `n4 = LayerNormalization(a4, s)\n s4 = Sigmoid(n4)` : `s${i} = Sigmoid(a${i})`),
        false,
      ),
    },
    {
      name: 'gates: the activation is multiplied with another value',
      text: stack(6, (i) => `g${i} = Sigmoid(a${i})\n s${i} = Mul(g${i}, ${i === 0 ? 'x' : `s${i - 1}`})`, false),
    },
    {
      name: 'skip connections',
      text: stack(6, (i) => `h${i} = Tanh(a${i})\n s${i} = Add(h${i}, ${i === 0 ? 'x' : `s${i - 1}`})`, false),
    },
    { name: 'an exported graph whose norms may have been folded', text: convolutions(true) },
    { name: 'self-normalizing activations', text: stack(8, (i) => `s${i} = Selu(a${i})`, false) },
  ],
});
