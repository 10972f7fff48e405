import type { Dim } from '../../ir/graph';
import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';
import type { Rule, RuleContext } from '../rule';

export const singleValueStatistics: Rule = {
  meta: {
    id: 'single-value-statistics',
    severity: 'warning',
    title: 'Statistics of a single value',
    whatItDoes:
      'Reports a norm that takes its mean and variance over one value: an instance norm of an image of one pixel, a group norm whose groups have one ' +
      'element, a layer norm over one feature, or a batch norm in training mode with a batch of one and one pixel. An error in training graphs. Sizes that ' +
      'are not known, and batch norms with running statistics, are not reported.',
    why:
      'The mean of one value is the value: the difference is 0, whatever the input. The output is the shift (beta) alone, nothing of the ' +
      'input gets through and no gradient gets back.',
    insteadDo:
      'Remove the norm where the image has shrunk to one pixel, take fewer groups, or use a layer norm over the channels. For batch norm, train with more than one sample.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
one_pixel (float[N,4,8,8] x) => (float[N,4,1,1] y)
<float[4] scale, float[4] shift>
{
  p = GlobalAveragePool(x)
  n = InstanceNormalization(p, scale, shift)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
image (float[N,4,8,8] x) => (float[N,4,1,1] y)
<float[4] scale, float[4] shift>
{
  n = InstanceNormalization(x, scale, shift)
  r = Relu(n)
  y = GlobalAveragePool(r)
}`,
    },
    references: [
      {
        title: 'PyTorch, torch.nn.functional: "Expected more than 1 value per channel when training"',
        url: 'https://github.com/pytorch/pytorch/blob/main/torch/nn/functional.py',
      },
      { title: 'Ulyanov et al. 2016, Instance Normalization', url: 'https://arxiv.org/abs/1607.08022' },
    ],
  },

  isLocal: true,

  check(context) {
    const { model, view, report } = context;
    for (const layer of view.layers) {
      if (layer.norm === undefined || layer.norm.form === 'affine-only' || layer.sum !== undefined) continue;
      if (valuesPerStatistic(layer, context) !== 1) continue;
      const { type } = layer.norm;
      const what =
        type === 'instance'
          ? say`each image`
          : type === 'group'
            ? say`each group`
            : type === 'batch'
              ? say`each channel`
              : say`each sample`;
      report({
        layer,
        severity: model.purpose === 'training' ? 'error' : undefined,
        message:
          say`${layer.kind} takes mean and variance over a single value (${what} has one element): ` +
          say`what is left of its input is 0, and its output is its shift alone.`,
      });
    }
  },
};

/** How many values one mean is taken over, where all sizes are known. */
function valuesPerStatistic({ norm, inputs }: Layer, { model, typeOf }: RuleContext): number | undefined {
  const { type, channels, groups, trainingForm } = norm!;
  const shape = typeOf(inputs[0])?.shape;
  if (shape === undefined || shape.length < 2) return undefined;
  if (type === 'instance') return shape.length > 2 ? spatial(shape, channels) : undefined;
  if (type === 'layer') return channels !== undefined && norm!.axes?.length === 1 ? channels : undefined;
  if (type === 'batch') {
    const [batch] = shape;
    const pixels = spatial(shape, channels);
    if (!trainingForm && model.purpose !== 'training') return undefined;
    return typeof batch === 'number' && pixels !== undefined ? batch * pixels : undefined;
  }
  if (type !== 'group' || channels === undefined || !groups || groups < 1) return undefined;
  // of feature vectors: every position by itself
  const pixels = norm!.axes?.length === 1 ? 1 : spatial(shape, channels);
  return pixels && (channels / groups) * pixels;
}

/** Pixels of an image: its elements by its channels, wherever the layout has them. */
function spatial([, ...sizes]: readonly Dim[], channels: number | undefined): number | undefined {
  const elements = sizes.reduce<number>((product, d) => product * (typeof d === 'number' ? d : NaN), 1);
  return channels !== undefined && channels > 0 && elements > 0 ? elements / channels : undefined;
}
