import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';
import { keepsStatistics, numbersOf, parametersOf } from '../normParameters';
import type { Rule, RuleContext } from '../rule';

const FEWEST_CHANNELS = 0.95;
const TOLERANCE = 1e-2;

export const nearIdentityNorm: Rule = {
  meta: {
    id: 'near-identity-norm',
    severity: 'hint',
    title: 'A batch norm that undoes itself',
    whatItDoes:
      `Reports a batch norm whose scale equals the standard deviation, sqrt(variance + epsilon), and whose shift equals the mean within 1 % in more than ` +
      `${100 * FEWEST_CHANNELS} % of its channels. Channels at their initial values (mean 0, variance 1, scale 1, shift 0) do not count.`,
    why:
      'With these parameters the norm gives out what goes in. The authors of batch norm point out that it can learn to do so: then the layer had nothing to ' +
      'gain from normalized inputs in inference, and costs time in every run.',
    insteadDo: 'Fold the norm into the linear layer beside it, or remove it: in inference nothing changes.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
identity (float[N,3,8,8] x) => (float[N,2,8,8] y)
<float[2,3,3,3] w, float[2] scale = {2, 0.5}, float[2] shift = {0.3, -0.7}, float[2] mean = {0.3, -0.7}, float[2] variance = {4, 0.25}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
initial (float[N,3,8,8] x) => (float[N,2,8,8] y)
<float[2,3,3,3] w, float[2] scale = {1, 1}, float[2] shift = {0, 0}, float[2] mean = {0, 0}, float[2] variance = {1, 1}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title:
          'Ioffe & Szegedy 2015, Batch Normalization, section 3: scale and shift can represent the identity transform',
        url: 'https://arxiv.org/abs/1502.03167',
      },
    ],
  },

  isLocal: true,

  needs(view) {
    return view.layers.flatMap((l) => (canBeIdentity(l) ? parametersOf(l) : []));
  },

  check(context) {
    for (const layer of context.view.layers) {
      const found = canBeIdentity(layer) ? undoneChannels(layer, context) : undefined;
      if (found === undefined || found.undone <= FEWEST_CHANNELS * found.channels) continue;
      context.report({
        layer,
        message:
          say`${layer.kind} undoes itself in ${found.undone} of ${found.channels} channels: its scale is the standard deviation and its shift the mean within 1 %. ` +
          say`In inference it gives out what goes in, and can be removed.`,
      });
    }
  },
};

/** In training form the norm uses other statistics than those of the file; an outer scale is not part of the argument. */
function canBeIdentity(layer: Layer): boolean {
  const { trainingForm, scale, shift, outerScale, outerShift } = layer.norm ?? {};
  if (!keepsStatistics(layer) || trainingForm) return false;
  return scale !== undefined && shift !== undefined && outerScale === undefined && outerShift === undefined;
}

function undoneChannels(layer: Layer, context: RuleContext): { undone: number; channels: number } | undefined {
  const [scale, shift, mean, variance] = (['scale', 'shift', 'mean', 'variance'] as const).map((name) =>
    numbersOf(layer, name, context),
  );
  const epsilon = layer.norm!.epsilon;
  if (scale === undefined || shift === undefined || mean === undefined || variance === undefined) return undefined;
  const channels = scale.length;
  if (epsilon === undefined || [shift, mean, variance].some((v) => v.length !== channels)) return undefined;
  let undone = 0;
  for (let i = 0; i < channels; i++) {
    if (mean[i] === 0 && variance[i] === 1 && scale[i] === 1 && shift[i] === 0) continue;
    const deviation = Math.sqrt(variance[i] + epsilon);
    const sameScale = Math.abs(scale[i] - deviation) <= TOLERANCE * deviation;
    const sameShift = Math.abs(shift[i] - mean[i]) <= TOLERANCE * Math.max(Math.abs(mean[i]), deviation);
    if (sameScale && sameShift) undone++;
  }
  return { undone, channels };
}
