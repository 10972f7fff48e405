import type { GradientRule } from '../call';

/** The cotangent to every term, summed over the axes that were broadcast. */
export const Sum: GradientRule = ({ dy, inputs }, g) => inputs.map((input) => () => g.sumTo(dy, input));
