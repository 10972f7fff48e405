import { attribute } from '../ir/attribute';
import type { DataType } from '../ir/dataType';
import type { MutableNode } from '../ir/mutableGraph';
import type { Rewriter } from './rewriter';

/** An activation function of a recurrent node: adds what computes it and returns the result's name. */
export type Activation = (x: string) => string;

type Make = (r: Rewriter, x: string, alpha: number, beta: number, dtype: DataType) => string;

interface Form {
  readonly make: Make;
  /** Default of `activation_alpha`; undefined where the function takes none. */
  readonly alpha?: number;
  readonly beta?: number;
}

const plain = (opType: string): Form => ({ make: (r, x) => r.add(opType, [x]) });
const withAlpha = (opType: string, alpha: number): Form => ({
  alpha,
  make: (r, x, a) => r.add(opType, [x], { alpha: attribute.float(a) }),
});

/** The functions that `activations` names, in lower case, with ONNX Runtime's defaults of their parameters. */
const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['relu', plain('Relu')],
  ['tanh', plain('Tanh')],
  ['sigmoid', plain('Sigmoid')],
  ['softsign', plain('Softsign')],
  ['softplus', plain('Softplus')],
  ['leakyrelu', withAlpha('LeakyRelu', 0.01)],
  ['thresholdedrelu', withAlpha('ThresholdedRelu', 1)],
  ['elu', withAlpha('Elu', 1)],
  [
    'hardsigmoid',
    {
      alpha: 0.2,
      beta: 0.5,
      make: (r, x, alpha, beta) =>
        r.add('HardSigmoid', [x], { alpha: attribute.float(alpha), beta: attribute.float(beta) }),
    },
  ],
  [
    'affine',
    {
      alpha: 1,
      beta: 0,
      make: (r, x, alpha, beta, dtype) =>
        r.add('Add', [r.add('Mul', [x, r.scalar(alpha, dtype)]), r.scalar(beta, dtype)]),
    },
  ],
  [
    'scaledtanh',
    {
      alpha: 1,
      beta: 1,
      make: (r, x, alpha, beta, dtype) =>
        r.add('Mul', [r.add('Tanh', [r.add('Mul', [x, r.scalar(beta, dtype)])]), r.scalar(alpha, dtype)]),
    },
  ],
]);

/**
 * The activation functions of an LSTM, GRU or RNN node: one list after the other per direction, each behind the bound that
 * `clip` sets on its argument. The third of an LSTM, that of the cell's state, ONNX Runtime leaves without bound, and so do we.
 * @param defaults of one direction
 * @returns undefined when a function is not known or one is missing
 */
export function recurrentActivations(
  node: MutableNode,
  r: Rewriter,
  defaults: readonly string[],
  directions: number,
  dtype: DataType,
): Activation[] | undefined {
  const stated = node.attributes.get('activations');
  const count = defaults.length * directions;
  const names =
    stated?.type === 'strings' && stated.value.length > 0
      ? stated.value
      : Array.from({ length: count }, (_, i) => defaults[i % defaults.length]);
  if (names.length !== count) return undefined;
  const alphas = parameters(node, 'activation_alpha');
  const betas = parameters(node, 'activation_beta');
  const clip = node.attributes.get('clip');
  const bound = clip?.type === 'float' && clip.value > 0 ? clip.value : undefined;
  const clipped = (x: string, place: number) =>
    bound === undefined || place === 2 ? x : r.add('Clip', [x, r.scalar(-bound, dtype), r.scalar(bound, dtype)]);
  const activations: Activation[] = [];
  for (const [i, name] of names.entries()) {
    const form = forms.get(name.toLowerCase());
    if (form === undefined) return undefined;
    // the lists have an entry for each function that takes one
    const alpha = form.alpha === undefined ? 0 : (alphas.shift() ?? form.alpha);
    const beta = form.beta === undefined ? 0 : (betas.shift() ?? form.beta);
    activations.push((x) => form.make(r, clipped(x, i % defaults.length), alpha, beta, dtype));
  }
  return activations;
}

function parameters(node: MutableNode, name: string): number[] {
  const a = node.attributes.get(name);
  return a?.type === 'floats' ? [...a.value] : [];
}
