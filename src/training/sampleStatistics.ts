import { attribute } from '../ir/attribute';
import { dataTypeCode } from '../ir/dataType';
import type { MutableGraph } from '../ir/mutableGraph';
import { elementCount, float32Tensor, int64Tensor } from '../ir/tensor';

/** A layer's output whose samples are told apart. */
export interface MeasuredOverSamples {
  readonly value: string;
  /** All sizes known; axis 0 is the batch. */
  readonly shape: readonly number[];
  /** Axis of the units of a ReLU: say how many samples each unit is active on, and its mean. */
  readonly unitAxis?: number;
}

/** Where the figures of one tensor stand in the outputs. */
export interface SamplePlace {
  /** Place of its differences, and how many there are. */
  readonly differences: { readonly offset: number; readonly count: number };
  /** Place of the figures of its units. */
  readonly units?: { readonly offset: number; readonly count: number };
}

export interface SampleLayout {
  /** Name of the graph's output float32 [1, m]: differences of elements between the first two samples. */
  readonly differences: string;
  /** Names of the graph's outputs float32 [u]; undefined without ReLUs. */
  readonly units?: {
    /** Of each unit, the fraction of the batch's samples that it is active on. */
    readonly active: string;
    /** Of each unit, the mean over samples and places. */
    readonly means: string;
  };
  readonly tensors: readonly SamplePlace[];
}

/** Most elements of a sample that are compared: a few thousand comparisons in a profile's steps say enough. */
const MOST_COMPARED = 1024;

/**
 * Appends nodes that say how much a layer's output differs between samples, and which of its units are active on how many.
 * Half the mean squared difference of two samples is an unbiased estimate of the variance over samples; a whole batch would
 * give a steadier one at many times the cost, and a profile has many steps. All tensors are put together early: every node
 * costs time when the graph is compiled, too.
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
export function deviationOverSamples({ tensors }: SampleLayout, index: number, differences: Float32Array): number {
  const { offset, count } = tensors[index].differences;
  let squares = 0;
  for (let i = offset; i < offset + count; i++) squares += differences[i] * differences[i];
  return Math.sqrt(squares / (2 * count));
}

/**
 * The mean of all elements of tensor `index`, a ReLU's output.
 *
 * @param means the output `units.means`
 */
export function meanOfUnits({ tensors }: SampleLayout, index: number, means: Float32Array): number {
  const { offset, count } = tensors[index].units!;
  let mean = 0;
  for (let i = offset; i < offset + count; i++) mean += means[i] / count;
  return mean;
}

class SampleStatisticsBuilder {
  private readonly constants = new Map<string, string>();

  constructor(private readonly graph: MutableGraph) {}

  build(tensors: readonly MeasuredOverSamples[]): SampleLayout {
    const pairs = new Pieces();
    const units = new Pieces();
    const places = tensors.map((tensor) => {
      const differences = pairs.place(...this.pair(tensor));
      const { unitAxis } = tensor;
      if (unitAxis === undefined) return { differences };
      return { differences, units: units.place(this.unitMeans(tensor, unitAxis), tensor.shape[unitAxis]) };
    });
    const side = attribute.int(1);
    const two = this.add('Concat', pairs.names, { axis: side });
    const [first, second] = [0, 1].map((row) =>
      this.add('Slice', [two, this.ints([row]), this.ints([row + 1]), this.ints([0])]),
    );
    const differences = this.add('Sub', [first, second]);
    if (units.names.length === 0) return { differences, tensors: places };
    const means = this.add('Concat', units.names, { axis: side });
    const active = this.add('Cast', [this.add('Greater', [means, this.zero()])], {
      to: attribute.int(dataTypeCode('float32')),
    });
    return {
      differences,
      units: { active: this.overBatch(active), means: this.overBatch(means) },
      tensors: places,
    };
  }

  /** Evenly spread elements of the first two samples, [2, count], and their count. */
  private pair({ value, shape }: MeasuredOverSamples): [name: string, count: number] {
    const length = elementCount(shape.slice(1));
    const stride = Math.ceil(length / MOST_COMPARED);
    const table = shape.length === 2 ? value : this.add('Reshape', [value, this.ints([shape[0], length])]);
    const [starts, ends, axes, steps] = [
      [0, 0],
      [2, length],
      [0, 1],
      [1, stride],
    ];
    const bounds = [starts, ends, axes, steps].map((values) => this.ints(values));
    return [this.add('Slice', [table, ...bounds]), Math.ceil(length / stride)];
  }

  /** The mean of each unit on each sample, [batch, units]: of a ReLU's output it is zero where the unit is not active. */
  private unitMeans({ value, shape }: MeasuredOverSamples, unitAxis: number): string {
    const others = shape.flatMap((_, axis) => (axis === 0 || axis === unitAxis ? [] : [axis]));
    return others.length === 0 ? value : this.mean(value, others);
  }

  private overBatch(table: string): string {
    return this.mean(table, [0]);
  }

  private mean(value: string, axes: readonly number[]): string {
    return this.add('ReduceMean', [value, this.ints(axes)], { keepdims: attribute.int(0) });
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

/** Values that are put side by side. */
class Pieces {
  readonly names: string[] = [];
  private length = 0;

  place(name: string, count: number): { offset: number; count: number } {
    const offset = this.length;
    this.names.push(name);
    this.length += count;
    return { offset, count };
  }
}
