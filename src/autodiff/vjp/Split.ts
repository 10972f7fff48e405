import type { GradientRule } from '../call';

/** The cotangents of the parts, concatenated; zeros for a part that does not reach the loss. */
export const Split: GradientRule = (c, g) => [
  () => {
    const parts = c.node.outputs.map((o, i) => c.cotangent(i) ?? g.zeros(g.shape(o), g.dtype(c.x)));
    return g.concat(parts, g.axis(c.x, c.int('axis', 0)));
  },
];
