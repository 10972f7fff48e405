import type { ActivationName, Layer, LayerView } from '../layers/layerView';

/** A linear layer with what belongs to it, up to the layer that hands its result on. */
export interface Unit {
  readonly linear: Layer;
  /** The last layer of the unit: an activation, or the linear layer itself where its operator applies one. */
  readonly end: Layer;
}

/**
 * Maximal runs of units in which each unit is all that reads the one before it: an end that others read too has a way round
 * the next layers (a skip connection, a branch) and ends a run. Every unit is in one run.
 * @param unitAt the unit that ends with a layer, if one does
 */
export function stacksOf<U extends Unit>(view: LayerView, unitAt: (end: Layer) => U | undefined): U[][] {
  const runEndingAt = new Map<Layer, U[]>();
  const runs: U[][] = [];
  for (const layer of view.layers) {
    const unit = unitAt(layer);
    if (unit === undefined) continue;
    const [source] = view.nearestBefore(unit.linear);
    const before = source && runEndingAt.get(source);
    const run = before !== undefined && view.nearestAfter(source!).length === 1 ? before : [];
    if (run.length === 0) runs.push(run);
    run.push(unit);
    runEndingAt.set(layer, run);
  }
  return runs;
}

/** The linear layer that this activation alone reads; the layer itself where its operator applies the activation. */
export function activatedLinear(layer: Layer, view: LayerView): Layer | undefined {
  if (layer.activation === undefined) return undefined;
  if (layer.role === 'linear') return layer;
  const [linear] = view.nearestBefore(layer);
  if (linear?.role !== 'linear' || linear.activation !== undefined) return undefined;
  return view.nearestAfter(linear).length === 1 ? linear : undefined;
}

const bounded: readonly (ActivationName | undefined)[] = ['Sigmoid', 'HardSigmoid', 'Tanh', 'Softmax'];

/**
 * The activation scales another value: it is bounded and multiplied with one, or it is used for nothing else (gated linear units).
 * A ReLU that a squeeze-and-excitation branch also reads is what is scaled, and no gate.
 */
export function isGate(activation: Layer, view: LayerView): boolean {
  const after = view.nearestAfter(activation);
  if (!bounded.includes(activation.activation) && after.length > 1) return false;
  return after.some((l) => l.role === 'join' && /^(Mul|Multiply|QLinearMul)$/.test(l.kind));
}
