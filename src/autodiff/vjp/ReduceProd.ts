import type { GradientRule } from '../call';
import { reduction } from '../reduction';

/**
 * The product of the other elements: the whole product over the element, with zeros set aside. One zero leaves a gradient at its
 * own place alone, two leave none.
 */
export const ReduceProd: GradientRule = (c, g) => {
  const { dy, axes } = reduction(c, g);
  return [
    () => {
      const zero = g.compare('Equal', c.x, 0);
      const ones = g.cast(zero, g.dtype(c.x));
      const nonzero = g.where(zero, 1, c.x);
      const others = g.sub(g.reduce('ReduceSum', ones, axes), ones);
      const product = g.div(g.mul(g.reduce('ReduceProd', nonzero, axes), dy()), nonzero);
      return g.where(g.compare('Greater', others, 0.5), 0, product);
    },
  ];
};
