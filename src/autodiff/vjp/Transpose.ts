import type { GradientRule } from '../call';
import { inversePermutation, range } from '../shapes';

/** The inverse permutation; the default permutation reverses the axes. */
export const Transpose: GradientRule = (c, g) => [
  () => g.transpose(c.dy, inversePermutation(c.ints('perm') ?? range(g.rank(c.x)).reverse())),
];
