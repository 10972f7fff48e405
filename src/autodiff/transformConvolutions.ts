import type { ValueType } from '../ir/graph';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { Call } from './call';
import { backwards, type Convolution } from './convolution';
import { GradientBuilder } from './gradientBuilder';
import { slidingWindow } from './window';
import { canTransform, transformedConvolution, transformedElements } from './winograd';

/**
 * Gives convolutions of the forward pass the form on transformed tiles (winograd.ts), in place, where it is faster on a runtime that has
 * none on blocks of channels. Values keep their names.
 * @param types static types of the forward pass; convolutions whose sizes they do not tell stay as they are
 * @returns elements of the tiles that the backward pass makes of cotangents: the runtime computes gradients of weights last, and keeps
 *   the tiles of all layers until then
 */
export function transformConvolutions(graph: MutableGraph, types: ReadonlyMap<string, ValueType>): number {
  const g = new GradientBuilder(graph, types);
  const { nodes } = graph;
  graph.nodes = [];
  let kept = 0;
  for (const node of nodes) {
    const conv = convolutionOf(node, g);
    if (conv) kept += tilesOfCotangent(node, conv, g);
    if (!conv || !transform(node, conv, g)) graph.nodes.push(node);
  }
  return kept;
}

/** How a convolution whose sizes are known slides. */
function convolutionOf(node: MutableNode, g: GradientBuilder): Convolution | undefined {
  if (node.domain !== '' || node.opType !== 'Conv') return undefined;
  const call = new Call(node, [], []);
  const [x, w] = node.inputs;
  const types = [x, w, call.y].map((name) => g.typeOf(name));
  if (!types.every((type) => type?.shape?.every((d) => typeof d === 'number'))) return undefined;
  const [input, kernel, output] = [x, w, call.y].map((name) => g.shape(name).slice(2));
  return { ...slidingWindow(call, kernel, input, output), group: call.int('group', 1) };
}

function tilesOfCotangent(node: MutableNode, conv: Convolution, g: GradientBuilder): number {
  const [, channels, ...input] = g.shape(node.inputs[0]);
  const y = node.outputs[0];
  if (!canTransform(y, channels, input, backwards(conv), 'weightGradient', g)) return 0;
  const [n, m] = g.shape(y);
  return transformedElements(n, m, input);
}

/** Appends the nodes that take the place of a convolution, or none. */
function transform(node: MutableNode, conv: Convolution, g: GradientBuilder): boolean {
  const [x, w, bias] = node.inputs;
  const [[m], [, , ...output]] = [g.shape(w), g.shape(node.outputs[0])];
  if (!canTransform(x, m, output, conv, 'forward', g)) return false;
  g.enter(node.outputs[0], 'tiles');
  const y = transformedConvolution(x, w, conv, output, g);
  if (bias) g.add(y, g.reshape(bias, [1, m, 1, 1]));
  const last = g.graph.nodes.at(-1)!;
  last.outputs = [...node.outputs];
  last.name = node.name;
  return true;
}
