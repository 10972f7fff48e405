import type { LayerFacts } from '../../src/protocol/facts';
import { networkOf, type Network } from './network';

/**
 * The network as blocks: runs (a linear layer with the norm and the activation that belong to it), repeats of equal parts, and
 * sections where too much is left. A block covers an interval of the order of layers, so blocks in the place of their layers
 * never make a circle.
 */
export interface Block {
  /** Unique and the same for the same model. */
  readonly id: string;
  /** 'run': its layers are drawn side by side and it does not open; 'repeat': its children are equal; 'part': all others. */
  readonly kind: 'run' | 'part' | 'repeat';
  /** Positions of its layers: from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  readonly children: readonly Block[];
}

export interface BlockTree {
  readonly network: Network;
  readonly blocks: readonly Block[];
}

const longestRun = 5;
/** Repeats with more units than this in a copy are not looked for: the search costs units times this. */
const longestPeriod = 160;
/** An output read by this many layers over this long a way (an attention mask) is not part of any pattern. */
const hub = { readers: 4, way: 24 };
/** With more blocks than this, equal kinds count as equal whatever their shapes. */
const manyBlocks = 24;
/** With more blocks than this, neighbours are put into sections. */
const tooManyBlocks = 80;

/** Folds the layers of a model; the order that folds better is taken. */
export function blocksOf(layers: readonly LayerFacts[]): BlockTree {
  const first = fold(networkOf(layers, 'branches'));
  if (first.network.layers.every((layer, at) => layer === layers[at])) return first;
  const second = fold(networkOf(layers, 'file'));
  return second.blocks.length < first.blocks.length ? second : first;
}

function fold(network: Network): BlockTree {
  const runs = runsOf(network);
  const strict = foldRepeats(network, runs, true);
  const loose = strict.length > manyBlocks ? foldRepeats(network, runs, false) : strict;
  const folded = loose.length * 2 <= strict.length ? loose : strict;
  const blocks = regions(network, crossings(network), folded);
  return { network, blocks: blocks.length > tooManyBlocks ? sections(network, blocks) : blocks };
}

// Runs

function runsOf({ layers, inputs, outputs }: Network): Block[] {
  const runs: Block[] = [];
  for (let from = 0, to = 1; from < layers.length; from = to, to = from + 1) {
    while (to < layers.length && to - from < longestRun && goesOn(to)) to++;
    runs.push({ id: `run ${layers[from].id}`, kind: 'run', from, to, children: [] });
  }
  return runs;

  function goesOn(at: number): boolean {
    const [before, layer] = [layers[at - 1], layers[at]];
    if (inputs[at].length !== 1 || inputs[at][0] !== at - 1 || outputs[at - 1].length !== 1) return false;
    switch (layer.role) {
      case 'norm':
        return (
          (before.role === 'linear' ||
            before.role === 'recurrent' ||
            before.role === 'join' ||
            before.role === 'activation') &&
          !leads(layer)
        );
      case 'activation':
        return before.role !== 'pool' && before.role !== 'activation';
      case 'dropout':
        return true;
      case 'other':
        return before.role !== 'pool' && before.role !== 'norm';
      case 'linear':
        return (
          leads(before) ||
          (before.role === 'activation' && at >= 2 && outputs[at - 2].length === 1 && leads(layers[at - 2]))
        );
      default:
        return false;
    }
  }
}

/** A norm that belongs to the linear layer after it. */
function leads({ norm }: LayerFacts): boolean {
  return norm?.placement === 'pre-activation' || norm?.placement === 'pre-norm' || norm?.placement === 'input-norm';
}

// Repeats

/** A sequence of units (runs at first) in which equal numbers are equal units. */
interface Sequence {
  readonly units: readonly Block[];
  readonly signs: readonly number[];
  /** How many units' outputs are read on both sides of the cut before each unit. */
  readonly crossing: readonly number[];
}

function foldRepeats(network: Network, runs: readonly Block[], strict: boolean): Block[] {
  const unitOf = new Int32Array(network.layers.length);
  runs.forEach(({ from, to }, unit) => unitOf.fill(unit, from, to));
  const far = network.outputs.map(isHub);
  const known = new Map<string, number>();
  const signs = runs.map(({ from, to }, unit) => {
    const kinds = network.layers.slice(from, to).map((layer) => signOf(layer, strict));
    const ways = network.inputs[from].map((input) => (far[input] ? '*' : unit - unitOf[input]));
    const sign = JSON.stringify([kinds, ways]);
    return known.get(sign) ?? known.set(sign, known.size).size - 1;
  });
  const cuts = crossings(network);
  const crossing = runs.map(({ from }) => cuts[from]);
  return foldSequence({ units: runs, signs, crossing }, network);
}

function signOf({ role, kind, norm, activation, outputShape }: LayerFacts, strict: boolean): unknown {
  return [role, kind, norm?.type, norm?.placement, activation, strict && outputShape];
}

interface Repeat {
  readonly start: number;
  readonly period: number;
  readonly times: number;
}

/** Folds the best repeat, then what is before it, inside of it and after it. */
function foldSequence(sequence: Sequence, network: Network): Block[] {
  const { units, signs, crossing } = sequence;
  const repeat = bestRepeat(sequence);
  if (!repeat) return [...units];
  const { start, period, times } = repeat;
  const end = start + period * times;
  const slice = (from: number, to: number): Sequence => ({
    units: units.slice(from, to),
    signs: signs.slice(from, to),
    crossing: crossing.slice(from, to),
  });
  const copies = Array.from({ length: times }, (_, copy): Block => {
    const at = start + copy * period;
    if (period === 1) return units[at];
    return partOf('part', foldSequence(slice(at, at + period), network), network);
  });
  return [
    ...foldSequence(slice(0, start), network),
    partOf('repeat', copies, network),
    ...foldSequence(slice(end, units.length), network),
  ];
}

function partOf(kind: 'part' | 'repeat', children: readonly Block[], { layers }: Network): Block {
  const { from } = children[0];
  const { to } = children.at(-1)!;
  return { id: `${kind} ${layers[from].id} ${to - from}`, kind, from, to, children };
}

/** Units folded away; many small copies are worth more than two great ones, and a pair of single units nothing. */
function worth({ period, times }: Repeat): number {
  return ((times - 1) * (times - 1) * period) / times;
}

/** The repeat that is worth most, of the shortest period; undefined without any. */
function bestRepeat({ signs, crossing }: Sequence): Repeat | undefined {
  let best: Repeat | undefined;
  const longest = Math.min(longestPeriod, Math.floor(signs.length / 2));
  for (let period = 1; period <= longest; period++) {
    let equal = 0;
    for (let i = 0; i <= signs.length - period; i++) {
      if (i < signs.length - period && signs[i] === signs[i + period]) {
        equal++;
        continue;
      }
      if (equal >= period) {
        const repeat = aligned(i - equal, equal + period, period, crossing);
        if (worth(repeat) > (best ? worth(best) : 1.2)) best = repeat;
      }
      equal = 0;
    }
  }
  return best;
}

/** Where in a stretch of equal periods the copies begin: where the fewest values go from one to the next. */
function aligned(from: number, length: number, period: number, crossing: readonly number[]): Repeat {
  let best: Repeat & { cut: number } = {
    start: from,
    period,
    times: Math.floor(length / period),
    cut: crossing[from + period],
  };
  for (let shift = 1; shift < period; shift++) {
    const times = Math.floor((length - shift) / period);
    const cut = crossing[from + shift + period];
    if (times >= 2 && (cut < best.cut || (cut === best.cut && times > best.times)))
      best = { start: from + shift, period, times, cut };
  }
  return best;
}

// Regions and sections

/** Puts branches between a fork and its join into a part: what is left is a chain. */
function regions(network: Network, cuts: Int32Array, blocks: readonly Block[]): Block[] {
  const made: Block[] = [];
  let members: Block[] = [];
  for (const block of blocks) {
    members.push(
      block.kind === 'run'
        ? block
        : {
            ...block,
            children: block.kind === 'part' ? regions(network, cuts, block.children) : block.children.map(within),
          },
    );
    if (cuts[block.to] > 1) continue;
    made.push(...(members.length > 2 ? [partOf('part', members, network)] : members));
    members = [];
  }
  made.push(...members);
  return made.length === 1 && made[0].kind === 'part' ? [...made[0].children] : made;

  function within(copy: Block): Block {
    return copy.kind === 'part' ? { ...copy, children: regions(network, cuts, copy.children) } : copy;
  }
}

/** For each place in the order, the number of layers before it that are read from it on, those read all over aside. */
function crossings({ layers, outputs }: Network): Int32Array {
  const change = new Int32Array(layers.length + 2);
  outputs.forEach((readers, at) => {
    if (!readers.length || isHub(readers)) return;
    change[at + 1]++;
    change[readers.at(-1)! + 1]--;
  });
  for (let at = 1; at < change.length; at++) change[at] += change[at - 1];
  return change;
}

function isHub(readers: readonly number[]): boolean {
  return readers.length >= hub.readers && readers.at(-1)! - readers[0] > hub.way;
}

/** About as many sections as there are blocks in each, cut where one value goes over. */
function sections(network: Network, blocks: readonly Block[]): Block[] {
  const cuts = crossings(network);
  const size = Math.ceil(Math.sqrt(blocks.length));
  const made: Block[] = [];
  let members: Block[] = [];
  for (const block of blocks) {
    members.push(block);
    const full = members.length >= size && cuts[block.to] <= 1;
    if (!full && members.length < 3 * size) continue;
    made.push(partOf('part', members, network));
    members = [];
  }
  return members.length > 1 ? [...made, partOf('part', members, network)] : [...made, ...members];
}
