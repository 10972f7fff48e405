import type { GradientRule } from '../call';
import { reduction } from '../reduction';

/** d log(sum(exp(x))) = exp(x - y), the softmax. */
export const ReduceLogSumExp: GradientRule = (c, g) => {
  const { dy, y } = reduction(c, g);
  return [() => g.mul(g.unary('Exp', g.sub(c.x, y())), dy())];
};
