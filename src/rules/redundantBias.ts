import { elementCount } from '../ir/tensor';
import type { Layer, LayerView } from '../layers/layerView';
import type { RedundantBias } from '../variants/dropBiases';

/** Layers whose bias is followed at once by a norm that takes the mean of each channel out, and the bias with it. */
export function redundantBiases(view: LayerView): readonly RedundantBias[] {
  return view.layers.flatMap((linear) => {
    const norm = removingNorm(linear, view);
    return norm === undefined ? [] : { linear, norm };
  });
}

/** The norm that takes the layer's bias out again. */
function removingNorm(linear: Layer, view: LayerView): Layer | undefined {
  const bias = linear.linear?.bias;
  if (bias === undefined || linear.activation !== undefined || biasSize(linear, view) === 0) return undefined;
  if (isSharedParameter(bias, linear, view) || !canBeLeftOut(linear, view)) return undefined;
  const norm = onlyReader(linear, view);
  if (norm?.norm === undefined) return undefined;
  const { type, channels, form } = norm.norm;
  if ((type !== 'batch' && type !== 'instance') || form === 'affine-only') return undefined;
  // per-activation statistics, or another axis than the one the bias runs along, do not see the bias as a constant
  return channels !== undefined && channels === linear.linear!.channels ? norm : undefined;
}

/** The layer that alone reads the output, where nothing in between changes what a bias per channel does. */
function onlyReader(linear: Layer, view: LayerView): Layer | undefined {
  let layer = linear;
  for (let i = 0; i < 4; i++) {
    const next = view.successors(layer);
    if (next.length !== 1 || view.reachesOutput(layer)) return undefined;
    const [reader] = next;
    if (reader.role === 'norm') return normalizes(reader, layer, view) ? reader : undefined;
    // the largest of a window moves with the bias; padding with zeros does not
    if (reader.kind !== 'MaxPool' && !reader.kind.startsWith('MaxPooling')) return undefined;
    layer = reader;
  }
  return undefined;
}

/** True when the norm reads the layer as its data, and not as its scale or shift: a style, or another condition, sets these. */
function normalizes(reader: Layer, layer: Layer, view: LayerView): boolean {
  const parameters = [reader.norm?.scale, reader.norm?.shift];
  const read = reader.inputs.filter((_, i) => view.predecessors(reader)[i] === layer);
  return read.length > 0 && !read.some((input) => parameters.includes(input));
}

/** The operator's third input, where it is one: optional for Conv, for Gemm since opset 11. */
function canBeLeftOut({ main, linear }: Layer, { graph }: LayerView): boolean {
  const { opType, domain, inputs } = graph.node(main);
  const isOwn = opType === 'Gemm' && domain === '' && inputs[2] === linear!.bias;
  return !isOwn || (graph.opsets.get('') ?? 1) >= 11;
}

function isSharedParameter(bias: number, linear: Layer, view: LayerView): boolean {
  return view.graph.consumers(bias).some((n) => view.layerOfNode(n) !== undefined && view.layerOfNode(n) !== linear);
}

/** Number of elements of the bias where the file states it. */
export function biasSize(linear: Layer, { graph }: LayerView): number | undefined {
  const bias = linear.linear!.bias!;
  const dims = graph.initializer(bias)?.dims;
  if (dims !== undefined) return elementCount(dims);
  const shape = graph.valueType(bias)?.shape;
  return shape?.every((d): d is number => typeof d === 'number') ? elementCount(shape) : undefined;
}
