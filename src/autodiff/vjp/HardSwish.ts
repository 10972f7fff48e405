import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';

/** y = x h(x), h = clip(x / 6 + 1/2, 0, 1): slope h + x / 6 for |x| < 3, else h. */
export const HardSwish: GradientRule = ({ x, dy }, g) => [
  () => {
    const h = g.unary('HardSigmoid', x, { alpha: attribute.float(1 / 6), beta: attribute.float(0.5) });
    const inside = g.compare('Less', g.unary('Abs', x), 3);
    return g.mul(dy, g.add(h, g.where(inside, g.mul(x, 1 / 6), 0)));
  },
];
