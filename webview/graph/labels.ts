import type { LayerFacts, NormType } from '../../src/protocol/facts';
import { counted } from '../format';
import { shown } from '../shown';
import type { Block } from './blocks';
import type { Network } from './network';
import { t } from '../texts/texts';

/** The few letters that stand for a norm in a picture. */
const normLetters: Readonly<Record<NormType, string>> = {
  batch: 'BN',
  layer: 'LN',
  instance: 'IN',
  group: 'GN',
  rms: 'RMS',
  'local-response': 'LRN',
  'mean-variance': 'MVN',
  lp: 'Lp',
};

/** What a layer is, in as few letters as tell it: BN, Conv, Relu. */
export function shortKind({ role, kind, norm, activation }: LayerFacts): string {
  if (norm && role === 'norm') return normLetters[norm.type] ?? 'norm';
  const word = role === 'activation' && activation ? activation : kind;
  // kinds of foreign domains can be long paths, which differ at their ends
  const text = shown(word).replace(/^.*[.:/]/, '') || shown(word);
  return text.length > 18 ? `${text.slice(0, 8)}…${text.slice(-8)}` : text;
}

/** Channels or features, and the size of the space: "64 · 56×56"; empty where nothing is known. */
export function shapeLabel({ outputShape: shape }: LayerFacts): string {
  if (!shape || shape.length < 2 || shape.length > 6) return '';
  return shape
    .slice(1)
    .map((size) => (size === null ? '?' : shown(String(size)).slice(0, 8)))
    .join('×');
}

/** The part of the name that all layers of a block share, and how it goes on: "stage1/block2 … block7"; a run's first name without any. */
export function blockTitle({ kind, from, to }: Block, { layers }: Network): string {
  const first = layers[from].name;
  if (to - from === 1) return first;
  let length = first.length;
  for (let at = from + 1; at < to; at++) {
    const { name } = layers[at];
    let same = 0;
    while (same < length && name[same] === first[same]) same++;
    length = same;
  }
  // a shared beginning counts where a part of a path ends: "stage1/block" of block1 and block2 does not
  const end = Math.max(...['/', '.', ':'].map((separator) => first.lastIndexOf(separator, length)));
  if (kind === 'run') return end > 0 && end <= length ? first.slice(0, end) : first;
  if (end <= 0 || end > length) return '';
  const next = ({ name }: { readonly name: string }) => name.slice(end + 1).split(/[/.:]/, 1)[0];
  const [goesOn, ends] = [next(layers[from]), next(layers[to - 1])];
  return goesOn === ends ? first.slice(0, end) : `${first.slice(0, end + 1)}${goesOn} … ${ends}`;
}

/** "12 × Conv · BN · Relu": a block in words, for the table, for screen readers and where there is no name. */
export function blockWords(block: Block, network: Network): string {
  const kinds = network.layers.slice(block.from, Math.min(block.to, block.from + 6)).map(shortKind);
  if (block.kind === 'run') return kinds.join(' · ');
  const size = counted(block.to - block.from, 'layer');
  return block.kind === 'repeat' ? t('{0} equal parts, {1}', block.children.length, size) : size;
}
