import type { GradientRule } from '../call';

/** d (x / (1 + |x|)) = 1 / (1 + |x|)^2 = (1 - |y|)^2. */
export const Softsign: GradientRule = ({ y, dy }, g) => [
  () => {
    const slope = g.sub(1, g.unary('Abs', y));
    return g.mul(dy, g.mul(slope, slope));
  },
];
