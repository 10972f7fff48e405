import type { GradientRule } from '../call';

/** The cotangent, summed over the axes that were broadcast. */
export const Add: GradientRule = ({ dy, inputs }, g) => [() => g.sumTo(dy, inputs[0]), () => g.sumTo(dy, inputs[1])];
