import type { GradientRule } from '../call';

/** d|x| = sign(x), 0 at 0. */
export const Abs: GradientRule = ({ x, dy }, g) => [() => g.mul(dy, g.unary('Sign', x))];
