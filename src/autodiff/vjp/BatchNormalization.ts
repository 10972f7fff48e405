import { say } from '../../texts/say';
import type { GradientRule } from '../call';
import { channelSum } from '../convolution';
import { NoGradient } from '../noGradient';
import { lazy } from '../lazy';

/**
 * Inference form: y = (x - mean) scale / sqrt(variance + epsilon) + B with given statistics, an affine map per channel.
 * Batch statistics have their own operator, BatchNormalizationTraining.
 */
export const BatchNormalization: GradientRule = (c, g) => {
  if (c.int('training_mode', 0) !== 0) throw new NoGradient(say`its training mode overwrites the running statistics`);
  const { x, dy } = c;
  const [, scale, , mean, variance] = c.inputs;
  const perChannel = [
    g.shape(x)[1],
    ...g
      .shape(x)
      .slice(2)
      .map(() => 1),
  ];
  const inverse = lazy(() => g.div(1, g.unary('Sqrt', g.add(variance, c.float('epsilon', 1e-5)))));
  const slope = lazy(() => g.mul(scale, inverse()));
  const dBias = lazy(() => channelSum(dy, g));
  const dScale = lazy(() => g.mul(channelSum(g.mul(dy, g.sub(x, g.reshape(mean, perChannel))), g), inverse()));
  return [
    () => g.mul(dy, g.reshape(slope(), perChannel)),
    dScale,
    dBias,
    () => g.neg(g.mul(dBias(), slope())),
    () => g.mul(g.mul(dScale(), scale), g.mul(g.mul(inverse(), inverse()), -0.5)),
  ];
};
