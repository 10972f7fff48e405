import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';

/** DepthToSpace in mode DCR. */
export const SpaceToDepth: GradientRule = (c, g) => [
  () => g.node('DepthToSpace', [c.dy], g.shape(c.x), { blocksize: attribute.int(c.int('blocksize', 1)) }),
];
