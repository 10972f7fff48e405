import { say } from '../../texts/say';
import type { GradientRule } from '../call';
import { NoGradient } from '../noGradient';
import { product, range } from '../shapes';

/**
 * y = x D^-beta, D = bias + alpha/size (sum of x^2 over a window of channels):
 * dx = dy D^-beta - 2 alpha beta / size x (sum over the window of dy y / D).
 * The sums over windows of channels are products with a band matrix.
 */
export const LRN: GradientRule = (c, g) => [
  () => {
    const { x, y, dy } = c;
    const shape = g.shape(x);
    const [n, channels] = shape;
    const size = c.int('size', 1);
    const alpha = c.float('alpha', 0.0001);
    const beta = c.float('beta', 0.75);
    if (size % 2 === 0) throw new NoGradient(say`its size is even, which ONNX Runtime does not run`);
    const pairs = range(channels).flatMap((i) => range(channels).map((j) => (2 * Math.abs(i - j) < size ? 1 : 0)));
    const band = g.floats([channels, channels], pairs, g.dtype(x));
    const overWindow = (v: string) =>
      g.reshape(g.matMul(band, g.reshape(v, [n, channels, product(shape.slice(2))])), shape);
    const denominator = g.add(g.mul(overWindow(g.mul(x, x)), alpha / size), c.float('bias', 1));
    const direct = g.mul(dy, g.binary('Pow', denominator, -beta));
    const through = overWindow(g.div(g.mul(dy, y), denominator));
    return g.sub(direct, g.mul(g.mul(x, through), (2 * alpha * beta) / size));
  },
];
