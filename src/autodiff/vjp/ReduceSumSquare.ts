import type { GradientRule } from '../call';
import { reduction } from '../reduction';

/** d sum(x^2) = 2 x. */
export const ReduceSumSquare: GradientRule = (c, g) => {
  const { dy } = reduction(c, g);
  return [() => g.mul(c.x, g.mul(dy(), 2))];
};
