import type { GradientRule } from '../call';

/** The cotangent to the branch that was taken. */
export const Where: GradientRule = ({ dy, inputs: [condition, a, b] }, g) => [
  undefined,
  () => g.sumTo(g.where(condition, dy, 0), a),
  () => g.sumTo(g.where(condition, 0, dy), b),
];
