import type { GradientRule } from '../call';

/** d(-x) = -1. */
export const Neg: GradientRule = ({ dy }, g) => [() => g.neg(dy)];
