import type { MutableGraph } from '../ir/mutableGraph';
import { elementCount, type Tensor } from '../ir/tensor';
import { readFloats } from '../ir/tensorValues';

/**
 * Weights that a file keeps as integers and makes floats of (DequantizeLinear of constants, opset 10 to 18) become float32 constants,
 * in place, so that they can be trained: w = (q - zero point) * scale, by tensor or by channel.
 * @returns how many there were
 */
export function dequantizeWeights(graph: MutableGraph): number {
  const before = graph.nodes.length;
  graph.nodes = graph.nodes.filter((node) => {
    if (node.domain !== '' || node.opType !== 'DequantizeLinear') return true;
    const [weight, scale, zero] = node.inputs.map((name) => graph.initializers.get(name));
    if (weight === undefined || scale === undefined || (node.inputs[2] && zero === undefined)) return true;
    const axis = node.attributes.get('axis');
    const tensor = dequantized(node.outputs[0], weight, scale, zero, axis?.type === 'int' ? axis.value : 1);
    if (tensor === undefined) return true;
    graph.initializers.set(tensor.name, tensor);
    return false;
  });
  return before - graph.nodes.length;
}

/** Read when it is needed; undefined for scales that are neither one number nor one for each channel. */
function dequantized(
  name: string,
  weight: Tensor,
  scale: Tensor,
  zero: Tensor | undefined,
  axis: number,
): Tensor | undefined {
  const { dims } = weight;
  const at = axis < 0 ? axis + dims.length : axis;
  const channels = elementCount(scale.dims);
  if (dims.length === 0 || (channels !== 1 && channels !== dims[at])) return undefined;
  if (zero !== undefined && elementCount(zero.dims) !== channels) return undefined;
  const inner = elementCount(dims.slice(at + 1));
  const missing = [weight, scale, zero].some((t) => t?.location === 'missing');
  return {
    ...{ name, dtype: 'float32', dims, location: missing ? 'missing' : weight.location },
    async read() {
      const [values, scales] = [(await readFloats(weight)).slice(), await readFloats(scale)];
      const zeros = zero === undefined ? new Float32Array(channels) : await readFloats(zero);
      for (let i = 0; i < values.length; i++) {
        const c = channels === 1 ? 0 : Math.floor(i / inner) % channels;
        values[i] = (values[i] - zeros[c]) * scales[c];
      }
      return new Uint8Array(values.buffer);
    },
  };
}
