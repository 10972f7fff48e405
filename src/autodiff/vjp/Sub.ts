import type { GradientRule } from '../call';

/** d(a - b): the cotangent to `a`, its negative to `b`. */
export const Sub: GradientRule = ({ dy, inputs }, g) => [
  () => g.sumTo(dy, inputs[0]),
  () => g.neg(g.sumTo(dy, inputs[1])),
];
