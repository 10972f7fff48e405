import type { LayerRole, ModelFacts, Range } from '../protocol/facts';
import type { ConfigDocument } from './configDocument';
import { oneLine } from './escapeMarkdown';
import { placeKey, statedLayers } from './layerHint';

/** A layer in the outline of a model text. */
export interface OutlineItem {
  readonly name: string;
  /** Its class, and what its hint says. */
  readonly detail: string;
  /** Undefined for a nested model and for a layer that is no part of the graph. */
  readonly role?: LayerRole;
  readonly range: Range;
  /** Inside the range. */
  readonly selection: Range;
  readonly children: readonly OutlineItem[];
}

/**
 * The layers of a model text as a tree, nested models with theirs inside.
 * @param facts of the model as it is written in the same text; places in them are the text's own
 */
export function outlineOf(config: ConfigDocument, facts: ModelFacts | undefined): readonly OutlineItem[] {
  const stated = new Map(
    facts === undefined
      ? []
      : statedLayers(facts).map((known) => [placeKey(known.layer.source!.range.start), known] as const),
  );
  const roots: OutlineItem[] = [];
  const children: OutlineItem[][] = [];
  config.layers.forEach((layer, i) => {
    const range = config.lines.rangeOf(layer.span.offset, layer.span.length);
    const known = stated.get(placeKey(range.start));
    const own: OutlineItem[] = (children[i] = []);
    const parent = config.around[i];
    const className = oneLine(layer.className);
    const item: OutlineItem = {
      // VS Code takes no symbol without a name
      name: oneLine(layer.definition.name) || className || '?',
      detail: known?.hint === undefined ? className : `${className}: ${known.hint}`,
      ...(known !== undefined && { role: known.layer.role }),
      range,
      selection: config.statementOf(layer),
      children: own,
    };
    (parent < 0 ? roots : children[parent]).push(item);
  });
  return roots;
}
