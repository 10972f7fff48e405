import { attribute } from '../ir/attribute';
import { convolve, type Convolution } from './convolution';
import type { GradientBuilder } from './gradientBuilder';
import { product, range, type Shape } from './shapes';

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
 * Channels on either side, as C M / (C + M): the products that are saved go by C M, the transforms, which move data, by C + M. Time on
 * tiles over time without, of the WebAssembly build on one thread of an x64 server, 32 samples of 1024 to 64 positions:
 *
 *     channels                       8     12     16   16, 64     24     32     64    128    256
 *     C M / (C + M)                  4      6      8     12.8     12     16     32     64    128
 *     forward                      1.29  1.08   0.99     0.81   0.68   0.65   0.55   0.37   0.36
 *     both gradients               0.92  0.74   0.75     0.53   0.60   0.63   0.51   0.47   0.43
 */
const FEWEST_CHANNELS = { forward: 12, inputGradient: 6, weightGradient: 6 } as const;
/** Of a native build that has other ways for blocks of channels. */
const FEWEST_CHANNELS_BESIDE_BLOCKS = { forward: Infinity, inputGradient: Infinity, weightGradient: 64 } as const;
type Use = keyof typeof FEWEST_CHANNELS;

/** With fewer tiles, over all samples, transforming the kernel outweighs the rest: 4 tiles take 1.4 times as long, 8 0.9 times. */
const FEWEST_TILES = 8;

/** Multiplications left of those without the transforms: 1/4, and more where tiles are half empty. */
const LARGEST_SHARE = 0.6;
/** Elements of a picture so small that the runtime's products, one a sample, are slow: with 1 or 4, 0.4 to 0.7 times as long on tiles. */
const SMALL_PICTURE = 4;

/** Elements that either side may have once it is transformed, 9/4 of its own (128 MiB of float32); a larger batch is taken in parts. */
const LARGEST_TRANSFORMED = 2 ** 25;
const MOST_PARTS = 8;

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
  use: Use,
  g: GradientBuilder,
): boolean {
  const { kernel, strides, dilations, group } = conv;
  if (group !== 1 || g.dtype(x) !== 'float32') return false;
  if (kernel.length !== 2 || kernel.some((k) => k !== 3)) return false;
  if ([...strides, ...dilations].some((s) => s !== 1)) return false;
  const [n, channels] = g.shape(x);
  const fewest = g.channelBlock === 1 ? FEWEST_CHANNELS : FEWEST_CHANNELS_BESIDE_BLOCKS;
  if ((channels * m) / (channels + m) < fewest[use]) return false;
  const [positions, tiles] = [product(output), product(tilesOf(output))];
  const small = use !== 'weightGradient' && positions <= SMALL_PICTURE;
  if (n * tiles < FEWEST_TILES || (!small && tiles * PRODUCTS > LARGEST_SHARE * positions * TAPS)) return false;
  const samples = samplesAtOnce(n, channels, m, output);
  return (
    n <= MOST_PARTS * samples && transformedElements(samples, Math.max(channels, m), output) <= LARGEST_TRANSFORMED
  );
}

/** Elements of a side of a convolution to pictures of the size `output` once it is transformed. */
export function transformedElements(n: number, channels: number, output: Shape): number {
  return n * channels * PRODUCTS * product(tilesOf(output));
}

function samplesAtOnce(n: number, channels: number, m: number, output: Shape): number {
  const elements = transformedElements(n, Math.max(channels, m), output);
  return Math.ceil(n / Math.min(n, Math.ceil(elements / LARGEST_TRANSFORMED)));
}

