import type { GradientRule } from '../call';

/** d sigmoid(x) = y (1 - y). */
export const Sigmoid: GradientRule = ({ y, dy }, g) => [() => g.mul(dy, g.sub(y, g.mul(y, y)))];
