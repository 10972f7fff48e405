import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';
import { DEAD_SCALE, keepsStatistics, numbersOf, parametersOf, scaleOf } from '../normParameters';
import type { Rule, RuleContext } from '../rule';
import { figure } from '../words';

/** Share of the live channels whose variance epsilon dwarfs. */
const FEWEST_CHANNELS = 0.1;
/** Share of the output's variance that those channels carry. */
const LEAST_VARIANCE = 0.01;
const DWARFED = 10;

export const epsilonDominatesVariance: Rule = {
  meta: {
    id: 'epsilon-dominates-variance',
    severity: 'information',
    title: 'Epsilon larger than the variance',
    whatItDoes:
      `Reports a batch norm in which the running variance is below a tenth of epsilon in more than ${100 * FEWEST_CHANNELS} % of the live channels, ` +
      `when those channels carry more than ${100 * LEAST_VARIANCE} % of the variance that the norm gives out. Channels with a scale below ` +
      `${DEAD_SCALE} do not count.`,
    why:
      'Epsilon is there to avoid a division by zero. Where it is larger than the variance, the norm divides by about the square root of epsilon: the output has far less ' +
      'than unit variance, the norm works as a fixed factor, and files that are converted with another epsilon compute something else. Small ' +
      'variances alone are common (MobileNets are full of them) and do no harm while little of the output comes from them.',
    insteadDo:
      'Train with a smaller epsilon, or with larger inputs of the layer (scaled data, larger initial weights). Never change epsilon in a trained model.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
small_variances (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale = {1, 2, 1, 1}, float[4] shift = {0, 0, 0, 0}, float[4] mean = {0, 0, 0, 0},
 float[4] variance = {0.00005, 0.00008, 0.02, 0.5}>
{
  a = Conv(x, w)
  n = BatchNormalization<epsilon = 0.001>(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
small_epsilon (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale = {1, 2, 1, 1}, float[4] shift = {0, 0, 0, 0}, float[4] mean = {0, 0, 0, 0},
 float[4] variance = {0.00005, 0.00008, 0.02, 0.5}>
{
  a = Conv(x, w)
  n = BatchNormalization<epsilon = 0.00001>(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'Ioffe & Szegedy 2015, Batch Normalization, algorithm 1: epsilon is a constant for numerical stability',
        url: 'https://arxiv.org/abs/1502.03167',
      },
    ],
  },

  isLocal: true,

  needs(view) {
    return view.layers.flatMap((l) => (keepsStatistics(l) ? parametersOf(l, ['variance', 'scale', 'outerScale']) : []));
  },

  check(context) {
    for (const layer of context.view.layers) {
      const epsilon = layer.norm?.epsilon;
      const found = epsilon === undefined ? undefined : dwarfedChannels(layer, epsilon, context);
      if (found === undefined || found.channels <= FEWEST_CHANNELS * found.live || found.share <= LEAST_VARIANCE)
        continue;
      context.report({
        layer,
        message:
          say`Epsilon (${figure(epsilon!)}) is more than ${DWARFED} times the running variance in ${found.channels} of ${found.live} live channels of ${layer.kind}, which carry ${figure(100 * found.share)} % of the variance of its output: ` +
          say`there the norm divides by the root of epsilon and not by what it measured (smallest variance ${figure(found.smallest)}).`,
      });
    }
  },
};

interface Dwarfed {
  readonly channels: number;
  readonly live: number;
  /** Share of the output's variance, the sum of scale^2 var / (var + epsilon), that these channels carry. */
  readonly share: number;
  readonly smallest: number;
}

function dwarfedChannels(layer: Layer, epsilon: number, context: RuleContext): Dwarfed | undefined {
  const variance = keepsStatistics(layer) ? numbersOf(layer, 'variance', context) : undefined;
  const scale = variance && scaleOf(layer, variance.length, context);
  if (variance === undefined || scale === undefined) return undefined;
  let [channels, live, theirs, total, smallest] = [0, 0, 0, 0, Infinity];
  for (let i = 0; i < variance.length; i++) {
    if (Math.abs(scale[i]) < DEAD_SCALE) continue;
    live++;
    const output = (scale[i] ** 2 * variance[i]) / (variance[i] + epsilon);
    total += output;
    smallest = Math.min(smallest, variance[i]);
    if (variance[i] >= epsilon / DWARFED) continue;
    channels++;
    theirs += output;
  }
  // negative and non-finite variances are for rules of their own
  if (!(total > 0 && Number.isFinite(total)) || smallest < 0) return undefined;
  return { channels, live, share: theirs / total, smallest };
}
