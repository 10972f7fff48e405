import type { StatedLayer } from '../../formats/tfjs/statedLayers';
import type { TextEdit } from '../../formats/tfjs/textEdits';
import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';
import { editEach, LeaveAlone, type FixReport } from '../editReport';
import type { LayersEditor } from './layersEditor';
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

/** Moves a norm after the activation that reads it. */
export function movedBehind(text: LayersText, norm: StatedLayer, next: StatedLayer): TextEdit[] | undefined {
  return standalone.has(next.className) ? text.swap(norm, next) : undefined;
}

/** A norm and the layer that it changes places with. */
export interface NormMove {
  readonly norm: Layer;
  /** Before the norm: an activation, or a linear layer that applies one itself. Behind it: an activation. */
  readonly neighbour: Layer;
  readonly to: 'before' | 'behind';
}

/** Moves norms before or behind activations; their weights stay as they are. */
export function moveNorms(editor: LayersEditor, moves: readonly NormMove[]): Promise<FixReport> {
  return editEach(
    moves,
    ({ norm }) => ({ layer: norm, result: norm }),
    ({ norm, neighbour, to }) => {
      const [moved, other] = [editor.statedOf(norm), editor.statedOf(neighbour)];
      const move = to === 'before' ? movedBefore(editor.text, other, moved) : movedBehind(editor.text, moved, other);
      if (move === undefined) throw new LeaveAlone(say`it and ${neighbour.id} are not alone beside each other`);
      editor.move(move);
    },
  );
}
