import { attribute } from '../ir/attribute';
import { BLOCKED_DOMAIN } from '../ir/channelBlocks';
import type { Dim, ValueType } from '../ir/graph';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { elementCount } from '../ir/tensor';
import { intOf } from './nodeAttributes';
import { Rewriter } from './rewriter';

type TypeOf = (value: string) => ValueType | undefined;

/** Convolutions with more filters are products of matrices so large that the blocks bring nothing. */
const MOST_FILTERS = 128;

/** With fewer pixels, over all samples, bringing the weights into their order costs more than it saves. */
const FEWEST_PIXELS = 1024;

/**
 * Gives convolutions of pictures the form that works on blocks of channels (ir/channelBlocks.ts), in place: the runtime's own
 * optimizer does this only where weights are constants, and weights in training are inputs. Values keep their names and are laid out
 * as they were; what several convolutions read is put in blocks once.
 * @param typeOf static types of the graph's values; convolutions whose sizes it does not tell stay as they are
 * @param block channels of a block on the runtime that is to run the graph, more than 1
 */
export function blockConvolutions(graph: MutableGraph, typeOf: TypeOf, block: number): void {
  const rewriter = new Rewriter(graph);
  const inBlocks = new Map<string, string>();
  const replaced = new Map<string, string>();
  rewriter.run((node) => {
    node.inputs = node.inputs.map((name) => replaced.get(name) ?? name);
    if (node.domain === BLOCKED_DOMAIN && node.opType === 'ReorderInput') {
      const known = inBlocks.get(node.inputs[0]);
      if (known === undefined) inBlocks.set(node.inputs[0], node.outputs[0]);
      else replaced.set(node.outputs[0], known);
      return known !== undefined;
    }
    if (!canBlock(node, typeOf, block)) return false;
    blockConvolution(rewriter, node, typeOf(node.inputs[1])!.shape as number[], block, inBlocks);
    return true;
  });
  graph.opsets.set(BLOCKED_DOMAIN, 1);
}

function canBlock(node: MutableNode, typeOf: TypeOf, block: number): boolean {
  if (node.domain !== '' || node.opType !== 'Conv') return false;
  const weights = typeOf(node.inputs[1]);
  if (weights?.dtype !== 'float32') return false;
  const [shape, output] = [weights.shape, typeOf(node.outputs[0])?.shape].map(knownSizes);
  if (shape?.length !== 4 || output === undefined) return false;
  const [m, channels, ...kernel] = shape;
  const [n, , ...pixels] = output;
  const group = intOf(node, 'group', 1);
  // every channel by itself, in few operations for each element: half the time as soon as there is a block
  if (group === m && channels === 1) return m % block === 0;
  if (group !== 1 || m > MOST_FILTERS || elementCount(kernel) === 1 || elementCount([n, ...pixels]) < FEWEST_PIXELS)
    return false;
  return m % block === 0 && (channels < block || channels % block === 0);
}

function knownSizes(shape: readonly Dim[] | undefined): readonly number[] | undefined {
  return shape?.every((d): d is number => typeof d === 'number') ? shape : undefined;
}

function blockConvolution(
  rewriter: Rewriter,
  node: MutableNode,
  [m, channels, ...kernel]: readonly number[],
  block: number,
  inBlocks: Map<string, string>,
): void {
  const [x, w, bias] = node.inputs;
  const domain = { domain: BLOCKED_DOMAIN };
  const few = channels < block;
  let input = few && intOf(node, 'group', 1) === 1 ? x : inBlocks.get(x);
  if (input === undefined) {
    [input] = rewriter.addNode('ReorderInput', [x], {}, domain);
    inBlocks.set(x, input);
  }
  const apart = few ? [m / block, block, channels, ...kernel] : [m / block, block, channels / block, block, ...kernel];
  const order = few ? [0, 2, 3, 4, 1] : [0, 2, 4, 5, 3, 1];
  const split = rewriter.add('Reshape', [w, rewriter.ints(apart)]);
  const turned = rewriter.add('Transpose', [split], { perm: attribute.ints(order) });
  const weights = rewriter.add('Reshape', [turned, rewriter.ints([m, channels, ...kernel])]);
  const attributes = { ...Object.fromEntries(node.attributes), kernel_shape: attribute.ints(kernel) };
  const [output] = rewriter.addNode('Conv', [input, weights, ...(bias ? [bias] : [])], attributes, domain);
  rewriter.addNode('ReorderOutput', [output], { channels: attribute.int(m) }, { ...domain, outputs: node.outputs });
  inBlocks.set(node.outputs[0], output);
}
