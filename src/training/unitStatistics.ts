import { attribute } from '../ir/attribute';
import { dataTypeCode } from '../ir/dataType';
import type { MutableGraph } from '../ir/mutableGraph';
import { float32Tensor, int64Tensor } from '../ir/tensor';

/** The output of a ReLU. */
export interface ReluOutput {
  readonly value: string;
  /** All sizes known; axis 0 is the batch. */
  readonly shape: readonly number[];
  readonly unitAxis: number;
}

export interface UnitLayout {
  /** Name of the graph's output float32 [units of all tensors]: the fraction of the batch's samples that a unit is active on. */
  readonly active: string;
  /** Name of the graph's output float32 [units of all tensors]: means over samples and places. */
  readonly means: string;
  /** Where the units of one tensor stand in both. */
  readonly tensors: readonly { readonly offset: number; readonly count: number }[];
}

/**
 * Appends nodes that say of the units of ReLUs on how many samples each is active, and its mean. One mean per sample and unit
 * serves both: of a ReLU's output it is zero where the unit is not active. All tensors are put together early: every node costs
 * time when the graph is compiled, too.
 *
 * @returns undefined when there is nothing to measure
 */
export function addUnitStatistics(graph: MutableGraph, tensors: readonly ReluOutput[]): UnitLayout | undefined {
  if (tensors.length === 0) return undefined;
  const hint = { hint: 'units' };
  const mean = (value: string, axes: readonly number[]) => {
    const name = graph.addInitializer(int64Tensor(graph.freshName('units/axes'), [axes.length], axes));
    return graph.add('ReduceMean', [value, name], { keepdims: attribute.int(0) }, hint);
  };
  const perSample = tensors.map(({ value, shape, unitAxis }) => {
    const places = shape.flatMap((_, axis) => (axis === 0 || axis === unitAxis ? [] : [axis]));
    return places.length === 0 ? value : mean(value, places);
  });
  const means = graph.add('Concat', perSample, { axis: attribute.int(1) }, hint);
  const zero = graph.addInitializer(float32Tensor(graph.freshName('units/zero'), [], [0]));
  const isActive = graph.add('Greater', [means, zero], {}, hint);
  const active = graph.add('Cast', [isActive], { to: attribute.int(dataTypeCode('float32')) }, hint);
  let offset = 0;
  const places = tensors.map(({ shape, unitAxis }) => {
    const place = { offset, count: shape[unitAxis] };
    offset += place.count;
    return place;
  });
  return { active: mean(active, [0]), means: mean(means, [0]), tensors: places };
}

/** The figures of tensor `index` in one of the outputs. */
export function unitsOf({ tensors }: UnitLayout, index: number, data: Float32Array): Float32Array {
  const { offset, count } = tensors[index];
  return data.subarray(offset, offset + count);
}

/**
 * The mean of all elements of tensor `index`.
 *
 * @param means the output `means`
 */
export function meanOverUnits(layout: UnitLayout, index: number, means: Float32Array): number {
  const units = unitsOf(layout, index, means);
  let mean = 0;
  for (const unit of units) mean += unit / units.length;
  return mean;
}
