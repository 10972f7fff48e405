import type { Layer } from '../../layers/layerView';
import type { GraphEdit } from './graphEdit';
import { normBlock, type NormBlock } from './normBlock';
import type { LeftLayer } from './normVariant';

/** The norms of a network that can be taken out, and those that cannot with the reason. */
export function findNorms(edit: GraphEdit): { readonly blocks: readonly NormBlock[]; readonly left: LeftLayer[] } {
  const blocks: NormBlock[] = [];
  const left: LeftLayer[] = [];
  for (const layer of edit.view.layers) {
    if (layer.role !== 'norm') continue;
    const block = isUnitLength(layer)
      ? 'it scales to unit length, which is part of what the network computes'
      : normBlock(layer, edit);
    if (typeof block === 'string') left.push({ layer, reason: block });
    else blocks.push(block);
  }
  return { blocks, left };
}

function isUnitLength({ norm }: Layer): boolean {
  return norm?.type === 'lp';
}

/** The node whose place new nodes of a block take. */
export function anchorOf({ nodes }: NormBlock) {
  return nodes[nodes.length - 1];
}
