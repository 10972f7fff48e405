import { elementCount } from '../ir/tensor';
import type { ActivationName } from '../layers/layerView';
import type { Parameter } from './parameters';
import type { Random } from './random';

/** Activations that cut off (about) one half of their inputs: weights before them need twice the variance. */
const HALVING: ReadonlySet<ActivationName> = new Set<ActivationName>([
  'Relu',
  'Relu6',
  'LeakyRelu',
  'PRelu',
  'ThresholdedRelu',
  'Elu',
  'Celu',
  'Gelu',
  'Silu',
  'HardSwish',
  'Mish',
  'Softplus',
]);

/** Slope that torch.nn.PReLU starts with (He et al. 2015). */
const PRELU_SLOPE = 0.25;

/**
 * The usual start of a parameter: weights normal with standard deviation
 * - sqrt(2 / fanIn) before an activation of the ReLU family (He et al. 2015),
 * - sqrt(1 / fanIn) before a Selu (Klambauer et al. 2017),
 * - sqrt(2 / (fanIn + fanOut)) else (Glorot and Bengio 2010), recurrent weights too;
 * embeddings normal with 1 / sqrt(width); scales 1, biases and shifts 0, slopes of PRelu 0.25.
 *
 * @param activation the activation behind the weight's layer, past a norm
 * @param scale factor of the standard deviations
 */
export function initialValues(
  { tensor, kind, fanIn, fanOut }: Parameter,
  activation: ActivationName | undefined,
  random: Random,
  scale = 1,
): Float32Array {
  const count = elementCount(tensor.dims);
  switch (kind) {
    case 'weight':
    case 'recurrent':
      return random.normals(count, scale * weightDeviation(fanIn, fanOut, activation));
    case 'embedding':
      return random.normals(count, scale / Math.sqrt(fanIn));
    case 'scale':
      return new Float32Array(count).fill(1);
    case 'slope':
      return new Float32Array(count).fill(PRELU_SLOPE);
    case 'bias':
    case 'shift':
      return new Float32Array(count);
  }
}

function weightDeviation(fanIn: number, fanOut: number, activation: ActivationName | undefined): number {
  if (activation !== undefined && HALVING.has(activation)) return Math.sqrt(2 / fanIn);
  if (activation === 'Selu') return Math.sqrt(1 / fanIn);
  return Math.sqrt(2 / (fanIn + fanOut));
}
