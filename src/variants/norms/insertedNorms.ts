import type { Layer } from '../../layers/layerView';
import { count, say } from '../../texts/say';
import type { GraphEdit } from './graphEdit';
import { siteOfLinear } from './normSite';
import type { LeftLayer, NormChange, NormVariant } from './normVariant';
import { groupWords, normNoun, misfit, writeNorm, type NormKind } from './writeNorm';

/** Linear layers that have no norm get one, between them and their activation. */
export const insertedBatchNorms: NormVariant<'inserted-batch'> = {
  id: 'inserted-batch',
  get title() {
    return say`batch norm inserted`;
  },
  get description() {
    return say`A batch norm comes after every linear layer that has no norm, before its activation; the last layer and norms that are there stay as they are.`;
  },
  apply: (edit) => insertNorms(edit, 'batch'),
};

export function insertNorms(edit: GraphEdit, kind: NormKind, words: { readonly summary?: string } = {}): NormChange {
  const changed: Layer[] = [];
  const left: LeftLayer[] = [];
  const groups = new Set<string>();
  for (const layer of edit.view.layers) {
    if (layer.role !== 'linear' || !edit.view.lacksNorm(layer)) continue;
    const reason = insertAfter(edit, layer, kind, groups);
    if (reason === undefined) changed.push(layer);
    else left.push({ layer, reason });
  }
  const notes = kind === 'group' && groups.size > 0 ? [say`groups: ${[...groups].join(', ')}`] : [];
  return {
    changed,
    left,
    summary: (words.summary ?? '') + say`${count(changed.length, normNoun[kind])} inserted after linear layers`,
    notes,
  };
}

/** @returns why it was not done */
function insertAfter(edit: GraphEdit, layer: Layer, kind: NormKind, groups: Set<string>): string | undefined {
  if (layer.linear === undefined) return say`it could not be expressed in operators`;
  if (layer.activation !== undefined) return say`its operator applies the activation at once`;
  const value = edit.view.graph.valueName(layer.output);
  const site = siteOfLinear(layer, value, edit.types);
  if (typeof site === 'string') return site;
  const unfit = misfit(kind, site);
  if (unfit !== undefined) return unfit;
  if (edit.isFixed(value)) return say`its output is an output of the model`;
  const anchor = edit.node(layer.nodes[layer.nodes.length - 1]);
  const output = edit.graph.freshName(`${value}/norm`);
  edit.insertBetween(value, output);
  edit.writeAt(anchor, { id: `${edit.idOf(layer)}/norm` }, (r) =>
    writeNorm(kind, site, { epsilon: 1e-5, momentum: 0.9 }, output, r),
  );
  groups.add(groupWords(site.channels));
  return undefined;
}
