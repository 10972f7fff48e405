import { attribute } from '../ir/attribute';
import { dataTypeCode } from '../ir/dataType';
import type { MutableGraph } from '../ir/mutableGraph';
import { elementCount, float32Tensor, int64Tensor, type Tensor } from '../ir/tensor';

/** A tensor whose statistics a step returns. */
export interface Measured {
  readonly value: string;
  /** All sizes known, at least one element. */
  readonly shape: readonly number[];
  /** Count the elements in the flat ends of this activation, too. */
  readonly saturation?: 'sigmoid' | 'tanh';
  /** What is known without a node of its own, and given to `momentsOf`. */
  readonly known?: 'mean' | 'mean and variance';
}

/** Over all elements of a tensor. */
export interface KnownMoments {
  readonly mean: number;
  readonly variance?: number;
}

/**
 * Moments of a tensor: RMS (and mean, unless left to the subset) over all its elements, the rest over `SUBSET_LENGTH` of them;
 * the deviation from these two.
 */
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
  /** float32 [m, 1]: all moments, one after the other; needed at every step. */
  readonly moments: string;
  /** float32 [k]: all samples, one after the other; needed on sampled steps. */
  readonly samples: string;
  readonly tensors: readonly TensorPlace[];
}

/** Where one tensor's figures stand. */
interface TensorPlace {
  /** Elements of the tensor. */
  readonly count: number;
  /** Of a large tensor: where its sum of squares stands in `moments`, and its row means, how many behind it. */
  readonly whole?: { readonly offset: number; readonly rows: number };
  /** Where the figure of its subset stand in `moments`: mean, variance, min, max, fraction of zeros, of saturated elements. */
  readonly subset: readonly number[];
  readonly sampleOffset: number;
  readonly sampleLength: number;
}

/** Elements of a large tensor that its extremes and fractions are taken over, and that are returned for quantiles and histograms. */
export const SUBSET_LENGTH = 4096;
/** From so many elements on a tensor is large; of a smaller one all elements are taken, and up to SUBSET_LENGTH returned. */
const LARGE = 16384;
/** Large tensors are averaged in up to so many rows, which threads share and which keep float32 sums short. */
const MOST_ROWS = 64;
/** Length of the runs that a subset is made of. */
const LONGEST_RUN = 32;
/**
 * Where the variance is less than this part of the mean square, the mean square minus the squared mean has lost its digits
 * in float32, and the subset's variance, which is taken about its mean, is nearer.
 */
const CANCELLED = 0.01;

/** Distance from the middle (of 0 .. 1, of -1 .. 1) beyond which an activation counts as saturated: see Moments in profile.ts. */
const MIDDLE = { sigmoid: 0.5, tanh: 0 };
const REACH = { sigmoid: 0.485, tanh: 0.97 };

/**
 * Appends nodes that measure tensors, and packs their results into two outputs. Made to cost little beside the training:
 * mean and mean square run over all elements (once few samples make most of a gradient, the RMS of a subset of it is 10 % off,
 * and more); extremes and fractions, which would cost three times as much again, over an evenly spread subset of large
 * tensors; subsets of equal length are stacked and measured together, since at hundreds of tensors the number of nodes counts.
 *
 * @param means over all elements of a large tensor, or over its subset, whose standard error is about a hundredth of the
 *   deviation: enough for gradients, whose means say little
 * @returns undefined when there is nothing to measure
 */
export function addStatistics(
  graph: MutableGraph,
  tensors: readonly Measured[],
  stem: string,
  means: 'whole' | 'subset',
): StatisticsLayout | undefined {
  if (tensors.length === 0) return undefined;
  // both sides of a sum have its gradient
  const once = new Map(tensors.map((tensor) => [keyOf(tensor), tensor]));
  const layout = new StatisticsBuilder(graph, stem, means).build([...once.values()]);
  const places = new Map([...once.keys()].map((key, i) => [key, layout.tensors[i]]));
  return { ...layout, tensors: tensors.map((tensor) => places.get(keyOf(tensor))!) };
}

function keyOf({ value, saturation, known }: Measured): string {
  return JSON.stringify([value, saturation, known]);
}

/**
 * The moments of tensor `index` from what the output `moments` holds.
 *
 * @param known of a tensor that was declared so
 */
