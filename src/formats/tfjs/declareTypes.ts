import type { ValueType } from '../../ir/graph';
import type { MutableGraph } from '../../ir/mutableGraph';
import type { TensorValue } from './layerScope';
import { valueType } from './loweredCall';

/**
 * Declares the types of the values as they are once transposes have been cancelled.
 * @param values with their shapes in the file's layout; those that are gone are passed over when the graph is frozen
 * @param moved order of the axes of the values whose layout has changed (see `cancelTransposes`), by name
 */
export function declareTypes(
  graph: MutableGraph,
  values: readonly TensorValue[],
  moved: ReadonlyMap<string, readonly number[]>,
): void {
  const interfaceNames = new Set([...graph.inputs, ...graph.outputs].map((d) => d.name));
  for (const value of values) {
    const { name, shape } = value;
    if (shape === undefined || interfaceNames.has(name)) continue;
    graph.valueTypes.set(name, declaredType(value, moved.get(name)));
  }
}

/** @param order of the axes where the layout has changed */
export function declaredType(value: TensorValue, order: readonly number[] | undefined): ValueType {
  const type = valueType(value);
  const { kind, dtype, shape } = type;
  if (order === undefined || shape === undefined) return type;
  return { kind, dtype, shape: order.map((_, i) => shape[order.indexOf(i)]) };
}
