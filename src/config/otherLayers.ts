import { isObject, type JsonObject } from '../formats/tfjs/jsonAccess';
import { JsonIndex, type Span } from '../formats/tfjs/jsonIndex';
import { DECODED, type JsonPlace } from '../formats/tfjs/jsonPlace';
import type { StatedLayer } from '../formats/tfjs/statedLayers';
import { readLayer, type LayerDefinition } from '../formats/tfjs/topology';
import type { TextDifference } from '../ir/textDifference';

/**
 * The layers of an edited text that differs from the one before between two layers of its list alone: where layers came, went or
 * became others. Undefined where that may change how the rest is read, and where layers lie in layers.
 * @param layers of the text before, which no two have one name
 * @param text the one that the difference leads to
 */
export function withOtherLayers(
  layers: readonly StatedLayer[],
  text: string,
  { start, end, put }: TextDifference,
): readonly StatedLayer[] | undefined {
  const growth = start + put.length - end;
  const next = layers.findIndex(({ span }) => span.offset + span.length > start);
  const behind = layers.findIndex(({ span }) => span.offset >= end);
  if (next < 1 || behind < next || !isPlainList(layers)) return undefined;
  const { model, definition, span } = layers[next - 1];
  const isKindStated = model.kind === 'functional' ? model.outputs.length > 0 : model.className === 'Sequential';
  const list = definition.place.parent!;
  const from = span.offset + span.length;
  const found = objectsBetween(text.slice(from, layers[behind].span.offset + growth));
  if (!isKindStated || found === undefined || list.steps().includes(DECODED)) return undefined;

  const added = found.map(({ object }, i) => readLayer(object, list.to(next + i), 0, () => undefined));
  const isMoved = next + added.length !== behind;
  const rest = layers.slice(behind).map((layer) => layer.definition);
  if (added.some(hasInner) || (isMoved && rest.some(isNumbered))) return undefined;
  const kept = layers.slice(0, next).map((layer) => layer.definition);
  const moved = isMoved ? rest.map((layer, i) => placedAt(layer, list.to(next + added.length + i))) : rest;
  const definitions = [...kept, ...added, ...moved];
  if (new Set(definitions.map(({ name }) => name)).size < definitions.length) return undefined;

  const now = { ...model, layers: definitions };
  const shifted = (by: number) => (at: { readonly span: Span }) => ({ ...at.span, offset: at.span.offset + by });
  const spans = [
    ...layers.slice(0, next).map((layer) => layer.span),
    ...found.map(shifted(from)),
    ...layers.slice(behind).map(shifted(growth)),
  ];
  return definitions.map((layer, i) => ({
    path: layer.name,
    className: layer.className,
    span: spans[i],
    definition: layer,
    model: now,
  }));
}

/** One model, whose list has nothing but layers without others inside. */
function isPlainList(layers: readonly StatedLayer[]): boolean {
  const { model } = layers[0];
  if (model.layers.length !== layers.length) return false;
  return layers.every(
    ({ definition }, i) => definition === model.layers[i] && definition.place.step === i && !hasInner(definition),
  );
}

function hasInner({ nested, wrapped }: LayerDefinition): boolean {
  return nested !== undefined || wrapped !== undefined;
}

/** Named after its place in the list. */
function isNumbered({ name, className, place }: LayerDefinition): boolean {
  return name === `${className.toLowerCase()}_${Number(place.step) + 1}`;
}

function placedAt(layer: LayerDefinition, place: JsonPlace): LayerDefinition {
  return { ...layer, place, configPlace: place.to('config') };
}

/** The objects that a text between two others of a list holds, with where they stand in it. */
function objectsBetween(text: string): { readonly object: JsonObject; readonly span: Span }[] | undefined {
  const list = `[0${text}0]`;
  let values: unknown;
  try {
    values = JSON.parse(list);
  } catch {
    return undefined;
  }
  if (!Array.isArray(values) || values.length < 2) return undefined;
  const objects: unknown[] = values.slice(1, -1);
  if (!objects.every(isObject)) return undefined;
  const index = JsonIndex.of(list);
  return objects.map((object, i) => {
    const { offset, length } = index.value([i + 1])!;
    return { object, span: { offset: offset - '[0'.length, length } };
  });
}
