import type { GradientRule } from '../call';
import { shareAmongEqual } from '../extremum';
import { reduction } from '../reduction';

/** The cotangent to the largest element; equal ones share it. */
export const ReduceMax: GradientRule = (c, g) => {
  const { y, dy, axes } = reduction(c, g);
  return [() => shareAmongEqual(c.x, y(), dy(), axes, g)];
};
