import { attribute } from '../../ir/attribute';
import { normalizeAxis } from '../../ir/inference/dims';
import type { MutableNode } from '../../ir/mutableGraph';
import { say } from '../../texts/say';
import { intOf, stringOf, type Conversion } from './conversion';

/** Words of the longest update whose places are written out. */
const LONGEST = 2 ** 24;

/** TensorScatter (opset 24): each sample's update takes places of its cache, from its own first one on, around the end where it is a ring. */
export function tensorScatter(node: MutableNode, c: Conversion): boolean {
  const [cache, update, starts] = node.inputs;
  const rank = c.rank(node, update);
  const axis = normalizeAxis(intOf(node, 'axis', -2), rank);
  const shape = c.shape(update)!;
  const [length, size] = axis === undefined ? [] : [shape[axis], c.shape(cache)?.[axis]];
  if (axis === undefined || typeof length !== 'number' || typeof size !== 'number' || length > LONGEST)
    return c.fail(node, say`its sizes are not known, or do not fit`);
  const along = (at: number) => c.ints(shape.map((_, i) => (i === at ? -1 : 1)));
  const places = c.add('Reshape', [c.ints(Array.from({ length }, (_, i) => i)), along(axis)]);
  const shifted = starts ? c.add('Add', [places, c.add('Reshape', [starts, along(0)])]) : places;
  const ring = stringOf(node, 'mode', 'linear') === 'circular';
  const wrapped = ring ? c.add('Mod', [shifted, c.ints(size)]) : shifted;
  const everywhere = c.add('Expand', [wrapped, c.add('Shape', [update])]);
  c.add('ScatterElements', [cache, everywhere, update], { axis: attribute.int(axis) }, node.outputs[0]);
  return true;
}
