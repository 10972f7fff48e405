import type { GradientRule } from '../call';
import { reduction } from '../reduction';

/** d sum(|x|) = sign(x). */
export const ReduceL1: GradientRule = (c, g) => {
  const { dy } = reduction(c, g);
  return [() => g.mul(g.unary('Sign', c.x), dy())];
};
