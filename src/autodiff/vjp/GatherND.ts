import type { GradientRule } from '../call';
import { NoGradient } from '../gradientBuilder';

/** Each slice of the cotangent is added to the slice that it was taken from. */
export const GatherND: GradientRule = (c, g) => [
  () => {
    if (c.int('batch_dims', 0) !== 0) throw new NoGradient('batch_dims is not 0');
    return g.scatterAdd('ScatterND', g.zeros(g.shape(c.x), g.dtype(c.x)), c.input(1), c.dy);
  },
];
