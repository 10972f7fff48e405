import type { Layer, LayerView } from '../layers/layerView';
import type { ModelFrame } from './rule';

/** Exporters fold norms into inference graphs; layers models and training graphs are never folded. */
export function isExported({ purpose, format }: ModelFrame): boolean {
  return purpose === 'inference' && (format === 'onnx' || format === 'tfjs-graph');
}

/** Convolutions of which the file does not tell whether they ever had norms (see `LayerView.normalizationOf`). */
export function foldedLayers(view: LayerView): readonly Layer[] {
  return view.layers.filter((l) => l.linear !== undefined && view.normalizationOf(l) === 'folded');
}

/** True when a norm that this layer once had would show nowhere: rules about missing norms then keep silent about it. */
export function mayHaveHadNorm(linear: Layer, model: ModelFrame, view: LayerView): boolean {
  if (!isExported(model)) return false;
  return linear.linear?.bias !== undefined || view.normalizationOf(linear) === 'folded';
}
