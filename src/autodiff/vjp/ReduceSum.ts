import type { GradientRule } from '../call';
import { reduction } from '../reduction';

/** The cotangent to every element that was summed. */
export const ReduceSum: GradientRule = (c, g) => {
  const { dy } = reduction(c, g);
  return [() => g.expand(dy(), g.shape(c.x))];
};
