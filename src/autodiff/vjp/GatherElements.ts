import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';

/** Each element of the cotangent is added to the element that it was taken from. */
export const GatherElements: GradientRule = (c, g) => [
  () => {
    const zeros = g.zeros(g.shape(c.x), g.dtype(c.x));
    return g.scatterAdd('ScatterElements', zeros, c.input(1), c.dy, { axis: attribute.int(c.int('axis', 0)) });
  },
];
