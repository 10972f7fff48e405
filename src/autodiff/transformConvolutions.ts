import type { ValueType } from '../ir/graph';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { Call } from './call';
import { GradientBuilder } from './gradientBuilder';
import { slidingWindow } from './window';
import { canTransform, transformedConvolution } from './winograd';

/**
 * Gives convolutions of the forward pass the form on transformed tiles (winograd.ts), in place, where it is faster on a runtime that has
 * none on blocks of channels. Values keep their names.
 * @param types static types of the graph's values; convolutions whose sizes they do not tell stay as they are
 */
export function transformConvolutions(graph: MutableGraph, types: ReadonlyMap<string, ValueType>): void {
  const g = new GradientBuilder(graph, types);
  const { nodes } = graph;
  graph.nodes = [];
  for (const node of nodes) if (!transform(node, g)) graph.nodes.push(node);
}

/** Appends the nodes that take the place of a convolution, or none. */
function transform(node: MutableNode, g: GradientBuilder): boolean {
  if (node.domain !== '' || node.opType !== 'Conv') return false;
  const call = new Call(node, [], []);
  const [x, w, bias] = node.inputs;
  const types = [x, w, call.y].map((name) => g.typeOf(name));
  if (!types.every((type) => type?.shape?.every((d) => typeof d === 'number'))) return false;
  const [m, , ...kernel] = g.shape(w);
  const output = g.shape(call.y).slice(2);
  const conv = { ...slidingWindow(call, kernel, g.shape(x).slice(2), output), group: call.int('group', 1) };
  if (!canTransform(x, m, output, conv, 'forward', g)) return false;
  g.enter(call.y, 'tiles');
  const y = transformedConvolution(x, w, conv, output, g);
  if (bias) g.add(y, g.reshape(bias, [1, m, 1, 1]));
  const last = g.graph.nodes.at(-1)!;
  last.outputs = [call.y];
  last.name = node.name;
  return true;
}
