import { attribute } from '../ir/attribute';
import { dataTypeCode } from '../ir/dataType';
import type { MutableGraph } from '../ir/mutableGraph';
import { elementCount, float32Tensor, int64Tensor, type Tensor } from '../ir/tensor';
import { coprimeStride, SUBSET_LENGTH, subsetOf, type Subset } from './subset';

/** A tensor whose statistics a step returns. */
export interface Measured {
  readonly value: string;
  /** All sizes known, at least one element. */
  readonly shape: readonly number[];
  /** Count the elements in the flat ends of this activation, too. */
  readonly saturation?: 'sigmoid' | 'tanh';
  /** Samples along axis 0, at least two, where they shall be told apart. */
  readonly batch?: number;
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
  /** The deviation over samples: root of the mean variance of the elements. */
  readonly sampleStd?: number;
}

/** Names of the graph's outputs that hold the statistics, and how to read them. */
export interface StatisticsLayout {
  /** float32 [m, 1]: all moments, one after the other; needed at every step. */
  readonly moments: string;
  /** float32 with the samples of several tensors each, one after the other; needed on sampled steps. */
  readonly samples: readonly string[];
  readonly tensors: readonly TensorPlace[];
}

/** Where one tensor's figures stand. */
interface TensorPlace {
  /** Elements of the tensor. */
  readonly count: number;
  /** Of a large tensor: where its sum of squares stands in `moments`, and its row means, how many behind it. */
  readonly whole?: Whole;
  /** Where the figures of its subset stand in `moments`: mean, variance, min, max and fraction of zeros. */
  readonly subset: readonly number[];
  /** Where the fraction of saturated elements stands. */
  readonly saturated?: number;
  /** Where the mean squared difference of two samples stands. */
  readonly difference?: number;
  /** Which of `samples`, and where in it. */
  readonly sample: { readonly output: string; readonly offset: number; readonly length: number };
}

interface Whole {
  readonly offset: number;
  readonly rows: number;
}

/** Large tensors are averaged in up to so many rows, which threads share and which keep float32 sums short. */
const MOST_ROWS = 64;
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

function keyOf({ value, saturation, batch, known }: Measured): string {
  return JSON.stringify([value, saturation, batch, known]);
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
  const { count, whole, subset, saturated, difference } = layout.tensors[index];
  const [subsetMean, subsetVariance, min, max, zeroFraction] = subset.map((at) => data[at]);
  let mean = known?.mean ?? subsetMean;
  let variance = known?.variance ?? subsetVariance;
  if (whole) {
    const { offset, rows } = whole;
    if (rows > 0) mean = 0;
    for (let i = 1; i <= rows; i++) mean += data[offset + i] / rows;
    const meanSquare = data[offset] / count;
    const spread = meanSquare - mean * mean;
    // the comparison is false for NaN, which then shows
    if (!(spread < CANCELLED * meanSquare)) variance = spread;
  }
  return {
    mean,
    std: Math.sqrt(variance),
    min,
    max,
    rms: Math.sqrt(variance + mean * mean),
    zeroFraction,
    ...(saturated !== undefined && { saturatedFraction: data[saturated] }),
    // half the mean squared difference of two samples is an unbiased estimate of the variance over samples
    ...(difference !== undefined && { sampleStd: Math.sqrt(data[difference] / 2) }),
  };
}

/**
 * The sample of tensor `index`.
 *
 * @param data what an output holds
 */
export function sampleOf(
  layout: StatisticsLayout,
  index: number,
  data: (output: string) => Float32Array,
): Float32Array {
  const { output, offset, length } = layout.tensors[index].sample;
  return data(output).subarray(offset, offset + length);
}

/** Tensors whose subsets have the same shape and the same figures. */
interface Group extends Omit<Subset, 'stride'> {
  readonly saturation: Measured['saturation'];
  /** Indices of the tensors, in the order of the stack. */
  readonly members: number[];
  readonly parts: string[];
}

