import type { Attribute } from '../ir/attribute';
import { say } from '../texts/say';
import type { Call, Thunk } from './call';
import type { GradientBuilder } from './gradientBuilder';
import { lazy } from './lazy';
import { NoGradient } from './noGradient';

/**
 * Gradients of ScatterElements and ScatterND (opset 18) with respect to the data and the updates. `gather` takes from a tensor
 * of the data's shape what lies at the indices. Updates of one place without a reduction have no order: all get its gradient.
 */
export function scatter(
  c: Call,
  g: GradientBuilder,
  gather: (from: string) => string,
  attributes: Readonly<Record<string, Attribute>> = {},
): (Thunk | undefined)[] {
  const { x, y, dy, node } = c;
  const [, indices, updates] = c.inputs;
  const put = (into: string, values: string) => g.node(node.opType, [into, indices, values], g.shape(into), attributes);
  const zeros = (like: string) => g.zeros(g.shape(like), g.dtype(x));
  const reduction = c.string('reduction', 'none');
  if (reduction === 'none') return [() => put(dy, zeros(updates)), undefined, () => gather(dy)];
  if (reduction === 'add') return [() => dy, undefined, () => gather(dy)];
  if (reduction === 'mul') {
    // the factors that came to each element; of an update the result without it, which a single update of 0 leaves the datum
    const factors = () =>
      g.scatter(node.opType, g.expand(g.scalar(1, x), g.shape(x)), indices, updates, 'mul', attributes);
    const others = () => {
      const zero = g.compare('Equal', updates, 0);
      return g.where(zero, gather(x), g.div(gather(y), g.where(zero, 1, updates)));
    };
    return [() => g.mul(dy, factors()), undefined, () => g.mul(gather(dy), others())];
  }
  if (reduction !== 'max' && reduction !== 'min') throw new NoGradient(say`reduction ${reduction}`);
  const own = lazy(() => g.mask('Equal', x, y));
  const theirs = lazy(() => g.mask('Equal', updates, gather(y)));
  const share = lazy(() => g.div(dy, g.scatter(node.opType, own(), indices, theirs(), 'add', attributes)));
  return [() => g.mul(own(), share()), undefined, () => g.mul(theirs(), gather(share()))];
}
