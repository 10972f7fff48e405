import type { GradientRule } from '../call';
import { channelSum } from '../convolution';
import { lazy } from '../lazy';
import { product } from '../shapes';

/**
 * Batch statistics over all axes but `axis`, m elements a channel; outputs Y, mean, biased variance, 1/std.
 * dB = sum dy, dscale = sum dy xhat, dx = scale / std (dy - dB / m - xhat dscale / m).
 * The input is centred before anything is summed: the uncentred form cancels where the mean is large against the spread.
 * @see Ioffe and Szegedy 2015, section 3.
 */
export const BatchNormalizationTraining: GradientRule = (c, g) => {
  const { x, dy } = c;
  const shape = g.shape(x);
  const axis = c.int('axis', 1);
  const perChannel = shape.slice(axis).map((d, i) => (i === 0 ? d : 1));
  const spread = (v: string) => g.reshape(v, perChannel);
  const [, mean, , inverse] = c.node.outputs;
  const count = product(shape) / shape[axis];
  const centred = lazy(() => g.sub(x, spread(mean)));
  const dBias = lazy(() => channelSum(dy, g, axis));
  const dScale = lazy(() => g.mul(channelSum(g.mul(dy, centred()), g, axis), inverse));
  return [
    () => {
      const slope = g.mul(c.input(1), inverse);
      const perElement = g.mul(slope, -1 / count);
      const byCentred = g.mul(perElement, g.mul(dScale(), inverse));
      const constant = g.mul(perElement, dBias());
      const linear = g.add(g.mul(dy, spread(slope)), g.mul(centred(), spread(byCentred)));
      return g.add(linear, spread(constant));
    },
    dScale,
    dBias,
  ];
};
