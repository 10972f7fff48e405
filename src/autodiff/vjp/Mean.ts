import type { GradientRule } from '../call';
import { lazy } from '../lazy';

/** 1/n of the cotangent to each of the n terms, summed over the axes that were broadcast. */
export const Mean: GradientRule = ({ dy, inputs }, g) => {
  const share = lazy(() => g.mul(dy, 1 / inputs.length));
  return inputs.map((input) => () => g.sumTo(share(), input));
};
