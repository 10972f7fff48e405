import { attribute } from '../ir/attribute';
import { dataTypeCode } from '../ir/dataType';
import type { MutableGraph } from '../ir/mutableGraph';
import { elementCount, float32Tensor, int64Tensor } from '../ir/tensor';

/** A tensor whose statistics a step returns. */
export interface Measured {
  readonly value: string;
  /** All sizes known, at least one element. */
  readonly shape: readonly number[];
  /** Count the elements in the flat ends of this activation, too. */
  readonly saturation?: 'sigmoid' | 'tanh';
}

/** Moments of a tensor over all its elements. */
export interface MeasuredMoments {
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly rms: number;
  readonly zeroFraction: number;
  readonly saturatedFraction?: number;
}

/** Names of the graph's outputs that hold the statistics, and how to read them. */
export interface StatisticsLayout {
  /** float32 [m, 1]: the moments of all tensors, one after the other; needed at every step. */
  readonly moments: string;
  /** float32 [k]: the samples of all tensors, one after the other; needed on sampled steps. */
  readonly samples: string;
  readonly tensors: readonly {
    readonly offset: number;
    readonly rows: number;
    readonly saturation: boolean;
    readonly sampleOffset: number;
    readonly sampleLength: number;
  }[];
}

/** Most elements of a tensor that are returned for quantiles and histograms. */
export const SAMPLE_LENGTH = 4096;
/** Tensors are reduced in up to so many rows, which threads share and which keep float32 sums short. */
const MOST_ROWS = 64;
/** Below this size one row will do. */
const SMALL = 16384;

/** Distance from the middle (of 0 .. 1, of -1 .. 1) beyond which an activation counts as saturated: see Moments in profile.ts. */
const MIDDLE = { sigmoid: 0.5, tanh: 0 };
const REACH = { sigmoid: 0.485, tanh: 0.97 };

/**
 * Appends nodes that measure tensors, and packs their results into two outputs: hundreds of small outputs would cost more
 * than the statistics. The deviation is taken about the mean of each row, since a mean of squares minus the square of the
 * mean would cancel in float32 where the mean is large; `momentsOf` joins the rows in float64.
 *
 * @returns undefined when there is nothing to measure
 */
export function addStatistics(
  graph: MutableGraph,
  tensors: readonly Measured[],
  stem: string,
): StatisticsLayout | undefined {
  if (tensors.length === 0) return undefined;
  const builder = new StatisticsBuilder(graph, stem);
  const layout: StatisticsLayout['tensors'][number][] = [];
  let offset = 0;
  let sampleOffset = 0;
  for (const tensor of tensors) {
    const entry = builder.measure(tensor);
    layout.push({ ...entry, offset, sampleOffset });
    offset += entry.rows * (entry.saturation ? 6 : 5);
    sampleOffset += entry.sampleLength;
  }
  return { ...builder.pack(), tensors: layout };
}

/** The moments of tensor `index` from what the output `moments` holds. */
export function momentsOf(layout: StatisticsLayout, index: number, data: Float32Array): MeasuredMoments {
  const { offset, rows, saturation } = layout.tensors[index];
  const column = (i: number) => data.subarray(offset + i * rows, offset + (i + 1) * rows);
  const means = column(0);
  const mean = average(means);
  const variance = average(column(1)) + average(means.map((m) => (m - mean) ** 2));
  return {
    mean,
    std: Math.sqrt(variance),
    min: column(2).reduce((a, b) => Math.min(a, b)),
    max: column(3).reduce((a, b) => Math.max(a, b)),
    rms: Math.sqrt(variance + mean * mean),
    zeroFraction: average(column(4)),
    ...(saturation && { saturatedFraction: average(column(5)) }),
  };
}

/** The sample of tensor `index` from what the output `samples` holds. */
export function sampleOf(layout: StatisticsLayout, index: number, data: Float32Array): Float32Array {
  const { sampleOffset, sampleLength } = layout.tensors[index];
  return data.subarray(sampleOffset, sampleOffset + sampleLength);
}

function average(values: Float32Array): number {
  let sum = 0;
  for (const v of values) sum += v;
  return sum / values.length;
}

