import type { GradientRule } from '../call';
import { reduction } from '../reduction';

/** 1/n of the cotangent to each of the n elements of the mean. */
export const ReduceMean: GradientRule = (c, g) => {
  const { dy, count } = reduction(c, g);
  return [() => g.expand(g.mul(dy(), 1 / count), g.shape(c.x))];
};
