import { count, say } from '../../texts/say';
import type { Rule } from '../rule';

export const groupCountMismatch: Rule = {
  meta: {
    id: 'group-count-mismatch',
    severity: 'error',
    title: 'Groups that do not divide the channels',
    whatItDoes: 'Reports a group norm whose number of channels is no multiple of its number of groups.',
    why:
      'A group norm cuts the channels into groups of the same size. Where the number does not come out even, runtimes refuse the model or, worse, ' +
      'cut groups across channels and samples.',
    insteadDo:
      'Choose a number of groups that divides the channels (32 groups for 64 channels and more, or 16 channels per group, as in the paper), and look ' +
      'again when the width of the network changes.',
    bad: {
      text: `<ir_version: 10, opset_import: ["" : 21]>
uneven (float[N,3,8,8] x) => (float[N,12,8,8] y)
<float[12,3,1,1] w, float[12] scale, float[12] shift>
{
  a = Conv(x, w)
  y = GroupNormalization<num_groups = 8>(a, scale, shift)  # finding
}`,
    },
    good: {
      text: `<ir_version: 10, opset_import: ["" : 21]>
even (float[N,3,8,8] x) => (float[N,12,8,8] y)
<float[12,3,1,1] w, float[12] scale, float[12] shift>
{
  a = Conv(x, w)
  y = GroupNormalization<num_groups = 4>(a, scale, shift)
}`,
    },
    references: [
      { title: 'Wu & He 2018, Group Normalization, section 3.1', url: 'https://arxiv.org/abs/1803.08494' },
      {
        title: 'ONNX operator GroupNormalization: num_groups divides the number of channels',
        url: 'https://onnx.ai/onnx/operators/onnx__GroupNormalization.html',
      },
    ],
  },

  isLocal: true,

  check({ view, report }) {
    for (const layer of view.layers) {
      if (layer.norm?.type !== 'group') continue;
      const { channels, groups } = layer.norm;
      // Keras writes -1 for as many groups as channels
      if (channels === undefined || groups === undefined || groups < 1 || channels % groups === 0) continue;
      report({
        layer,
        message: say`${layer.kind} cuts ${count(channels, 'channel')} into ${count(groups, 'group')}, which does not come out even.`,
      });
    }
  },
};
