import type { GradientRule } from '../call';

/** d tan(x) = 1 + tan(x)^2. */
export const Tan: GradientRule = ({ y, dy }, g) => [() => g.mul(dy, g.add(g.mul(y, y), 1))];
