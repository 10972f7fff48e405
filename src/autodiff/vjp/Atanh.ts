import type { GradientRule } from '../call';

/** d atanh(x) = 1 / (1 - x^2). */
export const Atanh: GradientRule = ({ x, dy }, g) => [() => g.div(dy, g.sub(1, g.mul(x, x)))];
