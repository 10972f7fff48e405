import { sameJson } from '../ir/sameJson';
import type { Finding, LayerFacts, ModelFacts, Range, Source } from '../protocol/facts';
import type { FactsParts, ListParts } from '../protocol/engine';

type Placed = { readonly source?: Source };

/** What it takes to make the facts of a text from those of an earlier version, where any part may be different. */
export function factsParts(before: ModelFacts, after: ModelFacts): FactsParts {
  const { layers, findings, ...rest } = after;
  return {
    rest,
    layers: listParts(before.layers, layers, ({ id }) => id),
    findings: listParts(before.findings, findings, ({ ruleId, layer, message }) => `${ruleId} ${layer} ${message}`),
  };
}

/** The facts that the parts were made of. */
export function factsOfParts(before: ModelFacts, { rest, layers, findings }: FactsParts): ModelFacts {
  return {
    ...rest,
    layers: listOfParts<LayerFacts>(before.layers, layers),
    findings: listOfParts<Finding>(before.findings, findings),
  };
}

function listParts<T extends Placed>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (element: T) => string,
): ListParts<T> {
  const places = new Map(before.map((element, i) => [keyOf(element), i]));
  const kept = new Int32Array(after.length).fill(-1);
  const ranges = new Int32Array(4 * after.length);
  const added: T[] = [];
  after.forEach((element, i) => {
    const place = places.get(keyOf(element));
    if (place !== undefined && isSameButMoved(before[place], element)) kept[i] = place;
    else added.push(element);
    if (element.source === undefined) return;
    const { start, end } = element.source.range;
    ranges.set([start.line, start.character, end.line, end.character], 4 * i);
  });
  return { kept, ranges, added };
}

function listOfParts<T extends Placed>(before: readonly T[], { kept, ranges, added }: ListParts<T>): T[] {
  let next = 0;
  return Array.from(kept, (place, i) => {
    if (place < 0) return added[next++];
    const element = before[place];
    if (element.source === undefined) return element;
    const [line, character, endLine, endCharacter] = ranges.subarray(4 * i, 4 * i + 4);
    const range = { start: { line, character }, end: { line: endLine, character: endCharacter } };
    return isSameRange(element.source.range, range) ? element : { ...element, source: { ...element.source, range } };
  });
}

function isSameButMoved<T extends Placed>(a: T, b: T): boolean {
  if (a.source?.uri !== b.source?.uri) return false;
  const keys = Object.keys(a) as (keyof T)[];
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key === 'source' || (Object.hasOwn(b, key) && sameJson(a[key], b[key])))
  );
}

function isSameRange(a: Range, b: Range): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}