/** The batch in parts. */
function partsOf(n: number, channels: number, m: number, output: Shape): { start: number; count: number }[] {
  const samples = samplesAtOnce(n, channels, m, output);
  return range(Math.ceil(n / samples)).map((i) => ({
    start: i * samples,
    count: Math.min(samples, n - i * samples),
  }));
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
  const source = turned === 'turned' ? g.transpose(w, [1, 0, 2, 3]) : w;
  const [m, channels] = g.shape(source);
  const flat = g.reshape(source, [m * channels, TAPS]);
  const kernels = g.reshape(g.gemm(ofKernel(turned, g), flat, { transB: true }), [PRODUCTS, m, channels]);
  const parts = partsOf(g.shape(x)[0], channels, m, output).map((samples) => {
    const tiles = overlappingTiles(part(x, samples, g), conv.before, output, g);
    return pictures(g.matMul(kernels, tiles), samples.count, output, g);
  });
  return g.concat(parts, 0);
}

/** [36, M, N tiles] to [N, M, out...], what is beyond the picture cut off. */
function pictures(products: string, n: number, output: Shape, g: GradientBuilder): string {
  const m = g.shape(products)[1];
  const [rows, columns] = tilesOf(output);
  const size = attribute.ints([STEP, STEP]);
  // tiles lie side by side: all rows of all channels are one picture
  const one = g.node(
    'ConvTranspose',
    [g.reshape(products, [1, PRODUCTS, m * n * rows, columns]), ofOutputs([PRODUCTS, 1, STEP, STEP], g)],
    [1, 1, m * n * rows * STEP, columns * STEP],
    { kernel_shape: size, strides: size },
  );
  const whole = g.reshape(one, [m, n, rows * STEP, columns * STEP]);
  const axes = output.map((count, i) => ({ axis: i + 2, start: 0, count }));
  return g.transpose(g.slice(whole, axes), [1, 0, 2, 3]);
}

/**
 * dW [M, C, 3, 3] at stride 1 from X [N, C, ...] and dY [N, M, ...]: 36 products of matrices [M, N tiles] x [N tiles, C]. The tiles of dY
 * are those that the gradient with respect to X takes as well.
 * @param back the convolution from dY to dX (`backwards`)
 */
export function transformedWeightGradient(x: string, dy: string, back: Convolution, g: GradientBuilder): string {
  const [n, channels, ...input] = g.shape(x);
  const m = g.shape(dy)[1];
  const products = partsOf(n, m, channels, input).map((samples) => {
    const cotangents = overlappingTiles(part(dy, samples, g), back.before, input, g);
    return g.matMul(cotangents, g.transposeMatrix(tilesSideBySide(part(x, samples, g), g)));
  });
  const taps = g.reshape(g.sum(products), [PRODUCTS, m * channels]);
  return g.reshape(g.gemm(taps, ofKernel('turned', g), { transA: true }), [m, channels, 3, 3]);
}

/** Some samples of x, cut out once for all who ask. */
function part(x: string, { start, count }: { start: number; count: number }, g: GradientBuilder): string {
  return g.once(`samples ${start} ${count} ${x}`, () => g.slice(x, [{ axis: 0, start, count }]));
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
    const whole = g.reshape(g.transpose(x, [1, 0, 2, 3]), [1, 1, channels * n, ...sizes]);
    const down = slide([1, SPAN, 1], [1, STEP, 1], [0, above, 0]);
    const strips = convolve(whole, ofTiles([SPAN, 1, 1, SPAN, 1], g), down, [channels * n, rows, sizes[1]], g);
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
  // as [N, C, H W]: for one and the same node the runtime would keep what the forward pass made of x until here
  const first = g.transpose(g.reshape(x, [n, channels, product(sizes)]), [1, 0, 2]);
  const whole = g.reshape(first, [1, 1, channels * n, ...sizes]);
  const conv = slide([1, STEP, STEP], [1, STEP, STEP], [0, 0, 0]);
  const transformed = convolve(whole, ofOutputs([PRODUCTS, 1, 1, STEP, STEP], g), conv, [channels * n, ...tiles], g);
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

/** Element [row, column] of the product (Kronecker) of a matrix with itself. */
function entry(matrix: readonly (readonly number[])[], row: number, column: number): number {
  const [rows, columns] = [matrix.length, matrix[0].length];
  return matrix[Math.floor(row / rows)][Math.floor(column / columns)] * matrix[row % rows][column % columns];
}
