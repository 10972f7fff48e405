import type { GradientRule } from '../call';

/** Passes where the input was left as it is, the bounds themselves included. A bound gets what it cut off. */
export const Clip: GradientRule = ({ x, y, dy, inputs }, g) => [
  () => g.mul(dy, g.mask('Equal', x, y)),
  () => g.sumTo(g.mul(dy, g.mask('Less', x, inputs[1])), inputs[1]),
  () => g.sumTo(g.mul(dy, g.mask('Greater', x, inputs[2])), inputs[2]),
];
