import type { JsonIndex, Span } from './jsonIndex';
import type { LayerDefinition, ModelDefinition } from './topology';

/** A layer as the text of a model states it. */
export interface StatedLayer {
  /** Names of the models around it and its own, joined with '/'. */
  readonly path: string;
  readonly className: string;
  /** The layer's JSON object, in UTF-16 units. */
  readonly span: Span;
  readonly definition: LayerDefinition;
  /** The model that it is a layer of. */
  readonly model: ModelDefinition;
}

/** The layers of a model, those of nested models and wrapped ones included, in the order of the text; the outer one first. */
export function statedLayers(model: ModelDefinition, index: JsonIndex): StatedLayer[] {
  return model.layers.flatMap((layer) => statedIn(layer, layer.name, model, index)).sort(inText);
}

/**
 * A layer and those inside it, in the order of the text.
 * @param path of the layer itself
 * @param model that it is a layer of
 */
export function statedIn(
  layer: LayerDefinition,
  path: string,
  model: ModelDefinition,
  index: JsonIndex,
): StatedLayer[] {
  const layers: StatedLayer[] = [];
  collect(layer, path, model, index, layers);
  return layers.length > 1 ? layers.sort(inText) : layers;
}

function collect(
  definition: LayerDefinition,
  path: string,
  model: ModelDefinition,
  index: JsonIndex,
  layers: StatedLayer[],
): void {
  const span = index.valueAt(definition.place);
  if (span === undefined) return;
  layers.push({ path, className: definition.className, span, definition, model });
  const { nested, wrapped } = definition;
  for (const layer of nested?.layers ?? []) collect(layer, `${path}/${layer.name}`, nested!, index, layers);
  if (wrapped !== undefined) collect(wrapped, `${path}/${wrapped.name}`, model, index, layers);
}

function inText(a: StatedLayer, b: StatedLayer): number {
  return a.span.offset - b.span.offset || b.span.length - a.span.length;
}
