import { normalizeAxis } from '../../ir/inference/dims';
import type { MutableNode } from '../../ir/mutableGraph';
import { say } from '../../texts/say';
import { intOf, type Conversion } from './conversion';

/**
 * CumProd (opset 26): products of ever more neighbours, each round of twice as many (Hillis and Steele 1986), so that an axis of n
 * elements takes log2 n products and no element is divided by.
 */
export function cumulativeProduct(node: MutableNode, c: Conversion): boolean {
  const [x, given] = node.inputs;
  const stated = c.constantInts(given)?.[0];
  const rank = c.rank(node, x);
  const axis = stated === undefined ? undefined : normalizeAxis(stated, rank);
  const size = axis === undefined ? undefined : c.shape(x)?.[axis];
  if (axis === undefined || typeof size !== 'number') return c.fail(node, say`the size of its axis is not known`);
  const sign = intOf(node, 'reverse', 0) !== 0 ? -1 : 1;
  const one = c.scalar(1, c.dtype(x));
  // by so many places towards the end that the products come from; ones come in at the other
  const moved = (value: string, places: number) =>
    c.add('Pad', [value, c.ints([sign * places, -sign * places]), one, c.ints([axis])]);
  let product = intOf(node, 'exclusive', 0) !== 0 && size > 0 ? moved(x, 1) : x;
  for (let places = 1; places < size; places *= 2) product = c.add('Mul', [product, moved(product, places)]);
  c.add('Identity', [product], {}, node.outputs[0]);
  return true;
}
