import type { Attribute } from '../../ir/attribute';
import type { Graph, Node, ValueType } from '../../ir/graph';
import type { MutableNode } from '../../ir/mutableGraph';

/** True when an edited node has the attributes that it was read with: numbers and texts by value, tensors and graphs by identity. */
export function sameAttributes(edited: MutableNode, original: Node): boolean {
  const names = original.attributeNames;
  if (names.length !== edited.attributes.size) return false;
  return names.every((name) => {
    const attribute = edited.attributes.get(name);
    return attribute !== undefined && sameAttribute(attribute, original.attr(name)!);
  });
}

function sameAttribute(a: Attribute, b: Attribute): boolean {
  if (a === b) return true;
  if (a.type !== b.type) return false;
  if (a.type === 'opaque') return sameBytes(a.bytes, (b as typeof a).bytes);
  const [x, y] = [a.value, b.value];
  if (Array.isArray(x) && Array.isArray(y)) return x.length === y.length && x.every((v, i) => Object.is(v, y[i]));
  return Object.is(x, y);
}

/** True when two declarations state the same; both may be left out. */
export function sameType(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a === b) return true;
  const [kindA, kindB] = [a?.kind ?? 'unknown', b?.kind ?? 'unknown'];
  if (kindA !== kindB || a?.dtype !== b?.dtype || !sameBytes(a?.stated, b?.stated)) return false;
  if (a?.shape === undefined || b?.shape === undefined) return a?.shape === b?.shape;
  const { shape } = b;
  return a.shape.length === shape.length && a.shape.every((d, i) => d === shape[i]);
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b?.length === a.length && a.every((byte, i) => byte === b[i]);
}

/** True when an attribute holds a tensor whose payload lies in a file beside the model. */
export function holdsExternal(attribute: Attribute): boolean {
  switch (attribute.type) {
    case 'tensor':
      return attribute.value.location === 'external';
    case 'tensors':
      return attribute.value.some((t) => t.location === 'external');
    case 'graph':
      return graphHoldsExternal(attribute.value);
    case 'graphs':
      return attribute.value.some(graphHoldsExternal);
    default:
      return false;
  }
}

/** True when a tensor in the nodes, initializers or subgraphs of a graph lies in a file beside the model. */
export function graphHoldsExternal(graph: Graph): boolean {
  for (const v of graph.initializers) if (graph.initializer(v)?.location === 'external') return true;
  for (const node of graph.nodes())
    for (const name of node.attributeNames) if (holdsExternal(node.attr(name)!)) return true;
  return false;
}
