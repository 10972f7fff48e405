import type { GradientRule } from '../call';

/** d tanh(x) = 1 - y^2. */
export const Tanh: GradientRule = ({ y, dy }, g) => [() => g.mul(dy, g.sub(1, g.mul(y, y)))];
