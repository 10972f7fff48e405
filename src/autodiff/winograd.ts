import { attribute } from '../ir/attribute';
import { convolve, type Convolution } from './convolution';
import type { GradientBuilder } from './gradientBuilder';
import { product, type Shape } from './shapes';

/**
 * F(4, 3): for four outputs y of a correlation of d (6 long) with w (3 long), y = OUT' (KERNEL w . IN d), from the points 0, 1, -1, 2,
 * -2 and infinity. Errors of float32 grow tenfold, to some 1e-6 of a result's norm.
 */
const IN = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const OUT = [
  [1, 0, 0, 0],
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 2, 4, 8],
  [1, -2, 4, -8],
  [0, 0, 0, 1],
];
const KERNEL = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
const [STEP, SPAN] = [OUT[0].length, IN.length];
/** Products of a tile of 4 x 4 outputs, where there are 144 without the transforms. */
const PRODUCTS = SPAN ** 2;
const TAPS = KERNEL[0].length ** 2;

/**
 * With fewer channels on either side the transforms, which move data, cost more than the products that they save: of the WebAssembly
 * build, whose products are slow. The gradients share tiles, and a gradient of weights of few channels is slow in every way.
 */
const FEWEST_CHANNELS = { forward: 32, inputGradient: 16, weightGradient: 16 } as const;
/** Of a native build that has other ways for blocks of channels. */
const FEWEST_CHANNELS_BESIDE_BLOCKS = { forward: Infinity, inputGradient: Infinity, weightGradient: 128 } as const;

/** With fewer tiles, over all samples, transforming the kernel outweighs the rest. */
const FEWEST_TILES = 32;

/** Multiplications left of those without the transforms: 1/4, and more where tiles are half empty. */
const LARGEST_SHARE = 0.6;

/** Elements that either side may have once it is transformed, 9/4 of its own (128 MiB of float32). */
const LARGEST_TRANSFORMED = 2 ** 25;

/**
 * True where a convolution of x to `m` channels of the size `output` takes less time on transformed tiles: many channels on both sides,
 * 3 x 3 taps next to each other.
 * @see Lavin and Gray 2016, section 4
 */
export function canTransform(
  x: string,
  m: number,
  output: Shape,
  conv: Convolution,
  use: keyof typeof FEWEST_CHANNELS,
  g: GradientBuilder,
): boolean {
  const { kernel, strides, dilations, group } = conv;
  if (group !== 1 || g.dtype(x) !== 'float32') return false;
  if (kernel.length !== 2 || kernel.some((k) => k !== 3)) return false;
  if ([...strides, ...dilations].some((s) => s !== 1)) return false;
  const [n, channels] = g.shape(x);
  const fewest = g.channelBlock === 1 ? FEWEST_CHANNELS : FEWEST_CHANNELS_BESIDE_BLOCKS;
  if (Math.min(channels, m) < fewest[use]) return false;
  const tiles = product(tilesOf(output));
  if (n * tiles < FEWEST_TILES || tiles * PRODUCTS > LARGEST_SHARE * product(output) * TAPS) return false;
  return n * Math.max(channels, m) * PRODUCTS * tiles <= LARGEST_TRANSFORMED;
}

/** Tiles of four elements that cover each axis. */
function tilesOf(sizes: Shape): number[] {
  return sizes.map((size) => Math.ceil(size / STEP));
}

/**
 * Y [N, M, out...] = Conv(X, W) at stride 1: 36 products of matrices [M, C] x [C, N tiles] of the transformed kernel and tiles, a quarter
 * of the multiplications.
 * @param turned W is [C, M, 3, 3] and its taps are turned round: the convolution is the gradient of another
 */
export function transformedConvolution(
  x: string,
  w: string,
  conv: Convolution,
  output: Shape,
  g: GradientBuilder,
  turned: 'as it is' | 'turned' = 'as it is',
): string {
  const n = g.shape(x)[0];
  const source = turned === 'turned' ? g.transpose(w, [1, 0, 2, 3]) : w;
  const [m, channels] = g.shape(source);
  const flat = g.reshape(source, [m * channels, TAPS]);
  const kernels = g.reshape(g.gemm(ofKernel(turned, g), flat, { transB: true }), [PRODUCTS, m, channels]);
  const products = g.matMul(kernels, overlappingTiles(x, conv.before, output, g));
  const [rows, columns] = tilesOf(output);
  // tiles lie side by side: all rows of all channels are one picture
  const size = attribute.ints([STEP, STEP]);
  const picture = g.node(
    'ConvTranspose',
    [g.reshape(products, [1, PRODUCTS, m * n * rows, columns]), ofOutputs([PRODUCTS, 1, STEP, STEP], g)],
    [1, 1, m * n * rows * STEP, columns * STEP],
    { kernel_shape: size, strides: size },
  );
  const whole = g.reshape(picture, [m, n, rows * STEP, columns * STEP]);
  const axes = output.map((count, i) => ({ axis: i + 2, start: 0, count }));
  return g.transpose(g.slice(whole, axes), [1, 0, 2, 3]);
}

