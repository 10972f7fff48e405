import type { MutableGraph } from '../../ir/mutableGraph';
import type { TensorValue } from './layerScope';
import { valueType } from './modelLowering';

/**
 * Declares the types of the values as they are once transposes have been cancelled.
 * @param values shapes in the file's layout by name
 * @param moved order of the axes of the values whose layout has changed (see `cancelTransposes`)
 */
export function declareTypes(
  graph: MutableGraph,
  values: ReadonlyMap<string, TensorValue>,
  moved: ReadonlyMap<string, readonly number[]>,
): void {
  const interfaceNames = new Set([...graph.inputs, ...graph.outputs].map((d) => d.name));
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      const value = values.get(name);
      const shape = value?.shape;
      if (value === undefined || shape === undefined || interfaceNames.has(name)) continue;
      const order = moved.get(name);
      const inner = order === undefined ? shape : order.map((_, axis) => shape[order.indexOf(axis)]);
      graph.valueTypes.set(name, valueType({ ...value, shape: inner }));
    }
  }
}
