import { ModelError } from '../../ir/errors';
import type { Graph } from '../../ir/graph';
import type { NormVariantId } from '../../protocol/normVariant';
import { say } from '../../texts/say';
import { GraphEdit } from './graphEdit';
import type { NormChange } from './normVariant';
import { normVariant } from './registry';

/** A network with another normalization. */
export interface NormVariantGraph extends NormChange {
  readonly id: NormVariantId;
  /** Of opset 18; the network itself for 'as-is'. Values and layers that stay keep their names and ids. */
  readonly graph: Graph;
}

/**
 * The network with another normalization, verified. Weights are read only where they are folded.
 * @throws ModelError `unsupported` when there is nothing in the network that the variant would change, with the reason
 */
export async function applyNormVariant(graph: Graph, id: NormVariantId): Promise<NormVariantGraph> {
  if (id === 'as-is') return { id, graph, changed: [], left: [], summary: say`the network as it is`, notes: [] };
  const variant = normVariant(id);
  const edit = new GraphEdit(graph);
  const change = await variant.apply(edit);
  if (change.changed.length === 0) {
    const [first, ...others] = change.left;
    const more = others.length > 0 ? say` (and ${others.length} more)` : '';
    const why =
      first === undefined
        ? say`there is nothing in it for this variant`
        : say`${first.layer.id} stays, because ${first.reason}${more}`;
    throw new ModelError('unsupported', say`'${id}' does not change this network: ${why}`);
  }
  return { id, ...change, graph: edit.finish(`'${id}'`) };
}

/** What was done, in sentences for the notes of a report; none for the network as it is. */
export function wordsOfVariant({ id, summary, notes }: NormVariantGraph): string[] {
  return id === 'as-is' ? [] : [summary, ...notes];
}
