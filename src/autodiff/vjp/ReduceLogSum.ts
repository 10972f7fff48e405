import type { GradientRule } from '../call';
import { reduction } from '../reduction';

/** d log(sum(x)) = 1 / sum(x) = exp(-y). */
export const ReduceLogSum: GradientRule = (c, g) => {
  const { dy, y } = reduction(c, g);
  return [() => g.expand(g.mul(dy(), g.unary('Exp', g.neg(y()))), g.shape(c.x))];
};
