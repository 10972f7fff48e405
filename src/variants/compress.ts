import type { ValueType } from '../ir/graph';
import { normalizeAxis } from '../ir/inference/dims';
import type { MutableNode } from '../ir/mutableGraph';
import { integersAtHand } from '../ir/tensorValues';
import { attribute } from '../ir/attribute';
import type { Rewriter } from './rewriter';

/** Compress (opset 11) by a condition that the file holds: a selection of the elements, or slices, where it is true. */
export function compress(node: MutableNode, r: Rewriter, types: ReadonlyMap<string, ValueType>): boolean {
  const [x, condition] = node.inputs;
  const kept = integersAtHand(r.graph.initializers.get(condition));
  const rank = types.get(x)?.shape?.length;
  if (kept === undefined || rank === undefined) return false;
  const stated = node.attributes.get('axis');
  const axis = stated?.type === 'int' ? normalizeAxis(stated.value, rank) : 0;
  if (axis === undefined) return false;
  // without an axis it works on the elements in their order
  const source = stated === undefined ? r.add('Reshape', [x, r.ints([-1])]) : x;
  const places = r.ints(kept.flatMap((keep, i) => (keep !== 0 ? [i] : [])));
  r.add('Gather', [source, places], { axis: attribute.int(axis) }, node.outputs[0]);
  return true;
}
