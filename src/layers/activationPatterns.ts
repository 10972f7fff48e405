import { clipBounds } from './activationOperators';
import type { ActivationName } from './layerView';
import { any, number, oneOf, op, product, sum, type OpOptions, type Pattern } from './pattern';

/** An activation that several nodes make up: its last node is one of `roots`, its input is bound to `x`. */
export interface ActivationPattern {
  readonly activation: ActivationName;
  readonly roots: readonly string[];
  readonly pattern: Pattern;
}

const x = any('x');

const between = (low: number, high: number): OpOptions => ({
  where: (node, match) => {
    const [min, max] = clipBounds(node, match.reading);
    return min === low && max === high;
  },
});

/** Relu6: a Clip from 0 to 6, or Min(Relu(x), 6). */
const relu6 = (inner: Pattern) =>
  oneOf(op('Clip', [inner], between(0, 6)), op('Min', [op('Relu', [inner]), number(6)]));

const cube = oneOf(op('Pow', [x, number(3)]), product(1, x, x, x));

/** The argument of the tanh in GELU's approximation: sqrt(2/pi) (x + 0.044715 x^3) (Hendrycks & Gimpel 2016). */
const geluArgument = oneOf(
  product(Math.sqrt(2 / Math.PI), sum(0, x, product(0.044715, cube))),
  product(Math.sqrt(2 / Math.PI), sum(0, x, product(0.044715, x, x, x))),
  product(Math.sqrt(2 / Math.PI), x, sum(1, product(0.044715, x, x))),
  product(Math.sqrt(2 / Math.PI), x, sum(1, product(0.044715, op('Pow', [x, number(2)])))),
);

/** The input times a function of it. */
export const productPatterns: readonly ActivationPattern[] = [
  {
    activation: 'Gelu',
    roots: ['Mul', 'Div'],
    pattern: oneOf(
      product(0.5, x, sum(1, op('Erf', [product(Math.SQRT1_2, x)]))),
      // what tf2onnx writes; no operator of ONNX
      product(0.5, x, op('Erfc', [product(Math.SQRT1_2, op('Neg', [x]))])),
      product(0.5, x, sum(1, op('Tanh', [geluArgument]))),
      // x sigmoid(1.702 x), the other approximation of the same paper
      product(1, x, op('Sigmoid', [product(1.702, x)])),
    ),
  },
  {
    activation: 'HardSwish',
    roots: ['Mul', 'Div'],
    pattern: oneOf(
      product(1 / 6, x, relu6(sum(3, x))),
      product(1, x, op('HardSigmoid', [x])),
      product(1, x, op('Clip', [sum(0.5, product(1 / 6, x))], between(0, 1))),
    ),
  },
  {
    activation: 'Silu',
    roots: ['Mul'],
    pattern: oneOf(product(1, x, op('Sigmoid', [x])), product(1, x, op('Sigmoid', [product('beta', x)]))),
  },
  { activation: 'Mish', roots: ['Mul'], pattern: product(1, x, op('Tanh', [op('Softplus', [x])])) },
];

export const activationPatterns: readonly ActivationPattern[] = [
  {
    activation: 'HardSigmoid',
    roots: ['Mul', 'Div', 'Clip'],
    pattern: oneOf(
      product(1 / 6, relu6(sum(3, x))),
      op('Clip', [sum(0.5, product(1 / 6, x))], between(0, 1)),
      op('Clip', [sum(0.5, product(0.2, x))], between(0, 1)),
    ),
  },
  { activation: 'Relu6', roots: ['Min'], pattern: op('Min', [op('Relu', [x]), number(6)]) },
  { activation: 'Softplus', roots: ['Log'], pattern: op('Log', [sum(1, op('Exp', [x]))]) },
  {
    activation: 'LeakyRelu',
    roots: ['Max'],
    pattern: oneOf(op('Max', [product('alpha', x), x]), op('Max', [x, product('alpha', x)])),
  },
];
