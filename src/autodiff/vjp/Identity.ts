import type { GradientRule } from '../call';

/** The cotangent itself. */
export const Identity: GradientRule = ({ dy }) => [() => dy];
