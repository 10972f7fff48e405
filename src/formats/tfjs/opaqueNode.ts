import { nodeOf } from '../../ir/mutableGraph';
import type { LayerParts, Surroundings, TensorValue } from './layerScope';
import type { LoweredCall } from './loweredCall';
import type { WeightManifest } from './weightManifest';
import { weightTensor } from './weightTensor';

/** Domain of layers that stay opaque; the operator is the layer's class. */
export const OPAQUE_DOMAIN = 'tfjs';

interface OpaqueCall extends Pick<LoweredCall, 'layer' | 'label' | 'origin' | 'inputs'> {
  readonly parts: LayerParts;
  readonly opaque: NonNullable<LoweredCall['opaque']>;
}

/** A node that stands for a layer that cannot be expressed in operators, with the weights that carry its name. */
export function opaqueNode(
  around: Pick<Surroundings, 'claim' | 'claimWeight' | 'sharedWeight'>,
  manifest: WeightManifest,
  { parts, layer, label, origin, inputs, opaque: { outputCount, stated } }: OpaqueCall,
): TensorValue[] {
  const claim = (wanted: string) => parts.named(wanted, around.claim(wanted));
  const weights = manifest.ofLayer(layer.name).map((stored) => {
    const shared = around.sharedWeight(layer, stored.name);
    if (shared !== undefined) return shared.name;
    const tensor = weightTensor(parts.named(stored.name, around.claimWeight(stored.name)), stored);
    parts.initializers.push(tensor);
    parts.weights.push({ layer, weight: stored.name, tensor, form: {}, present: stored.present });
    return tensor.name;
  });
  const names = Array.from({ length: outputCount }, (_, i) => claim(i === 0 ? label : `${label}/output_${i}`));
  const values = [...inputs.map((i) => i?.name ?? ''), ...weights];
  const options = { domain: OPAQUE_DOMAIN, name: label, outputs: names, origin };
  parts.nodes.push(nodeOf(layer.className, values, {}, options));
  // most custom layers keep the axes of their input: what follows is then still recognised
  const likely = inputs[0]?.shape?.map(() => null);
  return names.map((name, i) => {
    const { shape, dtype } = stated?.get(i) ?? {};
    const value = { name, shape: shape ?? likely, dtype: dtype ?? inputs[0]?.dtype ?? 'float32' };
    if (shape !== undefined) parts.values.push(value);
    return value;
  });
}
