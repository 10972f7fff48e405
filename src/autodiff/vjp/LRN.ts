import type { GradientRule } from '../call';
import { product, range } from '../shapes';

/**
 * y = x D^-beta, D = bias + alpha/size (sum of x^2 over a window of channels):
 * dx = dy D^-beta - 2 alpha beta / size x (sum over the mirrored window of dy y / D).
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
    const inWindow = (of: number, other: number) =>
      other >= of - Math.floor((size - 1) / 2) && other <= of + Math.ceil((size - 1) / 2);
    const pairs = range(channels).flatMap((i) => range(channels).map((j) => (inWindow(i, j) ? 1 : 0)));
    const band = g.floats([channels, channels], pairs, g.dtype(x));
    const overWindow = (matrix: string, v: string) =>
      g.reshape(g.matMul(matrix, g.reshape(v, [n, channels, product(shape.slice(2))])), shape);
    const denominator = g.add(g.mul(overWindow(band, g.mul(x, x)), alpha / size), c.float('bias', 1));
    const direct = g.mul(dy, g.binary('Pow', denominator, -beta));
    const through = overWindow(g.transposeMatrix(band), g.div(g.mul(dy, y), denominator));
    return g.sub(direct, g.mul(g.mul(x, through), (2 * alpha * beta) / size));
  },
];
