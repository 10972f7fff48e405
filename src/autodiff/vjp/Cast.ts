import type { GradientRule } from '../call';

/** Between floating-point types: the cotangent cast back. */
export const Cast: GradientRule = ({ x, dy }, g) => [() => g.cast(dy, g.dtype(x))];
