import type { ValueId } from '../ir/graph';
import type { Layer, LayerView } from '../layers/layerView';
import type { RuleContext } from './rule';

/** Below this a scale switches its channel off: what comes out is the shift, whatever goes in. */
export const DEAD_SCALE = 1e-6;

/** Parameters of a norm by the names of the operator; those of a Scale layer of its own are called outer. */
export const parameterNames = ['scale', 'shift', 'mean', 'variance', 'outerScale', 'outerShift'] as const;
export type ParameterName = (typeof parameterNames)[number];

/** Values of a norm's parameters whose numbers a rule may ask for. */
export function parametersOf(layer: Layer, names: readonly ParameterName[] = parameterNames): readonly ValueId[] {
  const { norm } = layer;
  const values: ValueId[] = [];
  if (norm === undefined) return values;
  for (const name of names) {
    const value = norm[name];
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** Filled by a ConstantOfShape: a stand-in for weights that were taken out of the file. */
export function isFiller(value: ValueId, { graph }: LayerView): boolean {
  const producer = graph.producer(value);
  return producer >= 0 && graph.node(producer).opType === 'ConstantOfShape';
}

/** Numbers of one parameter; undefined when the norm lacks it, or the file does not hold it or holds only a filler. */
export function numbersOf(layer: Layer, name: ParameterName, { view, values }: RuleContext): Float32Array | undefined {
  const value = layer.norm?.[name];
  return value === undefined || isFiller(value, view) ? undefined : values(value);
}

/**
 * What each channel is multiplied by, an outer scale included; `size` ones where the norm has no scale at all. Undefined when
 * the file does not hold the numbers, or their count does not fit.
 */
export function scaleOf(layer: Layer, size: number, context: RuleContext): readonly number[] | undefined {
  const total = new Array<number>(size).fill(1);
  for (const name of ['scale', 'outerScale'] as const) {
    if (layer.norm?.[name] === undefined) continue;
    const numbers = numbersOf(layer, name, context);
    if (numbers === undefined || numbers.length !== size) return undefined;
    for (let i = 0; i < size; i++) total[i] *= numbers[i];
  }
  return total;
}

/** A batch norm that normalizes: more than the factor and the addend that are left of one. */
export function isBatchNorm({ norm }: Layer): boolean {
  return norm?.type === 'batch' && norm.form !== 'affine-only';
}

/** True for a batch norm that keeps statistics of its own, in whatever form the file spells it. */
export function keepsStatistics({ norm }: Layer): boolean {
  return norm?.type === 'batch' && norm.mean !== undefined && norm.variance !== undefined;
}
