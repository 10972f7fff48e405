import type { GradientRule } from '../call';

/** d log(1 + exp(x)) = sigmoid(x). */
export const Softplus: GradientRule = ({ x, dy }, g) => [() => g.mul(dy, g.unary('Sigmoid', x))];
