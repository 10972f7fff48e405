import type { Layer, LayerView } from '../layers/layerView';
import type { ModelFrame } from './rule';

/** Nobody keeps less than half of the old average on purpose; 0.1 and 0.01 are PyTorch's usual values. */
export const LOWEST_USUAL_MOMENTUM = 0.5;

/** Batch norms whose momentum, the weight of the old value, looks like that of another convention. */
export function unusualMomenta(model: ModelFrame, view: LayerView): readonly Layer[] {
  return view.layers.filter((layer) => {
    const momentum = layer.norm?.momentum;
    return momentum !== undefined && isUnusual(momentum, model) && isTrained(layer, view);
  });
}

function isUnusual(momentum: number, { format }: ModelFrame): boolean {
  // Keras documents 1 as a way to freeze the statistics
  return momentum < LOWEST_USUAL_MOMENTUM || (momentum === 1 && format === 'onnx');
}

function isTrained(layer: Layer, view: LayerView): boolean {
  return (
    layer.norm!.type === 'batch' && layer.norm!.epsilon !== 0 && view.placementOf(layer).placement !== 'input-norm'
  );
}
