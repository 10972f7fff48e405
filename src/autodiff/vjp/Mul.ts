import type { GradientRule } from '../call';

/** d(a b) = b da + a db. */
export const Mul: GradientRule = ({ dy, inputs: [a, b] }, g) => [
  () => g.sumTo(g.mul(dy, b), a),
  () => g.sumTo(g.mul(dy, a), b),
];
