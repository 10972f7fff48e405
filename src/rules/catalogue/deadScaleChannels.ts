import type { NormType } from '../../protocol/facts';
import type { Layer, LayerView } from '../../layers/layerView';
import { say } from '../../texts/say';
import { DEAD_SCALE, numbersOf, parametersOf, scaleOf } from '../normParameters';
import type { Rule } from '../rule';
import { figure } from '../words';

const MOST_DEAD = 0.05;

/** Norms with one scale for each channel of feature maps. */
const types: readonly NormType[] = ['batch', 'instance', 'group'];

export const deadScaleChannels: Rule = {
  meta: {
    id: 'dead-scale-channels',
    severity: 'information',
    title: 'Channels switched off by their scale',
    whatItDoes:
      `Reports a batch, instance or group norm whose scale is below ${DEAD_SCALE} (in absolute value) in more than ${100 * MOST_DEAD} % of its channels. ` +
      'A norm at the end of a residual branch with all scales 0 is left out: that is a way to initialise.',
    why:
      'Such a channel gives out its shift, whatever goes in: the filter before it and the weights that read it are computed for nothing. Weight ' +
      'decay on the scale drives channels there. While the scale is 0 it alone has a gradient: nothing before the norm learns anything for them.',
    insteadDo:
      'Prune these channels: drop the filters before the norm, and add what the constant shift contributes to the bias of the layers after it. Before training ' +
      'again, leave scales and shifts out of weight decay, or start with fewer channels.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
dead_channels (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,3,3] w, float[4] scale = {0.9, 0, 1.1, 0.00000001}, float[4] shift = {0, 0.1, 0, 0}, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
zero_gamma (float[N,2,8,8] x) => (float[N,2,8,8] y)
<float[2,2,1,1] w, float[2] scale = {0, 0}, float[2] shift = {0, 0}, float[2] mean, float[2] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  s = Add(x, n)
  y = Relu(s)
}`,
    },
    references: [
      {
        title: 'Goyal et al. 2017, Accurate, Large Minibatch SGD, section 5.1: scale 0 at the end of residual blocks',
        url: 'https://arxiv.org/abs/1706.02677',
      },
      {
        title: 'Liu et al. 2017, Learning Efficient Convolutional Networks through Network Slimming',
        url: 'https://arxiv.org/abs/1708.06519',
      },
      { title: 'tensorpack/tensorpack issue 420', url: 'https://github.com/tensorpack/tensorpack/issues/420' },
    ],
  },

  isLocal: true,

  needs(view) {
    return view.layers.flatMap((l) => (hasChannels(l) ? parametersOf(l, ['scale', 'outerScale']) : []));
  },

  check(context) {
    for (const layer of context.view.layers) {
      if (!hasChannels(layer)) continue;
      const size = numbersOf(layer, layer.norm!.scale === undefined ? 'outerScale' : 'scale', context)?.length ?? 0;
      const scale = size > 0 ? scaleOf(layer, size, context) : undefined;
      if (scale === undefined) continue;
      const dead = scale.filter((s) => Math.abs(s) < DEAD_SCALE).length;
      if (dead <= MOST_DEAD * size || (dead === size && endsResidualBranch(layer, context.view))) continue;
      context.report({
        layer,
        message:
          say`The scale of ${layer.kind} is 0 (below ${DEAD_SCALE}) in ${dead} of ${size} channels (${figure((100 * dead) / size)} %): ` +
          (dead === 1
            ? say`it gives out a constant, and can be pruned.`
            : say`they give out a constant, and can be pruned.`),
      });
    }
  },
};

function hasChannels({ norm }: Layer): boolean {
  return norm !== undefined && types.includes(norm.type);
}

function endsResidualBranch(layer: Layer, view: LayerView): boolean {
  return view.nearestAfter(layer).some((l) => l.role === 'join');
}
