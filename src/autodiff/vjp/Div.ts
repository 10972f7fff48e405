import type { GradientRule } from '../call';
import { lazy } from '../lazy';

/** d(a / b) = da / b - (a / b) db / b. */
export const Div: GradientRule = ({ y, dy, inputs: [a, b] }, g) => {
  const quotient = lazy(() => g.div(dy, b));
  return [() => g.sumTo(quotient(), a), () => g.neg(g.sumTo(g.mul(quotient(), y), b))];
};
