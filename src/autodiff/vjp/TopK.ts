import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';

/** The cotangents of the values that were taken, at the places they were taken from; the second output is those places. */
export const TopK: GradientRule = (c, g) => [
  () => {
    const zeros = g.zeros(g.shape(c.x), g.dtype(c.x));
    const places = g.addOutput(c.node, 1, 'int64', g.shape(c.y), 'indices');
    const axis = attribute.int(c.int('axis', -1));
    return g.node('ScatterElements', [zeros, places, c.dy], g.shape(c.x), { axis });
  },
];
