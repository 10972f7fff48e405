import type { Layer, LayerView } from '../layers/layerView';
import type { NormType } from '../protocol/facts';

const types: readonly NormType[] = ['batch', 'instance', 'group'];

/** A norm that reads the activation of a linear layer. */
export interface LateNorm {
  readonly norm: Layer;
  readonly linear: Layer;
  /** The linear layer itself where it applies the activation at once. */
  readonly activation: Layer;
}

/** Norms that stand behind the activation of a linear layer and do not begin a branch of a residual stream. */
export function lateNorms(view: LayerView): readonly LateNorm[] {
  return view.layers.flatMap((norm) => {
    if (norm.norm === undefined || !types.includes(norm.norm.type)) return [];
    const { placement, linear, activation } = view.placementOf(norm);
    if (placement !== 'linear-activation-norm' || linear === undefined || activation === undefined) return [];
    // the activation is also what a later sum or concat reads: the norm begins a branch of the residual stream
    if (view.nearestAfter(activation).some((l) => l.role === 'join')) return [];
    return { norm, linear, activation };
  });
}
