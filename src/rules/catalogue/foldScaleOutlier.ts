import type { Layer, LayerView } from '../../layers/layerView';
import { say } from '../../texts/say';
import { DEAD_SCALE, keepsStatistics, numbersOf, parametersOf, scaleOf } from '../normParameters';
import type { Rule, RuleContext } from '../rule';
import { figure } from '../words';

const LARGEST_RATIO = 100;

export const foldScaleOutlier: Rule = {
  meta: {
    id: 'fold-scale-outlier',
    severity: 'information',
    title: 'A channel far out of range once folded',
    whatItDoes:
      'Reports a batch norm directly after a linear layer in which the factor that folding multiplies the weights by, ' +
      `abs(scale) / sqrt(variance + epsilon), is more than ${LARGEST_RATIO} times as large in one channel as in the median channel. Channels with a ` +
      `scale below ${DEAD_SCALE} are not counted.`,
    why:
      'Quantization gives all weights of a layer one range (per tensor), or all activations of a layer. One channel with a factor that large takes the whole ' +
      'range, and the other channels are rounded to a few levels. It mostly comes from a channel whose variance is almost zero. In floating point ' +
      'the model works as before.',
    insteadDo:
      'Quantize weights per channel, set the factor of channels with almost no variance to zero (moving what they give out into the shift), or equalize the ranges across ' +
      'layers before quantizing.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
outlier (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale = {1, 1.2, 0.9, 1}, float[4] shift = {0, 0, 0, 0}, float[4] mean = {0, 0, 0, 0},
 float[4] variance = {1, 1.5, 0, 0.8}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
even (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale = {1, 1.2, 0.9, 1}, float[4] shift = {0, 0, 0, 0}, float[4] mean = {0, 0, 0, 0},
 float[4] variance = {1, 1.5, 0.1, 0.8}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title:
          'Sheng et al. 2018, A Quantization-Friendly Separable Convolution for MobileNets: channels of almost no variance',
        url: 'https://arxiv.org/abs/1803.08607',
      },
      {
        title: 'Nagel et al. 2019, Data-Free Quantization through Weight Equalization and Bias Correction',
        url: 'https://arxiv.org/abs/1906.04721',
      },
    ],
  },

  isLocal: true,

  needs(view) {
    return view.layers.flatMap((l) => (foldsBack(l, view) ? parametersOf(l, ['variance', 'scale', 'outerScale']) : []));
  },

  check(context) {
    const { view, report } = context;
    for (const layer of view.layers) {
      if (!foldsBack(layer, view)) continue;
      const factors = foldFactors(layer, context);
      if (factors === undefined || factors.length === 0) continue;
      const median = medianOf(factors.map((f) => f.factor));
      const largest = factors.reduce((a, b) => (b.factor > a.factor ? b : a));
      if (!(largest.factor > LARGEST_RATIO * median && Number.isFinite(largest.factor))) continue;
      const outliers = factors.filter((f) => f.factor > LARGEST_RATIO * median).length;
      report({
        layer,
        message:
          say`Folding ${layer.kind} multiplies the weights of channel ${largest.channel} by ${figure(largest.factor)}, ${figure(largest.factor / median)} times the median channel (${figure(median)}); its variance is ${figure(largest.variance)}` +
          (outliers > 1 ? say`, and ${outliers} channels are that far out` : '') +
          say`. With one range for the whole layer, quantization rounds the others to a few levels.`,
      });
    }
  },
};

/** True for a batch norm that would be folded into the linear layer right before it. */
function foldsBack(layer: Layer, view: LayerView): boolean {
  if (!keepsStatistics(layer) || layer.norm!.trainingForm) return false;
  const before = view.predecessors(layer);
  return before.length === 1 && before[0]?.role === 'linear' && before[0].activation === undefined;
}

interface FoldFactor {
  readonly channel: number;
  readonly factor: number;
  readonly variance: number;
}

/** What folding multiplies each live channel by; undefined when the file does not hold the numbers or they are no variances. */
function foldFactors(layer: Layer, context: RuleContext): readonly FoldFactor[] | undefined {
  const variance = numbersOf(layer, 'variance', context);
  const scale = variance && scaleOf(layer, variance.length, context);
  const epsilon = layer.norm!.epsilon;
  if (variance === undefined || scale === undefined || epsilon === undefined) return undefined;
  if (variance.some((v) => !(v >= 0))) return undefined;
  return scale.flatMap((s, channel) =>
    Math.abs(s) < DEAD_SCALE
      ? []
      : [{ channel, factor: Math.abs(s) / Math.sqrt(variance[channel] + epsilon), variance: variance[channel] }],
  );
}

function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
