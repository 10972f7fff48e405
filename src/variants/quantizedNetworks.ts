import { attribute } from '../ir/attribute';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { elementCount, float32Tensor, tensorFromBytes, type Tensor } from '../ir/tensor';
import { floatsAtHand } from '../ir/tensorValues';
import type { Rewriter } from './rewriter';

/**
 * DynamicQuantizeLSTM of com.microsoft as an LSTM of the weights that its integers stand for. Inputs as LSTM has them, with weights
 * [directions, inputs, gates] turned round; then scales and zero points of both, one for each direction or for each of its gates. What
 * the operator rounds of its input and state while it runs is left out.
 * @returns false where a weight or its scales are computed
 */
export function floatLstm(node: MutableNode, r: Rewriter): boolean {
  const [x, w, recurrence, ...rest] = node.inputs;
  const plain = rest.slice(0, 5);
  const [wScale, wZero, rScale, rZero] = rest.slice(5);
  const weights = [
    [w, wScale, wZero],
    [recurrence, rScale, rZero],
  ].map((parts) => weight(parts, r));
  const [first, second] = weights;
  if (first === undefined || second === undefined) return false;
  r.addNode('LSTM', [x, first, second, ...plain], Object.fromEntries(node.attributes), {
    outputs: node.outputs,
    name: node.name || node.outputs[0],
  });
  return true;
}

function weight([value, scale, zero]: readonly (string | undefined)[], r: Rewriter): string | undefined {
  const { graph } = r;
  const tensor = graph.initializers.get(value ?? '');
  if (tensor?.dims.length !== 3) return undefined;
  const [directions, inputs, gates] = tensor.dims;
  const shape = [directions, 1, gates];
  const scales = byGate(graph, scale, shape);
  const zeros = zero ? byGate(graph, zero, shape) : undefined;
  if (scales === undefined || (zero && zeros === undefined)) return undefined;
  const parts = [value!, r.tensor(`${scale}/gates`, (name) => float32Tensor(name, shape, scales))];
  if (zeros) parts.push(r.tensor(`${zero}/gates`, (name) => bytesTensor(name, tensor, shape, zeros)));
  const block = { axis: attribute.int(1), block_size: attribute.int(inputs) };
  return r.add('Transpose', [r.add('DequantizeLinear', parts, block)], { perm: attribute.ints([0, 2, 1]) });
}

/** One number for each gate of each direction; undefined where they are computed or do not fit. */
function byGate(graph: MutableGraph, value: string | undefined, shape: readonly number[]): Float32Array | undefined {
  const numbers = floatsAtHand(graph.initializers.get(value ?? ''));
  const [directions, , gates] = shape;
  const count = elementCount(shape);
  if (numbers?.length === count) return numbers;
  if (numbers?.length !== directions) return undefined;
  return Float32Array.from({ length: count }, (_, i) => numbers[Math.floor(i / gates)]);
}

function bytesTensor(name: string, { dtype }: Tensor, shape: readonly number[], values: Float32Array): Tensor {
  return tensorFromBytes(
    name,
    dtype,
    shape,
    Uint8Array.from(values, (v) => v & 255),
  );
}
