import { deepWithoutNorm } from '../../../../src/rules/catalogue/deepWithoutNorm';
import { testRule } from '../../../support/ruleTester';

/** Layers of a network, each followed by what `after` makes of `a<i>`; `mark` marks the first. */
function stack(depth: number, after: (i: number) => string, mark: boolean, weight = 'w'): string {
  const nodes = Array.from({ length: depth }, (_, i) => {
    const input = i === 0 ? 'x' : `r${i - 1}`;
    return `a${i} = Gemm(${input}, ${weight})${mark && i === 0 ? '  # finding' : ''}\n ${after(i)}`;
  });
  return `<opset_import: ["" : 18]> g (float[N,8] x) => (float[N,8] y) <float[8,8] w, float[8] b, float[8] s, float[8] t> {
    ${nodes.join('\n')}
    y = Gemm(r${depth - 1}, w)
  }`;
}

const relu = (i: number) => `r${i} = Relu(a${i})`;
const image = (conv: string) => (text: string) =>
  text
    .replace(/Gemm/g, conv)
    .replace(/float\[N,8\]/g, 'float[N,8,4,4]')
    .replace('float[8,8] w', 'float[8,8,1,1] w');

testRule(deepWithoutNorm, {
  fires: [
    {
      name: 'a perceptron of twelve layers',
      text: stack(12, relu, true),
      message: /12 linear layers .* from a0 to r11/,
    },
    {
      name: 'a training definition with biases',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: stack(10, relu, true, 'w, b'),
    },
    {
      name: 'convolutions without biases, with pools and dropout',
      text: image('Conv')(
        stack(
          11,
          (i) => (i === 4 ? 'k4 = Relu(a4)\n d4 = Dropout(k4)\n r4 = MaxPool<kernel_shape = [1,1]>(d4)' : relu(i)),
          true,
        ),
      ),
    },
    {
      name: 'a training graph',
      purpose: 'training',
      text: image('Conv')(stack(10, (i) => `r${i} = LeakyRelu(a${i})`, true, 'w, b')),
    },
  ],
  silent: [
    { name: 'nine layers', text: stack(9, relu, false) },
    { name: 'a self-normalizing network', text: stack(14, (i) => `r${i} = Selu(a${i})`, false) },
    {
      name: 'residual blocks',
      text: stack(14, (i) => `k${i} = Relu(a${i})\n r${i} = Add(k${i}, ${i === 0 ? 'x' : `r${i - 1}`})`, false),
    },
    {
      name: 'norms before the activations',
      text: stack(14, (i) => `n${i} = LayerNormalization(a${i}, s, t)\n r${i} = Relu(n${i})`, false),
    },
    {
      name: 'a norm half way',
      text: stack(18, (i) => (i === 8 ? 'k8 = Relu(a8)\n r8 = LayerNormalization(k8, s, t)' : relu(i)), false),
    },
    {
      name: 'an exported graph with biases, into which norms may have been folded',
      text: image('Conv')(stack(14, relu, false, 'w, b')),
    },
    { name: 'dense layers with biases in an exported graph', text: stack(14, relu, false, 'w, b') },
    {
      name: 'weight-standardised convolutions in residual blocks',
      purpose: 'training',
      text: image('Conv')(
        stack(14, (i) => `k${i} = Gelu(a${i})\n r${i} = Add(k${i}, ${i === 0 ? 'x' : `r${i - 1}`})`, false, 'w, b'),
      ).replace('"" : 18', '"" : 20'),
    },
  ],
});
