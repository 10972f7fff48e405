import { attribute } from '../../src/ir/attribute';
import { BLOCKED_DOMAIN } from '../../src/ir/channelBlocks';
import type { ValueType } from '../../src/ir/graph';
import type { MutableGraph } from '../../src/ir/mutableGraph';
import { intOf } from '../../src/variants/nodeAttributes';
import { Rewriter } from '../../src/variants/rewriter';

/**
 * Replaces the operators on blocks of channels (ir/channelBlocks.ts) by standard ones that compute the same, for blocks of any size on
 * any runtime, in place.
 */
export function writeOutBlocks(
  graph: MutableGraph,
  typeOf: (value: string) => ValueType | undefined,
  block: number,
): void {
  const rewriter = new Rewriter(graph);
  const shapeOf = (value: string) => typeOf(value)!.shape as number[];
  const reshape = (x: string, shape: readonly number[], output?: string) =>
    rewriter.add('Reshape', [x, rewriter.ints(shape)], {}, output);
  const transpose = (x: string, perm: readonly number[]) =>
    rewriter.add('Transpose', [x], { perm: attribute.ints(perm) });
  const toBlocks = (x: string, [n, c, h, w]: readonly number[], output: string) =>
    reshape(transpose(reshape(x, [n, c / block, block, h, w]), [0, 1, 3, 4, 2]), [n, c, h, w], output);
  const fromBlocks = (x: string, [n, c, h, w]: readonly number[], output?: string) =>
    reshape(transpose(reshape(x, [n, c / block, h, w, block]), [0, 1, 4, 2, 3]), [n, c, h, w], output);
  rewriter.run((node) => {
    if (node.domain !== BLOCKED_DOMAIN) return false;
    const [x, w] = node.inputs;
    const shape = shapeOf(x);
    if (node.opType === 'ReorderInput') toBlocks(x, shape, node.outputs[0]);
    else if (node.opType === 'ReorderOutput') fromBlocks(x, shape, node.outputs[0]);
    else {
      const [m, c, kh, kw] = shapeOf(w);
      const few = c < block;
      const apart = few ? [m / block, c, kh, kw, block] : [m / block, c / block, kh, kw, block, block];
      const kernel = reshape(transpose(reshape(w, apart), few ? [0, 4, 1, 2, 3] : [0, 5, 1, 4, 2, 3]), [m, c, kh, kw]);
      const channelwise = c === 1 && m === intOf(node, 'group', 1);
      const inputs = [few && !channelwise ? x : fromBlocks(x, shape), kernel, ...node.inputs.slice(2)];
      toBlocks(
        rewriter.add('Conv', inputs, Object.fromEntries(node.attributes)),
        shapeOf(node.outputs[0]),
        node.outputs[0],
      );
    }
    return true;
  });
}
