import type { TextDifference } from '../../ir/textDifference';
import type { FollowedLayer } from './followedLayer';
import { isObject, objectMember, stringMember, type JsonObject } from './jsonAccess';
import { JsonIndex, type Span } from './jsonIndex';
import type { JsonPlace } from './jsonPlace';
import { readLayer, type LayerDefinition } from './topology';

/** What stands between two neighbours in a list. */
export const onlyComma = /^[ \t\r\n]*,[ \t\r\n]*$/;

/** Layers that follow one another in the text. */
export interface Stretch {
  /** Index of the first of those that were removed, or that those are added before. */
  readonly first: number;
  readonly removed: readonly FollowedLayer[];
  readonly added: readonly FollowedLayer[];
  /** Neighbours that stay as they are, with where they stand in the new text. */
  readonly kept: readonly { readonly layer: FollowedLayer; readonly offset: number }[];
  /** What they all take in the old text. */
  readonly around: Span;
}

/** Neighbours that are looked at for one edit. */
const MOST_LAYERS = 256;

/** Models and what feeds them are not followed. */
function isUnfit({ className, nested }: LayerDefinition): boolean {
  return nested !== undefined || className === 'InputLayer';
}

/** The objects that a text of them with commas between lists, with where they stand in it. */
function objectsIn(text: string): { object: JsonObject; span: Span }[] | undefined {
  let list: unknown;
  const inBrackets = `[${text}]`;
  try {
    list = JSON.parse(inBrackets);
  } catch {
    return undefined;
  }
  if (!Array.isArray(list) || !list.every(isObject)) return undefined;
  const index = JsonIndex.of(inBrackets);
  return list.map((object, i) => {
    const { offset, length } = index.value([i])!;
    return { object, span: { offset: offset - 1, length } };
  });
}

/**
 * The layers that an edit concerns, and those that stand there now; undefined where it is more than neighbours in a list.
 * @param at index of the last layer that begins before the edit
 * @param layers in the order of the text
 * @param texts before and after it
 */
export function stretchAround(
  at: number,
  layers: readonly FollowedLayer[],
  [before, text]: readonly [string, string],
  { start, end }: TextDifference,
): Stretch | undefined {
  const first = at;
  let last = at;
  if (layers[first].offset >= start) return undefined;
  while (last < layers.length && layers[last].offset + layers[last].length <= end) last++;
  if (last === layers.length || last - first > MOST_LAYERS) return undefined;
  const { parent } = layers[first].place;
  for (let i = first; i < last; i++) {
    const gap = before.slice(layers[i].offset + layers[i].length, layers[i + 1].offset);
    if (layers[i + 1].place.parent !== parent || !onlyComma.test(gap)) return undefined;
  }
  const offset = layers[first].offset;
  const length = layers[last].offset + layers[last].length - offset;
  const growth = text.length - before.length;
  const list = objectsIn(text.slice(offset, offset + length + growth));
  if (list === undefined) return undefined;
  const isSame = (layer: FollowedLayer, span: Span) =>
    before.slice(layer.offset, layer.offset + layer.length) ===
    text.slice(offset + span.offset, offset + span.offset + span.length);
  let [from, to, listFrom, listTo] = [first, last + 1, 0, list.length];
  while (from < to && listFrom < listTo && isSame(layers[from], list[listFrom].span)) {
    from++;
    listFrom++;
  }
  while (from < to && listFrom < listTo && isSame(layers[to - 1], list[listTo - 1].span)) {
    to--;
    listTo--;
  }
  const kept = [
    ...layers.slice(first, from).map((layer, i) => ({ layer, offset: offset + list[i].span.offset })),
    ...layers.slice(to, last + 1).map((layer, i) => ({ layer, offset: offset + list[listTo + i].span.offset })),
  ];
  const added = list.slice(listFrom, listTo);
  const objects = added.map(({ object }) => object);
  const removed = layers.slice(from, to);
  const definitions = definitionsOf(objects, layers[first]);
  if (definitions === undefined || removed.some(({ definition }) => isUnfit(definition))) return undefined;
  if (added.length !== removed.length && hasNumbered(layers, to, parent)) return undefined;
  const { depth } = layers[first];
  return {
    first: from,
    removed,
    kept,
    added: definitions.map((definition, i) => {
      const { name, place } = definition;
      const span = { offset: offset + added[i].span.offset, length: added[i].span.length };
      return { name, definition, place, depth, call: undefined, origin: undefined, ...span };
    }),
    around: { offset, length },
  };
}

/** Layers as they would be read in a list beside another; undefined where their names depend on where they stand. */
function definitionsOf(
  objects: readonly JsonObject[],
  { place, depth }: FollowedLayer,
): readonly LayerDefinition[] | undefined {
  let isReported = false;
  const definitions = objects.map((object) =>
    readLayer(object, place.parent!.to(Number(place.step)), depth, () => (isReported = true)),
  );
  const areNamed = objects.every(
    (object) =>
      (stringMember(object, 'name') ?? stringMember(objectMember(object, 'config') ?? {}, 'name')) !== undefined,
  );
  return isReported || !areNamed || definitions.some(isUnfit) ? undefined : definitions;
}

/** Some layer from one on may be named after its place in the list. */
function hasNumbered(layers: readonly FollowedLayer[], from: number, parent: JsonPlace | undefined): boolean {
  for (let i = from; i < layers.length; i++) {
    const { place, name, definition } = layers[i];
    const number = Number(place.step) + 1;
    if (place.parent === parent && name === `${definition.className.toLowerCase()}_${number}`) return true;
  }
  return false;
}
