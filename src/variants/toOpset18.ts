import type { Attribute } from '../ir/attribute';
import type { Graph, ValueType } from '../ir/graph';
import { inferTypes } from '../ir/inferTypes';
import { freeNames, type MutableGraph, type MutableNode } from '../ir/mutableGraph';
import { Conversion, type OpsetRule } from './opset18/conversion';
import { earlyRules } from './opset18/early';
import { experimentalRules } from './opset18/experimental';
import { loweringRules } from './opset18/lowering';
import { movedRules } from './opset18/moved';
import { normRules } from './opset18/norms';
import { resizingRules } from './opset18/resizing';

const rules = new Map<string, OpsetRule[]>();
for (const family of [earlyRules, experimentalRules, loweringRules, movedRules, normRules, resizingRules]) {
  for (const [opType, stated] of Object.entries(family)) {
    rules.set(opType, [...(rules.get(opType) ?? []), ...stated]);
  }
}

/** What files of opset 18 hold that is not of it: a norm with parameters as opset 21 has them, an operator that there is none of. */
const STRAY: ReadonlySet<string> = new Set(['GroupNormalization', 'Erfc']);

/**
 * Rewrites a graph of any opset for opset 18 of the default domain, in place: raises 1 to 17, lowers 19 and later. Values
 * keep their names, nodes their origin, results stay the same. Nodes of other domains are left alone; bodies of If, Loop
 * and Scan are rewritten as well.
 * @param sizes of inputs, by name, that are to be taken for known: some of what later opsets added is written out for sizes
 * @throws ModelError `unsupported`, naming the node, for what opset 18 cannot express
 */
export function toOpset18(graph: MutableGraph, sizes?: ReadonlyMap<string, readonly number[]>): void {
  // A file of IR version 1 or 2 states no opset, which means the first.
  const opset = graph.opsets.get('') ?? 1;
  convert(graph, opset, new Map(), [], sizes);
}

function convert(
  graph: MutableGraph,
  opset: number,
  outerTypes: ReadonlyMap<string, ValueType>,
  outerNames: readonly string[],
  sizes?: ReadonlyMap<string, readonly number[]>,
): void {
  graph.opsets.set('', opset);
  if (opset === 18 && !graph.nodes.some((n) => n.domain === '' && STRAY.has(n.opType))) return;
  const types = new Map([...outerTypes, ...inferTypes(graph, sizes)]);
  graph.opsets.set('', 18);
  for (const name of outerNames) graph.reserve(name);
  const conversion = new Conversion(graph, opset, types);
  conversion.run((node) => {
    if (node.domain !== '') return false;
    if (opset < 6) node.attributes.delete('consumed_inputs');
    convertBodies(node, opset, types);
    for (const { from, below, rule } of rules.get(node.opType) ?? []) {
      if (opset >= from && opset < below) return rule(node, conversion);
    }
    return false;
  });
}

function convertBodies(node: MutableNode, opset: number, types: ReadonlyMap<string, ValueType>): void {
  const body = (inner: Graph): Graph => {
    const mutable = inner.toMutable();
    convert(mutable, opset, types, [...types.keys(), ...freeNames(inner)]);
    return mutable.freeze();
  };
  for (const [name, a] of node.attributes) {
    let replaced: Attribute | undefined;
    if (a.type === 'graph') replaced = { type: 'graph', value: body(a.value) };
    else if (a.type === 'graphs') replaced = { type: 'graphs', value: a.value.map(body) };
    if (replaced) node.attributes.set(name, replaced);
  }
}
