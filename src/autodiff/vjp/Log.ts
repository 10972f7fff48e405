import type { GradientRule } from '../call';

/** d log(x) = 1 / x. */
export const Log: GradientRule = ({ x, dy }, g) => [() => g.div(dy, x)];
