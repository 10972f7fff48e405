import type { Origin } from '../../ir/origin';
import { count, later, say, translated } from '../../texts/say';
import { anchorOf, findNorms } from './findNorms';
import type { GraphEdit, Label } from './graphEdit';
import { insertNorms } from './insertedNorms';
import type { NormBlock } from './normBlock';
import { siteOfNorm, type NormSite } from './normSite';
import type { LeftLayer, NormChange, NormVariant } from './normVariant';
import { groupWords, normNoun, misfit, writeNorm, type NormKind } from './writeNorm';

const DESCRIPTIONS: Readonly<Record<NormKind, string>> = {
  batch: later`Statistics of each channel over the batch (and space, or positions)`,
  layer: later`Statistics of each sample over its channels and space; of each position of a sequence over its features`,
  instance: later`Statistics of each sample and channel over space (or positions)`,
  group: later`Statistics of each sample over groups of channels and space: 32 groups, or the largest number below that divides the channels and leaves two or more in a group`,
  rms: later`As layer norm, but only divided by the root of the mean square, not centred`,
};

const ALREADY = later`it is of this kind already`;

/**
 * Every norm becomes one of the given kind; a network without norms gets one after every linear layer. Scale and shift are
 * taken over where they are one number per channel, else they start at 1 and 0.
 */
export function replacedNorms<K extends NormKind>(kind: K): NormVariant<K> {
  return {
    id: kind,
    title: normNoun[kind],
    get description() {
      return say`${translated(DESCRIPTIONS[kind])}. Takes the place of every norm; a network without norms gets one after every linear layer. Scale and shift are taken over where they are one number per channel.`;
    },
    apply: (edit) => replaceNorms(edit, kind),
  };
}

/** Batch norms whose statistics are constants for the gradient: what normalizing outside of the optimization step does. */
export const detachedBatchNorms: NormVariant<'detached-batch'> = {
  id: 'detached-batch',
  get title() {
    return say`batch norm, statistics detached`;
  },
  get description() {
    return say`Every norm becomes a batch norm whose mean and variance gradients do not pass, as if they were constants (Ioffe and Szegedy 2015, section 2, show what this leads to).`;
  },
  detachesStatistics: true,
  apply(edit) {
    const change = replaceNorms(edit, 'batch', true);
    return { ...change, summary: say`${change.summary}, their statistics outside of the gradient` };
  },
};

/** @param all norms of this kind count as changed as well */
export function replaceNorms(edit: GraphEdit, kind: NormKind, all = false): NormChange {
  const { blocks, left } = findNorms(edit);
  if (blocks.length === 0 && left.every(({ layer }) => layer.norm?.type === 'lp')) {
    return insertNorms(edit, kind, { summary: say`the network has no norm of its own: ` });
  }
  const changed: NormBlock[] = [];
  const groups = new Set<string>();
  let kept = 0;
  for (const block of blocks) {
    const { type } = block.layer.norm!;
    if (type === kind && block.prepare === undefined) {
      kept++;
      if (all) changed.push(block);
      else left.push({ layer: block.layer, reason: translated(ALREADY) });
      continue;
    }
    const site = siteOfNorm(block.layer, block.main, block.input, edit.types);
    const reason = typeof site === 'string' ? site : misfit(kind, site);
    if (typeof site === 'string' || reason !== undefined) {
      left.push({ layer: block.layer, reason: reason! });
      continue;
    }
    replace(edit, block, kind, site);
    changed.push(block);
    groups.add(groupWords(site.channels));
  }
  const replaced = changed.length - (all ? kept : 0);
  return {
    changed: changed.map((b) => b.layer),
    left,
    summary:
      replaced > 0 || !all
        ? say`${count(replaced, 'norm')} replaced by ${normNoun[kind]}s`
        : count(kept, normNoun[kind]),
    notes: notesOf(kind, replaced, groups, left),
  };
}

function replace(edit: GraphEdit, block: NormBlock, kind: NormKind, site: NormSite): void {
  const { layer, output, prepare, scale, shift } = block;
  const anchor = anchorOf(block);
  const label = labelOf(edit, block, kind, site);
  edit.takeOut(block, label.origin);
  if (prepare) edit.writeAt(anchor, {}, prepare);
  const settings = { epsilon: epsilonOf(block), momentum: layer.norm?.momentum ?? 0.9, scale, shift };
  edit.writeAt(anchor, label, (r) => writeNorm(kind, site, settings, output, r));
}

/** LRN's `bias` and norms without an epsilon say nothing; a batch norm's 1e-5 does for all. */
function epsilonOf({ layer }: NormBlock): number {
  const stated = layer.norm?.epsilon;
  return stated !== undefined && stated > 0 && stated < 1 ? stated : 1e-5;
}

const CLASSES: Readonly<Record<NormKind, string>> = {
  batch: 'BatchNormalization',
  layer: 'LayerNormalization',
  instance: 'InstanceNormalization',
  group: 'GroupNormalization',
  rms: 'RMSNormalization',
};

/** What the new norm is called: as the old one. A layer of the file is stated anew, with the axes as the file would say it. */
function labelOf(edit: GraphEdit, { layer }: NormBlock, kind: NormKind, { kind: site, rank }: NormSite): Label {
  const { origin } = layer;
  if (origin === undefined || origin.isNode) return { id: edit.idOf(layer) };
  const { epsilon, momentum, axis } = origin.config;
  const channel = typeof axis === 'number' ? axis : -1;
  const space = Array.from({ length: rank - 1 }, (_, i) => i + 1);
  const own = kind === 'layer' || kind === 'rms' ? (site === 'signal' ? space : -1) : channel;
  const config = { axis: own, epsilon, ...(kind === 'batch' && { momentum }) };
  const stated: Origin = {
    layer: origin.layer,
    kind: CLASSES[kind],
    config,
    offset: origin.offset,
    length: origin.length,
  };
  return { id: edit.idOf(layer), origin: stated };
}

function notesOf(kind: NormKind, replaced: number, groups: ReadonlySet<string>, left: readonly LeftLayer[]): string[] {
  const notes: string[] = [];
  if (replaced === 0) return notes;
  if (kind === 'group') notes.push(say`groups: ${[...groups].join(', ')}`);
  if (kind === 'batch') notes.push(say`running statistics of new batch norms start at mean 0 and variance 1`);
  const others = left.filter(({ reason }) => reason !== translated(ALREADY));
  if (others.length > 0) notes.push(say`${count(others.length, 'norm')} left as they were: ${others[0].reason}`);
  return notes;
}