export function momentsOf(
  layout: StatisticsLayout,
  index: number,
  data: Float32Array,
  known?: KnownMoments,
): MeasuredMoments {
  const { count, whole, subset } = layout.tensors[index];
  const [subsetMean, subsetVariance, min, max, zeroFraction, saturatedFraction] = subset.map((at) => data[at]);
  let mean = known?.mean ?? subsetMean;
  let variance = known?.variance ?? subsetVariance;
  if (whole) {
    const { offset, rows } = whole;
    if (rows > 0) mean = 0;
    for (let i = 1; i <= rows; i++) mean += data[offset + i] / rows;
    const meanSquare = data[offset] / count;
    const difference = meanSquare - mean * mean;
    // the comparison is false for NaN, which then shows
    if (!(difference < CANCELLED * meanSquare)) variance = difference;
  }
  return {
    mean,
    std: Math.sqrt(variance),
    min,
    max,
    rms: Math.sqrt(variance + mean * mean),
    zeroFraction,
    ...(saturatedFraction !== undefined && { saturatedFraction }),
  };
}

/** The sample of tensor `index` from what the output `samples` holds. */
export function sampleOf(layout: StatisticsLayout, index: number, data: Float32Array): Float32Array {
  const { sampleOffset, sampleLength } = layout.tensors[index];
  return data.subarray(sampleOffset, sampleOffset + sampleLength);
}

/** Tensors whose subsets have the same shape and the same figures. */
interface Group {
  /** Of each subset [runs, run]. */
  readonly runs: number;
  readonly run: number;
  readonly saturation: Measured['saturation'];
  /** Indices of the tensors, in the order of the stack. */
  readonly members: number[];
  readonly subsets: string[];
}

class StatisticsBuilder {
  private readonly constants = new Map<string, string>();
  private readonly moments: string[] = [];
  private momentCount = 0;

  constructor(
    private readonly graph: MutableGraph,
    private readonly stem: string,
    private readonly means: 'whole' | 'subset',
  ) {}

