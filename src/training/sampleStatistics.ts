import { attribute } from '../ir/attribute';
import { dataTypeCode } from '../ir/dataType';
import type { MutableGraph } from '../ir/mutableGraph';
import { elementCount, float32Tensor, int64Tensor } from '../ir/tensor';

/** A layer's output whose samples are told apart. */
export interface MeasuredOverSamples {
  readonly value: string;
  /** All sizes known; axis 0 is the batch. */
  readonly shape: readonly number[];
  /** Axis of the units of a ReLU: say how many samples each unit is active on. */
  readonly unitAxis?: number;
}

/** Where the figures of one tensor stand in the output. */
export interface SamplePlace {
  /** Of the sum of squared differences between the first two samples, and how many differences there are. */
  readonly difference: { readonly offset: number; readonly count: number };
  /** Of the fraction of the batch's samples that each unit is active on. */
  readonly units?: { readonly offset: number; readonly count: number };
}

export interface SampleLayout {
  /** Name of the graph's output, float32 [m]. */
  readonly output: string;
  readonly tensors: readonly SamplePlace[];
}

/** Most elements of a sample that are compared. */
const MOST_COMPARED = 16384;

/**
 * Appends nodes that say how much a layer's output differs between samples, and which of its units are active on how many.
 * Half the mean squared difference of two samples is an unbiased estimate of the variance over samples; a whole batch would
 * give a steadier one at many times the cost, and a profile has many steps.
 *
 * @param tensors of at least two samples
 * @returns undefined when there is nothing to measure
 */
export function addSampleStatistics(
  graph: MutableGraph,
  tensors: readonly MeasuredOverSamples[],
): SampleLayout | undefined {
  return tensors.length === 0 ? undefined : new SampleStatisticsBuilder(graph).build(tensors);
}

/** The standard deviation over samples (root of the mean variance of the elements) of tensor `index`. */
export function deviationOverSamples({ tensors }: SampleLayout, index: number, data: Float32Array): number {
  const { offset, count } = tensors[index].difference;
  return Math.sqrt(data[offset] / (2 * count));
}

class SampleStatisticsBuilder {
  private readonly pieces: string[] = [];
  private readonly constants = new Map<string, string>();
  private length = 0;

  constructor(private readonly graph: MutableGraph) {}

  build(tensors: readonly MeasuredOverSamples[]): SampleLayout {
    const places = tensors.map((tensor) => ({ difference: this.difference(tensor), units: this.units(tensor) }));
    return { output: this.add('Concat', this.pieces, { axis: attribute.int(0) }), tensors: places };
  }

  private difference({ value, shape }: MeasuredOverSamples): SamplePlace['difference'] {
    const length = elementCount(shape.slice(1));
    const stride = Math.ceil(length / MOST_COMPARED);
    const count = Math.ceil(length / stride);
    const table = shape.length === 2 ? value : this.add('Reshape', [value, this.ints([shape[0], length])]);
    const [first, second] = [0, 1].map((i) => this.slice(table, i, length, stride));
    const difference = this.add('Sub', [first, second]);
    const squares = this.add('ReduceSumSquare', [difference, this.ints([1])], { keepdims: attribute.int(0) });
    return { offset: this.keep(squares, 1), count };
  }

  private units({ value, shape, unitAxis }: MeasuredOverSamples): SamplePlace['units'] {
    if (unitAxis === undefined) return undefined;
    const others = shape.flatMap((_, axis) => (axis === 0 || axis === unitAxis ? [] : [axis]));
    const keepdims = attribute.int(0);
    const largest = others.length === 0 ? value : this.add('ReduceMax', [value, this.ints(others)], { keepdims });
    const active = this.add('Greater', [largest, this.zero()]);
    const ones = this.add('Cast', [active], { to: attribute.int(dataTypeCode('float32')) });
    const count = shape[unitAxis];
    return { offset: this.keep(this.add('ReduceMean', [ones, this.ints([0])], { keepdims }), count), count };
  }

  /** Every `stride`-th element of one row of a table: [1, count]. */
  private slice(table: string, row: number, length: number, stride: number): string {
    const [starts, ends, axes, steps] = [
      [row, 0],
      [row + 1, length],
      [0, 1],
      [1, stride],
    ];
    return this.add('Slice', [table, this.ints(starts), this.ints(ends), this.ints(axes), this.ints(steps)]);
  }

  private keep(vector: string, length: number): number {
    const offset = this.length;
    this.pieces.push(vector);
    this.length += length;
    return offset;
  }

  private add(opType: string, inputs: readonly string[], attributes: Parameters<MutableGraph['add']>[2] = {}): string {
    return this.graph.add(opType, inputs, attributes, { hint: 'samples' });
  }

  private ints(values: readonly number[]): string {
    return this.constant(values.join(), (name) => int64Tensor(name, [values.length], values));
  }

  private zero(): string {
    return this.constant('zero', (name) => float32Tensor(name, [], [0]));
  }

  private constant(key: string, make: (name: string) => Parameters<MutableGraph['addInitializer']>[0]): string {
    let name = this.constants.get(key);
    if (name === undefined) {
      name = this.graph.addInitializer(make(this.graph.freshName('samples/constant')));
      this.constants.set(key, name);
    }
    return name;
  }
}
