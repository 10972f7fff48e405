import type { GradientRule } from '../call';
import { extremum } from '../extremum';

/** The cotangent to the smallest operand; equal ones share it, two equal operands give it to the first. */
export const Min: GradientRule = (call, g) => extremum(call, g, 'LessOrEqual');