class StatisticsBuilder {
  private readonly moments: string[] = [];
  private readonly samples: string[] = [];
  private readonly constants = new Map<string, string>();

  constructor(
    private readonly graph: MutableGraph,
    private readonly stem: string,
  ) {}

  measure({ value, shape, saturation }: Measured): { rows: number; saturation: boolean; sampleLength: number } {
    const count = elementCount(shape);
    const rows = rowsOf(count);
    const x = this.add('Reshape', [value, this.ints([rows, count / rows])]);
    const mean = this.reduce('ReduceMean', x);
    const centred = this.add('Sub', [x, mean]);
    this.moments.push(
      mean,
      this.reduce('ReduceMean', this.add('Mul', [centred, centred])),
      this.reduce('ReduceMin', x),
      this.reduce('ReduceMax', x),
      this.fraction(this.add('Equal', [x, this.scalar(0)])),
    );
    if (saturation) {
      const middle = MIDDLE[saturation];
      const distance = this.add('Abs', [middle === 0 ? x : this.add('Sub', [x, this.scalar(middle)])]);
      this.moments.push(this.fraction(this.add('Greater', [distance, this.scalar(REACH[saturation])])));
    }
    const sampleLength = this.sample(value, count, shape);
    return { rows, saturation: saturation !== undefined, sampleLength };
  }

  pack(): { moments: string; samples: string } {
    const axis = { axis: attribute.int(0) };
    const named = (name: string) => ({ outputs: [this.graph.freshName(`${this.stem}/${name}`)] });
    const moments = this.graph.add('Concat', this.moments, axis, named('moments'));
    const samples = this.graph.add('Concat', this.samples, axis, named('samples'));
    return { moments, samples };
  }

  private sample(value: string, count: number, shape: readonly number[]): number {
    const flat = this.add('Reshape', [value, this.ints([-1])]);
    if (count <= SAMPLE_LENGTH) {
      this.samples.push(flat);
      return count;
    }
    const stride = sampleStride(count, shape);
    const bounds = [this.ints([0]), this.ints([count]), this.ints([0]), this.ints([stride])];
    this.samples.push(this.add('Slice', [flat, ...bounds]));
    return Math.ceil(count / stride);
  }

  private fraction(condition: string): string {
    const ones = this.add('Cast', [condition], { to: attribute.int(dataTypeCode('float32')) });
    return this.reduce('ReduceMean', ones);
  }

  private reduce(opType: string, rows: string): string {
    return this.add(opType, [rows, this.ints([1])], { keepdims: attribute.int(1) });
  }

  private add(opType: string, inputs: string[], attributes: Parameters<MutableGraph['add']>[2] = {}): string {
    return this.graph.add(opType, inputs, attributes, { hint: this.stem });
  }

  private ints(values: readonly number[]): string {
    return this.constant(`i${values.join()}`, (name) => int64Tensor(name, [values.length], values));
  }

  private scalar(value: number): string {
    return this.constant(`f${value}`, (name) => float32Tensor(name, [], [value]));
  }

  private constant(key: string, make: (name: string) => ReturnType<typeof int64Tensor>): string {
    let name = this.constants.get(key);
    if (name === undefined) {
      name = this.graph.addInitializer(make(this.graph.freshName(`${this.stem}/constant`)));
      this.constants.set(key, name);
    }
    return name;
  }
}

/** The largest divisor of `count` up to MOST_ROWS; 1 for small tensors. */
function rowsOf(count: number): number {
  if (count <= SMALL) return 1;
  let rows = MOST_ROWS;
  while (count % rows !== 0) rows--;
  return rows;
}

/**
 * The smallest stride that leaves at most SAMPLE_LENGTH elements and shares no factor with any size of the tensor: a stride
 * of, say, 32 over 32 channels would only ever see the first.
 */
export function sampleStride(count: number, shape: readonly number[]): number {
  let stride = Math.ceil(count / SAMPLE_LENGTH);
  while (shape.some((d) => d > 1 && gcd(d, stride) > 1)) stride++;
  return stride;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