/** A tensor whose sum of squares is taken over all elements. */
interface Large {
  readonly tensor: number;
  /** Of two axes, or three. */
  readonly table: string;
  readonly axes: number;
  readonly count: number;
  /** Its mean is wanted, too. */
  readonly means: boolean;
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
    const large: Large[] = [];
    tensors.forEach(({ value, shape, saturation, batch, known }, i) => {
      const count = elementCount(shape);
      const subset = subsetOf(count, shape, batch);
      const { table, axes, parts } = this.cut(value, count, subset);
      const key = JSON.stringify([subset.runs, subset.run, subset.pairs?.length, parts.length, saturation]);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { ...subset, saturation, members: [], parts: [] }));
      group.members.push(i);
      group.parts.push(...parts);
      if (subset.stride > 1 && known !== 'mean and variance')
        large.push({ tensor: i, table, axes, count, means: this.means === 'whole' && known === undefined });
    });
    const wholes = this.wholes(large);
    const places: TensorPlace[] = [];
    const samples: string[] = [];
    for (const group of groups.values()) {
      const { columns, saturated, difference, output, length } = this.measure(group);
      samples.push(output);
      group.members.forEach((tensor, row) => {
        places[tensor] = {
          count: elementCount(tensors[tensor].shape),
          whole: wholes.get(tensor),
          subset: columns.map((column) => column + row),
          ...(saturated !== undefined && { saturated: saturated + row }),
          ...(difference !== undefined && { difference: difference + row }),
          sample: { output, offset: row * length, length },
        };
      });
    }
    return { moments: this.concat(this.moments), samples, tensors: places };
  }

  /** A tensor as a table of runs, and its subset: what is to be stacked. */
  private cut(value: string, count: number, { run, runs, stride, pairs }: Subset) {
    const rows = count / run;
    if (stride === 1 || !pairs) {
      const table = this.reshape(value, [rows, run]);
      return {
        table,
        axes: 2,
        parts: [stride === 1 ? table : this.slice(table, 0, 0, (runs - 1) * stride + 1, stride)],
      };
    }
    const { second } = pairs;
    const end = (runs / 2 - 1) * stride + 1;
    if (2 * second === rows) {
      const table = this.reshape(value, [2, second, run]);
      return { table, axes: 3, parts: [this.slice(table, 1, 0, end, stride)] };
    }
    const table = this.reshape(value, [rows, run]);
    return { table, axes: 2, parts: [0, second].map((start) => this.slice(table, 0, start, start + end, stride)) };
  }

  /** The sums of squares over all elements, and the row means where these are wanted. */
  private wholes(large: readonly Large[]): Map<number, Whole> {
    const squares = (table: string, axes: number) =>
      this.reduce('ReduceSumSquare', table, axes === 2 ? [0, 1] : [0, 1, 2]);
    const wholes = new Map<number, Whole>();
    // a figure of three axes needs another shape: all such together, once
    const deep = large.filter(({ axes, means }) => axes === 3 && !means);
    if (deep.length > 0) {
      const figures = this.concat(deep.map(({ table }) => squares(table, 3)));
      const offset = this.keep(this.reshape(figures, [deep.length, 1]), deep.length);
      deep.forEach(({ tensor }, i) => wholes.set(tensor, { offset: offset + i, rows: 0 }));
    }
    for (const { tensor, table, count, means } of large) {
      if (wholes.has(tensor)) continue;
      let rows = means ? MOST_ROWS : 1;
      while (count % rows !== 0) rows--;
      const flat = means ? this.reshape(table, [rows, count / rows]) : table;
      const offset = this.keep(squares(flat, 2), 1);
      if (means) this.keep(this.reduce('ReduceMean', flat, [1]), rows);
      wholes.set(tensor, { offset, rows: means ? rows : 0 });
    }
    return wholes;
  }

  /** Figures of a group's subsets, stacked; returns where each figure's column begins, and the samples. */
  private measure({ runs, run, pairs, saturation, members, parts }: Group) {
    const length = runs * run;
    const stack = parts.length === 1 ? parts[0] : this.concat(parts);
    const x = runs === 1 ? stack : this.reshape(stack, [members.length, length]);
    const column = (figure: string) => this.keep(figure, members.length);
    const mean = this.reduce('ReduceMean', x, [1]);
    const figures = [
      mean,
      this.meanSquare(this.add('Sub', [x, mean])),
      this.reduce('ReduceMin', x, [1]),
      this.reduce('ReduceMax', x, [1]),
      this.fraction(this.add('Equal', [x, this.scalar(0)])),
    ];
    const stride = coprimeStride(Math.ceil(length / SUBSET_LENGTH), run);
    return {
      columns: figures.map(column),
      saturated: saturation && column(this.fraction(this.isFlat(x, saturation))),
      difference: pairs && column(this.meanSquare(this.differences(x, pairs.length))),
      // the stack and not its other shape, which would be copied
      output: stride === 1 ? stack : this.slice(x, 1, 0, length, stride),
      length: Math.ceil(length / stride),
    };
  }

  private concat(parts: readonly string[]): string {
    return this.add('Concat', parts, { axis: attribute.int(0) });
  }

  private isFlat(x: string, saturation: 'sigmoid' | 'tanh'): string {
    const middle = MIDDLE[saturation];
    const distance = this.add('Abs', [middle === 0 ? x : this.add('Sub', [x, this.scalar(middle)])]);
    return this.add('Greater', [distance, this.scalar(REACH[saturation])]);
  }

  /** What lies in the columns before `length` minus what lies in as many behind. */
  private differences(x: string, length: number): string {
    const [first, second] = [0, length].map((start) => this.slice(x, 1, start, start + length, 1));
    return this.add('Sub', [first, second]);
  }

  private meanSquare(x: string): string {
    return this.reduce('ReduceMean', this.add('Mul', [x, x]), [1]);
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

  /** Every `stride`-th of a table's entries along `axis` from `start` to before `end`. */
  private slice(table: string, axis: number, start: number, end: number, stride: number): string {
    return this.add('Slice', [table, ...[start, end, axis, stride].map((value) => this.ints([value]))]);
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
