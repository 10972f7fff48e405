import type { GradientRule } from '../call';
import { product } from '../shapes';

/** 1/n of the cotangent to each of the n positions of the channel. */
export const GlobalAveragePool: GradientRule = ({ x, dy }, g) => {
  const positions = product(g.shape(x).slice(2));
  return [() => g.expand(g.mul(dy, 1 / positions), g.shape(x))];
};
