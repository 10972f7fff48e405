import { convolve, type Convolution } from './convolution';
import type { GradientBuilder } from './gradientBuilder';
import { product } from './shapes';

/**
 * With fewer channels on either side the transforms, which move data, cost more than the products that they save: of the WebAssembly
 * build, whose products are slow, and of a native one that has other ways for blocks of channels.
 */
const FEWEST_CHANNELS = 32;
const FEWEST_CHANNELS_BESIDE_BLOCKS = 128;

/** With more the constants would weigh more than a MiB. */
const MOST_CHANNELS = 1024;

/** With fewer tiles, over all samples, writing 16 sums in the place of 9 outweighs the rest. */
const FEWEST_TILES = 256;

/** Multiplications left of those without the transforms: 4/9, and more where an odd size leaves tiles half empty. */
const LARGEST_SHARE = 0.6;

/** Elements that either side may have once it is transformed, four times its own (128 MiB of float32). */
const LARGEST_TRANSFORMED = 2 ** 25;

/**
 * F(2, 3) of the reference: for two outputs y of a correlation of d (4 long) with w (3 long), y = OUT' (KERNEL w . IN d), so that
 * sum y h = sum (OUT h . KERNEL w . IN d), whose derivative by w is KERNEL' (OUT h . IN d).
 */
const IN = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, 1, 0, -1],
];
const OUT = [
  [1, 0],
  [1, 1],
  [1, -1],
  [0, -1],
];
const KERNEL = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
];
/** Products of a tile of 2 x 2 outputs, where there are 36 without the transforms. */
const PRODUCTS = IN.length ** 2;

/** True where the weight gradient takes fewer multiplications on transformed tiles: many channels, 3 x 3 taps next to each other. */
export function canTransformWeightGradient(x: string, dy: string, conv: Convolution, g: GradientBuilder): boolean {
  const { kernel, strides, dilations, group } = conv;
  if (group !== 1 || g.dtype(x) !== 'float32') return false;
  if (kernel.length !== 2 || kernel.some((k) => k !== 3)) return false;
  if ([...strides, ...dilations].some((s) => s !== 1)) return false;
  const [[n, channels], [, m, ...output]] = [g.shape(x), g.shape(dy)];
  const fewest = g.channelBlock === 1 ? FEWEST_CHANNELS : FEWEST_CHANNELS_BESIDE_BLOCKS;
  const [least, most] = [Math.min(channels, m), Math.max(channels, m)];
  if (least < fewest || most > MOST_CHANNELS) return false;
  const tiles = product(tilesOf(output));
  if (n * tiles < FEWEST_TILES || tiles * PRODUCTS > LARGEST_SHARE * product(output) * product(kernel)) return false;
  return n * most * PRODUCTS * tiles <= LARGEST_TRANSFORMED;
}

/**
 * dW [M, C, 3, 3] = KERNEL' (sum over tiles of OUT dY OUT' . IN X IN') KERNEL at stride 1, from tiles of 2 x 2 elements of dY and the
 * 4 x 4 of X that they meet: 16 products of matrices [M, N tiles] x [N tiles, C], 4/9 of the multiplications.
 * @see Lavin and Gray 2016, section 4
 */
export function transformedWeightGradient(x: string, dy: string, conv: Convolution, g: GradientBuilder): string {
  const [, m, ...output] = g.shape(dy);
  const channels = g.shape(x)[1];
  const tiles = tilesOf(output);
  const inputs = transformed(x, IN, conv.before, tiles, g);
  const cotangents = transformed(dy, OUT, [0, 0], tiles, g);
  const products = g.matMul(cotangents, g.transposeMatrix(inputs));
  const back = g.constant('winograd kernel', [9, PRODUCTS], 'float32', (i) =>
    entry(KERNEL, i % PRODUCTS, Math.floor(i / PRODUCTS)),
  );
  const taps = g.matMul(back, g.reshape(products, [PRODUCTS, m * channels]));
  return g.reshape(g.transpose(g.reshape(taps, [9, m, channels]), [1, 2, 0]), [m, channels, 3, 3]);
}

function tilesOf(output: readonly number[]): number[] {
  return output.map((size) => Math.ceil(size / 2));
}

/** The tiles of x [N, C, H, W], which begin two elements apart, transformed on both axes: [16, C, N tiles]. */
function transformed(
  x: string,
  matrix: readonly (readonly number[])[],
  before: readonly number[],
  tiles: readonly number[],
  g: GradientBuilder,
): string {
  const [n, channels] = g.shape(x);
  const side = matrix[0].length;
  const kernels = g.constant(`winograd ${side} ${channels}`, [channels * PRODUCTS, 1, side, side], 'float32', (i) =>
    entry(matrix, Math.floor(i / side ** 2) % PRODUCTS, i % side ** 2),
  );
  const conv = { kernel: [side, side], strides: [2, 2], dilations: [1, 1], before, group: channels };
  const apart = g.reshape(convolve(x, kernels, conv, tiles, g), [n, channels, PRODUCTS, product(tiles)]);
  return g.reshape(g.transpose(apart, [2, 1, 0, 3]), [PRODUCTS, channels, n * product(tiles)]);
}

/** Element [row, column] of the product (Kronecker) of a matrix of four rows with itself. */
function entry(matrix: readonly (readonly number[])[], row: number, column: number): number {
  const [rows, columns] = [matrix.length, matrix[0].length];
  return matrix[Math.floor(row / rows)][Math.floor(column / columns)] * matrix[row % rows][column % columns];
}
