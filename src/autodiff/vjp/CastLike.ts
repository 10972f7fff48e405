import type { GradientRule } from '../call';

/** Between floating-point types: the cotangent cast back. The second input gives its type alone. */
export const CastLike: GradientRule = ({ x, dy }, g) => [() => g.cast(dy, g.dtype(x))];
