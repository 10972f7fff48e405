import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';

/** Turning the sequences round once more. */
export const ReverseSequence: GradientRule = (c, g) => [
  () =>
    g.node('ReverseSequence', [c.dy, c.input(1)], g.shape(c.x), {
      batch_axis: attribute.int(c.int('batch_axis', 1)),
      time_axis: attribute.int(c.int('time_axis', 0)),
    }),
];
