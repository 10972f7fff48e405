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
  const layers: StatedLayer[] = [];
  collect(model, '', index, layers);
  return layers.sort((a, b) => a.span.offset - b.span.offset || b.span.length - a.span.length);
}

function collect(model: ModelDefinition, prefix: string, index: JsonIndex, layers: StatedLayer[]): void {
  const add = (definition: LayerDefinition, path: string) => {
    const span = index.valueAt(definition.place);
    if (span === undefined) return;
    layers.push({ path, className: definition.className, span, definition, model });
    if (definition.nested !== undefined) collect(definition.nested, `${path}/`, index, layers);
    if (definition.wrapped !== undefined) add(definition.wrapped, `${path}/${definition.wrapped.name}`);
  };
  for (const layer of model.layers) add(layer, `${prefix}${layer.name}`);
}
