import type { GradientRule } from '../call';

/** a - q b with the quotient q rounded down or, with fmod, towards zero, which the result tells: da = dy, db = -q dy. */
export const Mod: GradientRule = ({ y, dy, inputs: [a, b] }, g) => [
  () => g.sumTo(dy, a),
  () => {
    const quotient = g.unary('Round', g.div(g.sub(a, y), b));
    return g.neg(g.sumTo(g.mul(dy, quotient), b));
  },
];
