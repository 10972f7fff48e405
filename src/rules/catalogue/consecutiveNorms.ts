import type { NormType } from '../../protocol/facts';
import type { Layer, LayerView } from '../../layers/layerView';
import { say } from '../../texts/say';
import type { Rule } from '../rule';

const perChannel: readonly NormType[] = ['batch', 'instance'];
const perFeature: readonly NormType[] = ['layer', 'rms'];

export const consecutiveNorms: Rule = {
  meta: {
    id: 'consecutive-norms',
    severity: 'information',
    title: 'Two norms in a row',
    whatItDoes:
      'Reports a norm whose only reader is another norm of the same channels or the same axes, with nothing between them but casts, reshapes and ' +
      'transposes. Norms of queries and keys, norms over different axes, and a norm that starts a residual stream are not reported.',
    why:
      'Batch and instance norms bring each channel to mean zero and variance one: of a scale and a shift per channel that a norm before them has applied ' +
      'nothing is left but the sign, so the first norm learns nothing that the second could not. Of two layer norms over the same features the second ' +
      'normalizes again what has just been normalized, and all that the first adds is its scale and shift.',
    insteadDo: 'Remove one of the two; in a trained model the one before can be dropped after retraining a few steps.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
twice (float[N,3,8,8] x) => (float[N,4,6,6] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  n2 = BatchNormalization(n, scale, shift, mean, variance)  # finding
  y = Relu(n2)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
once (float[N,3,8,8] x) => (float[N,4,6,6] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title:
          'Ioffe & Szegedy 2015, Batch Normalization, section 3.3: the norm is invariant to the scale of its input',
        url: 'https://arxiv.org/abs/1502.03167',
      },
    ],
  },

  check({ view, report }) {
    for (const norm of view.layers) {
      if (norm.norm === undefined || norm.sum !== undefined) continue;
      const [before] = view.predecessors(norm);
      if (before === undefined || !isDirectlyBefore(before, norm, view)) continue;
      if (view.placementOf(norm).placement === 'qk-norm' || view.placementOf(before).placement === 'qk-norm') continue;
      const what = perChannel.includes(norm.norm.type)
        ? say`takes the scale and shift per channel of ${before.id} away again`
        : say`normalizes again what ${before.id} has just normalized over the same axes`;
      report({
        layer: norm,
        layers: [before],
        message: say`${norm.kind} comes directly after ${before.kind} (${before.id}) and ${what}: one of the two is enough.`,
      });
    }
  },
};

function isDirectlyBefore(before: Layer, norm: Layer, view: LayerView): boolean {
  if (before.norm === undefined || view.successors(before).length !== 1 || view.reachesOutput(before)) return false;
  const [first, second] = [before.norm, norm.norm!];
  if (first.form === 'affine-only' || second.form === 'affine-only') return false;
  // a reshape between the two made other channels
  if (first.channels === undefined || first.channels !== second.channels) return false;
  if (perChannel.includes(second.type)) return perChannel.includes(first.type);
  const alike = first.type === second.type || (perFeature.includes(first.type) && perFeature.includes(second.type));
  if (!alike || (!perFeature.includes(second.type) && second.type !== 'group')) return false;
  return first.groups === second.groups && sameAxes(first.axes, second.axes);
}

function sameAxes(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((axis, i) => axis === b[i]);
}
