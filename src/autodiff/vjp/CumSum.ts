import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';

/** The cumulative sum of the cotangent from the other end. */
export const CumSum: GradientRule = (c, g) => [
  () =>
    g.node('CumSum', [c.dy, c.input(1)], g.shape(c.x), {
      exclusive: attribute.int(c.int('exclusive', 0)),
      reverse: attribute.int(1 - c.int('reverse', 0)),
    }),
];
