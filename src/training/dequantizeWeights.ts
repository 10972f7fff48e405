import { bitsPerElement } from '../ir/dataType';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { elementCount, type Tensor } from '../ir/tensor';
import { readFloats } from '../ir/tensorValues';
import { intOf } from '../variants/nodeAttributes';
import { bitsAt } from './packedBits';
import { floatGather, floatMatMul } from './packedWeights';

/**
 * Weights that a file keeps as integers become float32 constants, in place, so that they can be trained: w = (q - zero point) * scale.
 * DequantizeLinear of constants (opset 10 to 25; by tensor, by channel, by block) is left out, MatMulNBits and GatherBlockQuantized of
 * com.microsoft become MatMul and Gather.
 * @returns how many there were
 */
export function dequantizeWeights(graph: MutableGraph): number {
  let count = 0;
  const { consumers } = graph.uses();
  graph.nodes = graph.nodes.flatMap((node) => {
    const replaced = node.domain === 'com.microsoft' ? packed[node.opType]?.(node, graph, consumers) : undefined;
    if (replaced !== undefined) {
      count++;
      return replaced;
    }
    const tensor = node.domain === '' && node.opType === 'DequantizeLinear' ? constantOf(node, graph) : undefined;
    if (tensor === undefined) return [node];
    graph.initializers.set(tensor.name, tensor);
    count++;
    return [];
  });
  return count;
}

const packed: Readonly<Record<string, typeof floatMatMul | undefined>> = {
  MatMulNBits: floatMatMul,
  GatherBlockQuantized: floatGather,
};

function constantOf(node: MutableNode, graph: MutableGraph): Tensor | undefined {
  const [weight, scale, zero] = node.inputs.map((name) => graph.initializers.get(name));
  if (weight === undefined || scale === undefined || (node.inputs[2] && zero === undefined)) return undefined;
  return dequantized(node.outputs[0], { weight, scale, zero }, intOf(node, 'axis', 1), intOf(node, 'block_size', 0));
}

/** Read when it is needed; undefined for scales that are neither one number nor one for each channel or block. */
function dequantized(
  name: string,
  { weight, scale, zero }: { weight: Tensor; scale: Tensor; zero: Tensor | undefined },
  axis: number,
  block: number,
): Tensor | undefined {
  const { dims } = weight;
  const at = axis < 0 ? axis + dims.length : axis;
  const scales = elementCount(scale.dims);
  if (dims.length === 0 || (zero !== undefined && elementCount(zero.dims) !== scales)) return undefined;
  const blocks = block > 0 ? Math.ceil(dims[at] / block) : dims[at];
  const size = block > 0 ? block : 1;
  const inner = elementCount(dims.slice(at + 1));
  // blocks have a scale for each place beside their axis
  const beside = block > 0 ? inner : 1;
  if (scales !== 1 && scales !== (block > 0 ? elementCount(dims.slice(0, at)) * blocks * inner : blocks))
    return undefined;
  const indexOf = (i: number) => {
    if (scales === 1) return 0;
    const along = Math.floor((Math.floor(i / inner) % dims[at]) / size);
    const outer = block > 0 ? Math.floor(i / (inner * dims[at])) : 0;
    return (outer * blocks + along) * beside + (block > 0 ? i % inner : 0);
  };
  const missing = [weight, scale, zero].some((t) => t?.location === 'missing');
  return {
    ...{ name, dtype: 'float32', dims, location: missing ? 'missing' : weight.location },
    async read() {
      const [values, factors] = [(await readNumbers(weight)).slice(), await readFloats(scale)];
      const zeros = zero === undefined ? new Float32Array(scales) : await readNumbers(zero);
      for (let i = 0; i < values.length; i++) {
        const c = indexOf(i);
        values[i] = (values[i] - zeros[c]) * factors[c];
      }
      return new Uint8Array(values.buffer);
    },
  };
}

/** The numbers of a tensor; those of two and four bits stand in bytes from the lowest bits on. */
async function readNumbers(tensor: Tensor): Promise<Float32Array> {
  const bits = bitsPerElement(tensor.dtype);
  if (!/^u?int[24]$/.test(tensor.dtype)) return readFloats(tensor);
  const bytes = await tensor.read();
  const signed = tensor.dtype.startsWith('int');
  return Float32Array.from({ length: elementCount(tensor.dims) }, (_, i) => {
    const value = bitsAt(bytes, i, bits);
    return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  });
}
