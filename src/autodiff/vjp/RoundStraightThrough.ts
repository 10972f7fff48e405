import type { GradientRule } from '../call';

/** The cotangent as it is (see privateOperators.ts). */
export const RoundStraightThrough: GradientRule = ({ dy }) => [() => dy];
