import type { LayerView } from '../layers/layerView';
import type { ModelFrame } from './rule';

/**
 * True when the file cannot tell whether its convolutions ever had norms: an exported inference graph in which every convolution
 * has a bias and none has a norm of its own may have had its norms folded. Layers models and training graphs are never folded.
 */
export function normsMayBeFolded(model: ModelFrame, view: LayerView): boolean {
  if (model.purpose !== 'inference' || (model.format !== 'onnx' && model.format !== 'tfjs-graph')) return false;
  const convolutions = view.layers.filter((l) => l.linear?.operator.startsWith('Conv'));
  if (convolutions.length === 0 || convolutions.some((l) => l.linear?.bias === undefined)) return false;
  return convolutions.every((l) => !view.normalizationOf(l).startsWith('normalized'));
}