/**
 * dW [M, C, 3, 3] at stride 1 from X [N, C, ...] and dY [N, M, ...]: 36 products of matrices [M, N tiles] x [N tiles, C]. The tiles of dY
 * are those that the gradient with respect to X takes as well.
 * @param back the convolution from dY to dX (`backwards`)
 */
export function transformedWeightGradient(x: string, dy: string, back: Convolution, g: GradientBuilder): string {
  const [channels, m] = [g.shape(x)[1], g.shape(dy)[1]];
  const cotangents = overlappingTiles(dy, back.before, g.shape(x).slice(2), g);
  const products = g.matMul(cotangents, g.transposeMatrix(tilesSideBySide(x, g)));
  const taps = g.gemm(g.reshape(products, [PRODUCTS, m * channels]), ofKernel('turned', g), { transA: true });
  return g.reshape(taps, [m, channels, 3, 3]);
}

/** [36, 9]: what each tap of a kernel adds to each of the products. */
function ofKernel(turned: 'as it is' | 'turned', g: GradientBuilder): string {
  return g.constant(`winograd kernel ${turned}`, [PRODUCTS, TAPS], 'float32', (i) => {
    const tap = i % TAPS;
    return entry(KERNEL, Math.floor(i / TAPS), turned === 'turned' ? TAPS - 1 - tap : tap);
  });
}

/**
 * The tiles of 6 x 6 elements of x [N, C, H, W] that make 4 x 4 outputs each, transformed, made once for all who ask: [36, C, N tiles].
 * One axis goes after the other, which takes a quarter of the multiplications.
 */
function overlappingTiles(x: string, [above, left]: readonly number[], output: Shape, g: GradientBuilder): string {
  return g.once(`winograd tiles ${x} ${above} ${left} ${output.join()}`, () => {
    const [n, channels, ...sizes] = g.shape(x);
    const [rows, columns] = tilesOf(output);
    const pictures = g.reshape(channelsFirst(x, g), [1, 1, channels * n, ...sizes]);
    const down = slide([1, SPAN, 1], [1, STEP, 1], [0, above, 0]);
    const strips = convolve(pictures, ofTiles([SPAN, 1, 1, SPAN, 1], g), down, [channels * n, rows, sizes[1]], g);
    const lines = g.reshape(strips, [SPAN, 1, channels * n * rows, sizes[1]]);
    const across = slide([1, SPAN], [1, STEP], [0, left]);
    const tiles = convolve(lines, ofTiles([SPAN, 1, 1, SPAN], g), across, [channels * n * rows, columns], g);
    return g.reshape(tiles, [PRODUCTS, channels, n * rows * columns]);
  });
}

/** IN as the kernel of a convolution. */
function ofTiles(shape: Shape, g: GradientBuilder): string {
  return g.constant(`winograd in ${shape.length}`, shape, 'float32', (i) => IN[Math.floor(i / SPAN)][i % SPAN]);
}

/** The tiles of 4 x 4 elements that x [N, C, H, W] consists of, transformed as cotangents of outputs are: [36, C, N tiles]. */
function tilesSideBySide(x: string, g: GradientBuilder): string {
  const [n, channels, ...sizes] = g.shape(x);
  const tiles = tilesOf(sizes);
  const pictures = g.reshape(channelsFirst(x, g), [1, 1, channels * n, ...sizes]);
  const conv = slide([1, STEP, STEP], [1, STEP, STEP], [0, 0, 0]);
  const transformed = convolve(pictures, ofOutputs([PRODUCTS, 1, 1, STEP, STEP], g), conv, [channels * n, ...tiles], g);
  return g.reshape(transformed, [PRODUCTS, channels, n * product(tiles)]);
}

/** OUT on both axes as the kernel of a convolution, or of its transpose. */
function ofOutputs(shape: Shape, g: GradientBuilder): string {
  const entries = STEP ** 2;
  return g.constant(`winograd out ${shape.length}`, shape, 'float32', (i) =>
    entry(OUT, Math.floor(i / entries), i % entries),
  );
}

function slide(kernel: Shape, strides: Shape, before: readonly number[]): Convolution {
  return { group: 1, kernel, strides, dilations: kernel.map(() => 1), before };
}

/** [C, N, H, W]: the samples of a channel behind each other. */
function channelsFirst(x: string, g: GradientBuilder): string {
  return g.once(`channels first ${x}`, () => g.transpose(x, [1, 0, 2, 3]));
}

/** Element [row, column] of the product (Kronecker) of a matrix with itself. */
function entry(matrix: readonly (readonly number[])[], row: number, column: number): number {
  const [rows, columns] = [matrix.length, matrix[0].length];
  return matrix[Math.floor(row / rows)][Math.floor(column / columns)] * matrix[row % rows][column % columns];
}
