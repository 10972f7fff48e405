import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';
import type { GraphEdit } from './graphEdit';
import { normBlock, type NormBlock } from './normBlock';
import type { LeftLayer } from './normVariant';

/** The norms of a network that can be taken out, and those that cannot with the reason. */
export function findNorms(edit: GraphEdit): { readonly blocks: readonly NormBlock[]; readonly left: LeftLayer[] } {
  const blocks: NormBlock[] = [];
  const left: LeftLayer[] = [];
  for (const layer of edit.view.layers) {
    if (layer.role !== 'norm') continue;
    const block = partOfNetwork(layer) ?? normBlock(layer, edit);
    if (typeof block === 'string') left.push({ layer, reason: block });
    else blocks.push(block);
  }
  return { blocks, left };
}

/** Why a norm is no norm that could be another one. */
function partOfNetwork({ norm }: Layer): string | undefined {
  if (norm?.type === 'lp') return say`it scales to unit length, which is part of what the network computes`;
  return norm?.form === 'affine-only' ? say`only the scale and shift of a norm are left of it` : undefined;
}

/** The node whose place new nodes of a block take. */
export function anchorOf({ nodes }: NormBlock) {
  return nodes[nodes.length - 1];
}
