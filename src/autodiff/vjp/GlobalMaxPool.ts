import type { GradientRule } from '../call';
import { shareAmongEqual } from '../extremum';
import { range } from '../shapes';

/** The cotangent to the largest position of the channel; equal ones share it. */
export const GlobalMaxPool: GradientRule = ({ x, y, dy }, g) => [
  () => shareAmongEqual(x, y, dy, range(g.rank(x)).slice(2), g),
];
