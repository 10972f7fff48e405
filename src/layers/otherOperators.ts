import { ABSENT, type Node, type ValueId } from '../ir/graph';
import { quantizers, type GraphReading } from './graphReading';
import type { NodeRecognizer } from './piece';

const pools = new Set([
  'MaxPool',
  'AveragePool',
  'LpPool',
  'GlobalMaxPool',
  'GlobalAveragePool',
  'GlobalLpPool',
  'QLinearAveragePool',
  'QLinearGlobalAveragePool',
  'NhwcMaxPool',
]);

const joins = new Set(['Add', 'Sum', 'Concat', 'Mul', 'Sub', 'Div', 'Max', 'Min', 'Mean', 'QLinearAdd', 'QLinearMul']);

const recurrent = new Set(['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM', 'AttnLSTM']);

const dropouts = new Set(['Dropout', 'BitmaskDropout', 'BiasDropout', 'BitmaskBiasDropout']);

/** Pools, joins of computed values, dropouts, recurrent layers. */
export const otherOperator: NodeRecognizer = (node, reading) => {
  if (node.domain !== '' && node.domain !== 'com.microsoft') return undefined;
  if (pools.has(node.opType) || isGlobalPool(node, reading)) return { role: 'pool', inputs: [node.inputs[0]] };
  if (dropouts.has(node.opType)) return dropout(node, reading);
  if (recurrent.has(node.opType)) return { role: 'recurrent', inputs: [node.inputs[0]] };
  if (joins.has(node.opType) && node.inputs.filter((v) => reading.isData(v)).length > 1) return { role: 'join' };
  return undefined;
};

/** ReduceMean or ReduceMax over both spatial axes of an image. */
function isGlobalPool(node: Node, reading: GraphReading): boolean {
  if (node.opType !== 'ReduceMean' && node.opType !== 'ReduceMax') return false;
  const axes = reading.reducedAxes(node);
  if (reading.rank(node.inputs[0]) !== 4 || axes?.length !== 2) return false;
  const positive = axes.map((a) => (a < 0 ? a + 4 : a));
  return positive.includes(2) && (positive.includes(3) || positive.includes(1));
}

/** Dropout 1 to 22: the ratio is an attribute, since opset 12 an input. */
function dropout(node: Node, reading: GraphReading): ReturnType<NodeRecognizer> {
  const bias = node.opType.includes('Bias');
  const input = node.inputs[bias ? 3 : 1] ?? ABSENT;
  const dropRate = node.float('ratio') ?? (input === ABSENT ? 0.5 : reading.scalar(input));
  const data: readonly ValueId[] = bias ? [node.inputs[0], node.inputs[2] ?? ABSENT] : [node.inputs[0]];
  return { role: 'dropout', dropRate, inputs: data.filter((v) => reading.isData(v)) };
}

const passThrough = new Set([
  'Identity',
  'Cast',
  'CastLike',
  'DynamicQuantizeLinear',
  'Reshape',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Pad',
  'Expand',
  // spatial cropping, an experimental operator of early exporters
  'Crop',
]);

/** Arithmetic with these numbers on the right changes nothing: exporters write the factors of a library's functions. */
const neutral: Readonly<Record<string, number>> = { Mul: 1, Div: 1, Add: 0, Sub: 0 };

/** Nodes that hand their first input on with the same numbers, or nearly: no layers, and no obstacle between two layers. */
export function isPassThrough(node: Node, reading: GraphReading): boolean {
  const { opType, domain } = node;
  if (quantizers.has(opType)) return true;
  if (domain !== '') return false;
  if (passThrough.has(opType)) return true;
  return Object.hasOwn(neutral, opType) && reading.scalar(node.inputs[1] ?? ABSENT) === neutral[opType];
}