  build(tensors: readonly Measured[]): StatisticsLayout {
    const groups = new Map<string, Group>();
    const wholes = tensors.map(({ value, shape, saturation, known }, i) => {
      const count = elementCount(shape);
      const { run, runs, stride } = subsetOf(count, shape);
      const key = `${runs} ${run} ${saturation}`;
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { runs, run, saturation, members: [], subsets: [] }));
      group.members.push(i);
      const table = this.reshape(value, [count / run, run]);
      group.subsets.push(stride === 1 ? table : this.slice(table, 0, (runs - 1) * stride + 1, stride));
      return stride === 1 || known === 'mean and variance' ? undefined : this.whole(table, count, known === 'mean');
    });
    const places: TensorPlace[] = [];
    const samples: string[] = [];
    let sampleOffset = 0;
    for (const group of groups.values()) {
      const { columns, sample, sampleLength } = this.measure(group);
      samples.push(sample);
      group.members.forEach((tensor, row) => {
        const subset = columns.map((column) => column + row);
        const count = elementCount(tensors[tensor].shape);
        places[tensor] = { count, whole: wholes[tensor], subset, sampleOffset, sampleLength };
        sampleOffset += sampleLength;
      });
    }
    const concat = (parts: string[], name: string) =>
      this.graph.add('Concat', parts, { axis: attribute.int(0) }, { hint: `${this.stem}/${name}` });
    return { moments: concat(this.moments, 'moments'), samples: concat(samples, 'samples'), tensors: places };
  }

  /** The sum of squares of all elements, and their row means unless these are known or left to the subset. */
  private whole(table: string, count: number, meanIsKnown: boolean): { offset: number; rows: number } {
    const offset = this.keep(this.reduce('ReduceSumSquare', table, [0, 1]), 1);
    if (meanIsKnown || this.means === 'subset') return { offset, rows: 0 };
    let rows = MOST_ROWS;
    while (count % rows !== 0) rows--;
    this.keep(this.reduce('ReduceMean', this.reshape(table, [rows, count / rows]), [1]), rows);
    return { offset, rows };
  }

  /** Figures of a group's subsets, stacked; returns where each figure's column begins, and the samples. */
  private measure(group: Group): { columns: number[]; sample: string; sampleLength: number } {
    const { saturation, subsets } = group;
    const length = group.runs * group.run;
    const stack = subsets.length === 1 ? subsets[0] : this.add('Concat', subsets, { axis: attribute.int(0) });
    const x = group.runs === 1 ? stack : this.reshape(stack, [subsets.length, length]);
    const mean = this.reduce('ReduceMean', x, [1]);
    const centred = this.add('Sub', [x, mean]);
    const figures = [
      mean,
      this.reduce('ReduceMean', this.add('Mul', [centred, centred]), [1]),
      this.reduce('ReduceMin', x, [1]),
      this.reduce('ReduceMax', x, [1]),
      this.fraction(this.add('Equal', [x, this.scalar(0)])),
    ];
    if (saturation) {
      const middle = MIDDLE[saturation];
      const distance = this.add('Abs', [middle === 0 ? x : this.add('Sub', [x, this.scalar(middle)])]);
      figures.push(this.fraction(this.add('Greater', [distance, this.scalar(REACH[saturation])])));
    }
    const stride = coprimeStride(Math.ceil(length / SUBSET_LENGTH), group.run);
    const sample = stride === 1 ? x : this.slice(x, 1, length, stride);
    return {
      columns: figures.map((figure) => this.keep(figure, subsets.length)),
      sample: this.reshape(sample, [-1]),
      sampleLength: Math.ceil(length / stride),
    };
  }

  /** Adds a column [length, 1] to the moments and returns where it begins. */
  private keep(column: string, length: number): number {
    const offset = this.momentCount;
    this.moments.push(column);
    this.momentCount += length;
    return offset;
  }

  private fraction(condition: string): string {
    const ones = this.add('Cast', [condition], { to: attribute.int(dataTypeCode('float32')) });
    return this.reduce('ReduceMean', ones, [1]);
  }

  private reduce(opType: string, value: string, axes: readonly number[]): string {
    return this.add(opType, [value, this.ints(axes)], { keepdims: attribute.int(1) });
  }

  private reshape(value: string, shape: readonly number[]): string {
    return this.add('Reshape', [value, this.ints(shape)]);
  }

  /** Every `stride`-th of the rows (axis 0) or columns of a table before `end`. */
  private slice(table: string, axis: number, end: number, stride: number): string {
    return this.add('Slice', [table, this.ints([0]), this.ints([end]), this.ints([axis]), this.ints([stride])]);
  }

  private add(opType: string, inputs: readonly string[], attributes: Parameters<MutableGraph['add']>[2] = {}): string {
    return this.graph.add(opType, inputs, attributes, { hint: this.stem });
  }

  private ints(values: readonly number[]): string {
    return this.constant(`i${values.join()}`, (name) => int64Tensor(name, [values.length], values));
  }

  private scalar(value: number): string {
    return this.constant(`f${value}`, (name) => float32Tensor(name, [], [value]));
  }

  private constant(key: string, make: (name: string) => Tensor): string {
    let name = this.constants.get(key);
    if (name === undefined) {
      name = this.graph.addInitializer(make(this.graph.freshName(`${this.stem}/constant`)));
      this.constants.set(key, name);
    }
    return name;
  }
}

/**
 * How the subset of a tensor is cut out: `runs` runs of `run` neighbours, every `stride`-th run; all in one run for stride 1.
 * Runs, because element by element the cutting alone costs more than all the rest. The stride shares no factor with the
 * tensor's sizes: one of, say, 32 runs over pictures of 32 runs would always see the same place.
 */
export function subsetOf(count: number, shape: readonly number[]): { run: number; runs: number; stride: number } {
  const all = { run: count, runs: 1, stride: 1 };
  if (count < LARGE) return all;
  let run = LONGEST_RUN;
  while (count % run !== 0) run--;
  const runs = Math.floor(SUBSET_LENGTH / run);
  let stride = Math.floor(count / run / runs);
  while (stride > 1 && shape.some((d) => gcd(d, stride) > 1)) stride--;
  return stride === 1 ? all : { run, runs, stride };
}

/** The smallest stride from `least` on that shares no factor with `length`. */
function coprimeStride(least: number, length: number): number {
  let stride = least;
  while (gcd(length, stride) > 1) stride++;
  return stride;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
