import { fillPicture } from '../../training/data/pictures';
import { floats, hostTensor, type HostTensor } from '../../training/hostTensor';
import { Random } from '../../training/random';

/** Labelled samples in memory. */
export interface Samples {
  readonly count: number;
  /** Sizes of one sample. */
  readonly sample: readonly number[];
  readonly x: Float32Array;
  /** Classes, or none for samples whose targets are numbers. */
  readonly labels: Uint8Array;
}

/** What one step is fed with. */
export interface Batch {
  readonly x: HostTensor;
  /** int64 [N, 1] of classes, or float32 in the shape of the network's output. */
  readonly target?: HostTensor;
}

export interface PictureOptions {
  readonly count: number;
  readonly side: number;
  readonly classes: number;
  /** Deviation of Gaussian noise on every pixel, beside the pictures' own of 0.29. */
  readonly noise?: number;
  /** Part of the labels that are exchanged for a random class. */
  readonly wrongLabels?: number;
  /** Pixels as a row, for dense networks, instead of [1, side, side]. */
  readonly flat?: boolean;
}

/** What the streams of random numbers are used for. */
const purpose = { pictures: 11, order: 12 } as const;

/**
 * Grey pictures (gratings, blobs, strokes and a spot by class, see training/data/pictures.ts), scaled to mean 0 and deviation 1
 * over all pixels of the set. Every class comes equally often.
 * @param part different parts of a seed's data (training, test) do not share samples
 */
export function pictures(seed: number, part: 'train' | 'test', options: PictureOptions): Samples {
  const { count, side, classes, noise = 0, wrongLabels = 0, flat = false } = options;
  const random = new Random(seed, purpose.pictures, part === 'train' ? 0 : 1);
  const pixels = side * side;
  const x = new Float32Array(count * pixels);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const shape = [1, side, side];
  const spec = { name: 'x', dtype: 'float32', shape, kind: 'image', channelAxis: -1, vocabulary: 0 } as const;
  for (let i = 0; i < count; i++) {
    const picture = x.subarray(i * pixels, (i + 1) * pixels);
    fillPicture(picture, spec, labels[i], classes, random);
    if (noise > 0) for (let p = 0; p < pixels; p++) picture[p] += noise * random.normal();
    if (wrongLabels > 0 && random.uniform() < wrongLabels) labels[i] = random.integer(classes);
  }
  standardize(x);
  return { count, sample: flat ? [pixels] : [1, side, side], x, labels };
}

function standardize(x: Float32Array): void {
  let sum = 0;
  for (const v of x) sum += v;
  const mean = sum / x.length;
  let squares = 0;
  for (const v of x) squares += (v - mean) ** 2;
  const inverse = 1 / Math.sqrt(squares / x.length);
  for (let i = 0; i < x.length; i++) x[i] = (x[i] - mean) * inverse;
}

/** The samples of these indices as one batch. */
export function batchOf({ sample, x, labels }: Samples, indices: readonly number[]): Batch {
  const size = sample.reduce((a, b) => a * b, 1);
  const data = new Float32Array(indices.length * size);
  indices.forEach((index, i) => data.set(x.subarray(index * size, (index + 1) * size), i * size));
  const target = hostTensor(
    'int64',
    [indices.length, 1],
    indices.map((i) => labels[i]),
  );
  return { x: floats([indices.length, ...sample], data), target };
}

/** Indices of batches of one size without end: every sample once before any comes again, in an order that follows from the seed. */
export class IndexStream {
  private order: number[] = [];
  private at = 0;
  private epoch = 0;

  constructor(
    private readonly count: number,
    private readonly batch: number,
    private readonly seed: number,
  ) {}

  next(): number[] {
    if (this.at + this.batch > this.order.length) {
      this.order = new Random(this.seed, purpose.order, this.epoch++).permutation(this.count);
      this.at = 0;
    }
    this.at += this.batch;
    return this.order.slice(this.at - this.batch, this.at);
  }
}

/** The batches of an `IndexStream`. */
export class BatchStream {
  private readonly indices: IndexStream;

  constructor(
    private readonly samples: Samples,
    batch: number,
    seed: number,
  ) {
    this.indices = new IndexStream(samples.count, batch, seed);
  }

  next(): Batch {
    return batchOf(this.samples, this.indices.next());
  }
}
