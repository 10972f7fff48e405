import type { GradientRule } from '../call';
import { reduction } from '../reduction';

/** d sqrt(sum(x^2)) = x / y. */
export const ReduceL2: GradientRule = (c, g) => {
  const { dy, y } = reduction(c, g);
  return [() => g.mul(c.x, g.div(dy(), y()))];
};
