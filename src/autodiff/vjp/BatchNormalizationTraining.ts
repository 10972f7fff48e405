import { attribute } from '../../ir/attribute';
import type { GradientRule } from '../call';
import { channelSum } from '../convolution';
import { lazy } from '../lazy';
import { product } from '../shapes';

/**
 * Batch statistics over all axes but the second, m elements a channel; outputs Y, mean, biased variance, 1/std, x - mean.
 * dB = sum dy, dscale = sum dy xhat, dx = scale / std (dy - dB / m - xhat dscale / m).
 *
 * What is summed is centred first: the uncentred form cancels where the mean is large against the spread. The part of dx
 * that is affine in x is one pass of the runtime's kernel of BatchNormalization.
 * @see Ioffe and Szegedy 2015, section 3.
 */
export const BatchNormalizationTraining: GradientRule = (c, g) => {
  const { x, dy } = c;
  const shape = g.shape(x);
  const channels = shape[1];
  const count = product(shape) / channels;
  const aligned = (v: string) => g.reshape(v, [channels, ...shape.slice(2).map(() => 1)]);
  const statistic = (index: number, hint: string) => g.addOutput(c.node, index, g.dtype(x), [channels], hint);
  const variance = statistic(2, 'variance');
  const inverse = statistic(3, 'inverseStd');
  const centred = g.addOutput(c.node, 4, g.dtype(x), shape, 'centred');
  const dBias = lazy(() => channelSum(dy, g));
  const dScale = lazy(() => g.mul(channelSum(g.mul(dy, centred), g), inverse));
  return [
    () => {
      const slope = g.mul(c.input(1), inverse);
      const share = g.mul(slope, -1 / count);
      const zero = g.floats([channels], new Array<number>(channels).fill(0), g.dtype(x));
      const affine = [centred, g.mul(share, dScale()), g.mul(share, dBias()), zero, variance];
      const epsilon = attribute.float(c.float('epsilon', 1e-5));
      return g.add(g.mul(dy, aligned(slope)), g.node('BatchNormalization', affine, shape, { epsilon }));
    },
    dScale,
    dBias,
  ];
};
