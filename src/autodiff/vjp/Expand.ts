import type { GradientRule } from '../call';

/** The sum over the axes that were expanded. */
export const Expand: GradientRule = ({ x, dy }, g) => [() => g.sumTo(dy, x)];
