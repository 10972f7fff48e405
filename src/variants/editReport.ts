import type { Layer } from '../layers/layerView';

/** What an edit of a graph did, layer by layer. */
export interface EditReport {
  readonly changed: readonly Layer[];
  /** Layers that the edit was meant for and that stay as they are, with the reason in words. */
  readonly left: readonly { readonly layer: Layer; readonly reason: string }[];
}

/** What an edit did that keeps the model's results as they were. */
export interface FixReport extends EditReport {
  /** Layers whose outputs tell whether it did: the norms behind biases, the layers behind folded norms. */
  readonly results: readonly Layer[];
}

/** Ends the edit of one layer before anything of it was changed. */
export class LeaveAlone extends Error {
  override readonly name = 'LeaveAlone';
}

/** What is edited at a time. */
export interface EditedLayer {
  readonly layer: Layer;
  /** See `FixReport.results`. */
  readonly result: Layer;
}

/** Edits layer after layer; what an edit throws as `LeaveAlone` is a reason to leave its layer as it is. */
export async function editEach<T>(
  items: readonly T[],
  layersOf: (item: T) => EditedLayer,
  edit: (item: T) => Promise<void> | void,
): Promise<FixReport> {
  const changed: Layer[] = [];
  const results = new Set<Layer>();
  const left: { layer: Layer; reason: string }[] = [];
  for (const item of items) {
    const { layer, result } = layersOf(item);
    try {
      await edit(item);
      changed.push(layer);
      results.add(result);
    } catch (error) {
      if (!(error instanceof LeaveAlone)) throw error;
      left.push({ layer, reason: error.message });
    }
  }
  return { changed, results: [...results], left };
}
