import { ABSENT, type Node } from '../ir/graph';
import type { GraphReading } from './graphReading';
import type { ActivationName } from './layerView';
import type { NodeRecognizer } from './piece';

const names: Readonly<Record<string, ActivationName>> = {
  Relu: 'Relu',
  LeakyRelu: 'LeakyRelu',
  PRelu: 'PRelu',
  ThresholdedRelu: 'ThresholdedRelu',
  Elu: 'Elu',
  Selu: 'Selu',
  Celu: 'Celu',
  Sigmoid: 'Sigmoid',
  HardSigmoid: 'HardSigmoid',
  Tanh: 'Tanh',
  Softplus: 'Softplus',
  Softsign: 'Softsign',
  Gelu: 'Gelu',
  Swish: 'Silu',
  HardSwish: 'HardSwish',
  Mish: 'Mish',
  Softmax: 'Softmax',
  LogSoftmax: 'LogSoftmax',
  // the default domain under old exporters
  FastGelu: 'Gelu',
};

const microsoftNames: Readonly<Record<string, ActivationName>> = {
  Gelu: 'Gelu',
  FastGelu: 'Gelu',
  BiasGelu: 'Gelu',
  QuickGelu: 'Gelu',
  BiasSoftmax: 'Softmax',
  QLinearSigmoid: 'Sigmoid',
  QLinearLeakyRelu: 'LeakyRelu',
  QLinearSoftmax: 'Softmax',
};

/** Activations that are one operator. */
export const activationOperator: NodeRecognizer = (node, reading) => {
  const activation =
    node.domain === ''
      ? node.opType === 'Clip'
        ? clip(node, reading)
        : names[node.opType]
      : node.domain === 'com.microsoft'
        ? microsoftNames[node.opType]
        : undefined;
  if (activation === undefined) return undefined;
  return { role: 'activation', activation, inputs: [node.inputs[0]] };
};

/** A lower bound up to here, and no upper one, keeps a divisor from being zero. */
const LARGEST_GUARD = 1e-3;

/** Clip 1 to 13: bounds as attributes, since opset 11 as inputs. */
function clip(node: Node, reading: GraphReading): ActivationName | undefined {
  const [low, high] = clipBounds(node, reading);
  const isOpen = high === undefined ? (node.inputs[2] ?? ABSENT) === ABSENT : high > 1e30;
  if (isOpen && low !== undefined && low > 0 && low <= LARGEST_GUARD) return undefined;
  return low === 0 && high === 6 ? 'Relu6' : 'Clip';
}

/** Bounds of a Clip; undefined where there is none or it is not known. */
export function clipBounds(node: Node, reading: GraphReading): [number | undefined, number | undefined] {
  const bound = (name: string, index: number) => {
    const input = node.inputs[index] ?? ABSENT;
    return node.float(name) ?? (input === ABSENT ? undefined : reading.scalar(input));
  };
  return [bound('min', 1), bound('max', 2)];
}
