import { attribute } from '../../ir/attribute';
import type { GradientRule } from '../call';

/** A slope so steep that all but subnormal numbers saturate. */
const STEEPEST = 3e38;

/**
 * d max(x, 0) = 1 where y > 0, else 0. HardSigmoid, min(max(slope y, 0), 1), makes these ones and zeros in one pass over the data;
 * a comparison and a cast take two.
 */
export const Relu: GradientRule = ({ y, dy }, g) => [
  () => {
    if (g.dtype(y) !== 'float32') return g.mul(dy, g.mask('Greater', y, 0)); // the runtime's kernel takes float32 alone
    const slope = { alpha: attribute.float(STEEPEST), beta: attribute.float(0) };
    return g.mul(dy, g.unary('HardSigmoid', y, slope));
  },
];
