import type { GradientRule } from '../call';
import type { GradientBuilder } from '../gradientBuilder';

/**
 * d(a^b) = b a^(b-1) da + a^b log(a) db. The gradient with respect to the exponent is taken as 0 where a <= 0
 * (0^b is 0 for every b > 0; elsewhere the logarithm does not exist).
 */
export const Pow: GradientRule = ({ y, dy, inputs: [a, b] }, g) => [
  () => g.sumTo(g.mul(dy, baseSlope(a, b, g)), a),
  () => {
    const log = g.where(g.compare('Greater', a, 0), g.unary('Log', a), 0);
    return g.sumTo(g.mul(dy, g.mul(y, log)), b);
  },
];

function baseSlope(a: string, b: string, g: GradientBuilder): string {
  const exponent = g.constantNumber(b);
  if (exponent === 1) return g.expand(g.scalar(1, a), g.shape(a));
  if (exponent === 2) return g.mul(a, 2);
  if (exponent !== undefined) return g.mul(g.binary('Pow', a, exponent - 1), exponent);
  const power = g.cast(b, g.dtype(a));
  return g.mul(power, g.binary('Pow', a, g.sub(power, 1)));
}
