import { isSum, type Layer, type LayerView } from '../layers/layerView';
import type { NormType } from '../protocol/facts';

const types: readonly NormType[] = ['batch', 'instance', 'group'];

/** A norm that reads the activation of a linear layer. */
export interface LateNorm {
  readonly norm: Layer;
  readonly linear: Layer;
  /** The linear layer itself where it applies the activation at once. */
  readonly activation: Layer;
}

/** Norms that stand after the activation of a linear layer and do not begin a branch of a residual stream. */
export function lateNorms(view: LayerView): readonly LateNorm[] {
  return view.layers.flatMap((norm) => {
    if (norm.norm === undefined || !types.includes(norm.norm.type)) return [];
    const { placement, linear, activation } = view.placementOf(norm);
    if (placement !== 'linear-activation-norm' || linear === undefined || activation === undefined) return [];
    // the activation is also what a later sum or concat reads: the norm begins a branch of the residual stream
    const readers = view.nearestAfter(activation);
    if (readers.some((l) => l.role === 'join')) return [];
    // nor does a skip connection that is a norm, beside the convolutions that it is added to (RepVGG, RepGhost)
    const next = view.nearestAfter(norm);
    if (readers.length > 1 && next.length > 0 && next.every(isSum)) return [];
    return { norm, linear, activation };
  });
}
