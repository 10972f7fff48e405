import type { GradientRule } from '../call';

/** The cotangent in the shape of the input. */
export const Squeeze: GradientRule = ({ x, dy }, g) => [() => g.reshape(dy, g.shape(x))];
