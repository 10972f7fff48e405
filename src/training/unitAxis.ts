import type { Layer, LayerView } from '../layers/layerView';

const RECTIFIERS: ReadonlySet<string> = new Set(['Relu', 'Relu6']);
/** Roles that a unit passes through unmixed on its way from the linear layer that computes it. */
const TRANSPARENT: ReadonlySet<Layer['role']> = new Set(['norm', 'join', 'activation', 'pool', 'dropout']);

/**
 * The axis of a ReLU's output that counts its units: channels behind a convolution, features behind a dense layer. A channel
 * may have been moved to the last axis. Undefined for other activations and where the units are not known.
 */
export function unitAxis(layer: Layer, view: LayerView, shape: readonly number[]): number | undefined {
  if (layer.activation === undefined || !RECTIFIERS.has(layer.activation) || shape.length < 2) return undefined;
  const linear = linearBefore(layer, view)?.linear;
  if (linear?.channels === undefined) return undefined;
  const last = shape.length - 1;
  const isConvolution = linear.operator === 'Conv' || linear.operator === 'ConvTranspose';
  return (isConvolution ? [1, last] : [last]).find((axis) => shape[axis] === linear.channels);
}

function linearBefore(layer: Layer, view: LayerView): Layer | undefined {
  const seen = new Set([layer]);
  for (const current of seen) {
    if (current.role === 'linear') return current;
    if (!TRANSPARENT.has(current.role)) continue;
    for (const before of view.predecessors(current)) if (before) seen.add(before);
  }
  return undefined;
}
