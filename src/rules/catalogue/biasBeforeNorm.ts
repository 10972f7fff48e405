import { elementCount } from '../../ir/tensor';
import type { Layer, LayerView } from '../../layers/layerView';
import type { Rule } from '../rule';
import { count, listed } from '../words';

export const biasBeforeNorm: Rule = {
  meta: {
    id: 'bias-before-norm',
    severity: 'hint',
    title: 'Bias that the norm removes',
    whatItDoes:
      'Lists the linear layers whose bias is followed at once by a batch norm or an instance norm over the same channels. ' +
      'One finding for the whole model.',
    why:
      'The norm subtracts the mean of each channel and with it the bias, exactly: the bias changes nothing in training, its gradient ' +
      'is zero, and it costs memory and optimizer state. In inference it only shifts the running mean. Layer norms and group norms ' +
      'subtract one mean of many channels and keep most of the bias: they are not reported.',
    insteadDo:
      'Create the layer without a bias (`bias=False`, `use_bias=False`). In a trained model, subtract the bias from the running mean ' +
      'and drop it.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
biased (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] b, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv<pads = [1,1,1,1]>(x, w, b)  # finding
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
unbiased (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv<pads = [1,1,1,1]>(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'Ioffe & Szegedy 2015, Batch Normalization, section 3.2: "the bias b can be ignored"',
        url: 'https://arxiv.org/abs/1502.03167',
      },
      { title: 'milesial/Pytorch-UNet issue 325', url: 'https://github.com/milesial/Pytorch-UNet/issues/325' },
    ],
  },

  check({ view, report }) {
    const redundant = view.layers.filter((l) => hasRedundantBias(l, view));
    if (redundant.length === 0) return;
    const elements = redundant.reduce((sum, l) => sum + (biasSize(l, view) ?? 0), 0);
    const it = redundant.length === 1 ? 'its bias changes' : 'their biases change';
    report({
      layers: redundant,
      message:
        `${count(redundant.length, 'linear layer')} with a bias directly before a batch or instance norm: ${listed(redundant)}. ` +
        `The norm subtracts the bias again, so ${it} nothing in training` +
        (elements > 0 ? ` (${count(elements, 'parameter')}).` : '.'),
    });
  },
};

function hasRedundantBias(linear: Layer, view: LayerView): boolean {
  const bias = linear.linear?.bias;
  if (bias === undefined || linear.activation !== undefined || biasSize(linear, view) === 0) return false;
  if (isSharedParameter(bias, linear, view)) return false;
  const norm = onlyReader(linear, view);
  if (norm?.norm === undefined) return false;
  const { type, channels } = norm.norm;
  if (type !== 'batch' && type !== 'instance') return false;
  // per-activation statistics, or another axis than the one the bias runs along, do not see the bias as a constant
  return channels !== undefined && channels === linear.linear!.channels;
}

/** The layer that alone reads the output, where nothing in between changes what a bias per channel does. */
function onlyReader(linear: Layer, view: LayerView): Layer | undefined {
  let layer = linear;
  for (let i = 0; i < 4; i++) {
    const next = view.successors(layer);
    if (next.length !== 1 || view.reachesOutput(layer)) return undefined;
    const [reader] = next;
    if (reader.role === 'norm') return reader;
    // the largest of a window moves with the bias; padding with zeros does not
    if (reader.kind !== 'MaxPool' && !reader.kind.startsWith('MaxPooling')) return undefined;
    layer = reader;
  }
  return undefined;
}

function isSharedParameter(bias: number, linear: Layer, view: LayerView): boolean {
  return view.graph.consumers(bias).some((n) => view.layerOfNode(n) !== undefined && view.layerOfNode(n) !== linear);
}

/** Number of elements of the bias where the file states it. */
function biasSize(linear: Layer, { graph }: LayerView): number | undefined {
  const bias = linear.linear!.bias!;
  const dims = graph.initializer(bias)?.dims;
  if (dims !== undefined) return elementCount(dims);
  const shape = graph.valueType(bias)?.shape;
  return shape?.every((d): d is number => typeof d === 'number') ? elementCount(shape) : undefined;
}
