import type { GradientRule } from '../call';

/** The cotangent in the shape of the input. */
export const Unsqueeze: GradientRule = ({ x, dy }, g) => [() => g.reshape(dy, g.shape(x))];
