import type { GradientRule } from '../call';
import { extremum } from '../extremum';

/** The cotangent to the largest operand; equal ones share it, two equal operands give it to the first. */
export const Max: GradientRule = (call, g) => extremum(call, g, 'GreaterOrEqual');
