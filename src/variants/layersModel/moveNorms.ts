import type { StatedLayer } from '../../formats/tfjs/statedLayers';
import type { TextEdit } from '../../formats/tfjs/textEdits';
import type { LayersText } from './layersText';

/** Layer classes that are an activation of each element and nothing else. */
const standalone: ReadonlySet<string> = new Set(['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU']);

/**
 * Moves a norm before the activation that it reads.
 * @param last the layer before the norm: an activation, or a layer that applies one itself
 */
export function movedBefore(text: LayersText, last: StatedLayer, norm: StatedLayer): TextEdit[] | undefined {
  if (standalone.has(last.className)) return text.swap(last, norm);
  const own = last.definition.config.activation;
  return typeof own === 'string' ? text.splitOff(last, own, norm) : undefined;
}

/** Moves a norm behind the activation that reads it. */
export function movedBehind(text: LayersText, norm: StatedLayer, next: StatedLayer): TextEdit[] | undefined {
  return standalone.has(next.className) ? text.swap(norm, next) : undefined;
}
