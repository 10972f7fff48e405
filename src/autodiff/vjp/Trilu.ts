import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';

/** The same triangle of the cotangent. */
export const Trilu: GradientRule = (c, g) => [
  () => g.node('Trilu', [c.dy, ...c.inputs.slice(1)], g.shape(c.x), { upper: attribute.int(c.int('upper', 1)) }),
];
