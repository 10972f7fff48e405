import type { Dim, ValueType } from '../ir/graph';
import { inferTypes } from '../ir/inferTypes';
import type { MutableGraph } from '../ir/mutableGraph';
import { int64Tensor } from '../ir/tensor';
import { integersAtHand } from '../ir/tensorValues';
import { verifyGraph } from '../ir/verifyGraph';
import { say } from '../texts/say';
import { toOpset18 } from '../variants/toOpset18';

/** Names that exporters of language models give to open sizes. */
const PAST = /past/i;
const TOTAL = /total|past.*\+|\+.*past/i;
const TOKENS = /seq|tokens/i;

export interface InputShapes {
  /** Sizes of every graph input, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly batch: number;
  /** The file fixes another batch and its graph was changed for this one. */
  readonly rewritten: boolean;
  /** Sizes that the file leaves open and that were assumed, a batch that was kept. */
  readonly notes: readonly string[];
}

/** What is assumed of sizes that the file leaves open: the side of a picture, and the length of any other axis. */
interface OpenSizes {
  readonly side: number;
  readonly length: number;
}

/** Tried in this order until windows fit. Tables of positions may be short, so lengths begin low. */
const OPEN_SIZES: readonly OpenSizes[] = [
  { side: 64, length: 8 },
  { side: 128, length: 64 },
  { side: 256, length: 512 },
  { side: 512, length: 4096 },
];

/**
 * Sizes for all inputs, the smallest of `OPEN_SIZES` at which the graph's operators fit what they work on (a filter that is longer than
 * the series does not). An open first axis (symbolic, unknown, 0) is the batch. A batch that the file fixes is exchanged for
 * the wanted one where the graph allows it: of values that depend on the input, constant shapes of Reshape and Expand and sizes
 * of Resize get their first size scaled, since the batch is the outermost axis, alone ([1, 784]) or with others ([1 * 12, 64]).
 * Every value must then have the same rank with at most one size changed, by the factor between the batches, and no sizes
 * that do not fit each other. Otherwise the file's batch stays.
 *
 * @param graph changed in place when its batch is exchanged
 * @param keepBatch do not try to exchange a fixed batch
 * @param samples sizes of the samples that inputs are fed with, by name, without the batch: they are those of open axes
 */
export function chooseInputShapes(
  graph: MutableGraph,
  batch: number,
  keepBatch: boolean,
  samples: ReadonlyMap<string, readonly number[]> = new Map(),
): InputShapes {
  const { shapes, leading, batch: assumed, notes } = assumeShapes(graph, batch, samples);
  const fixed = leading !== undefined && known(leading) ? leading : assumed;
  if (fixed === batch) return { shapes, batch, rewritten: false, notes };
  const wider = new Map([...shapes].map(([name, s]) => [name, s[0] === fixed ? [batch, ...s.slice(1)] : s] as const));
  if (!keepBatch && exchangeBatch(graph, shapes, wider, fixed, batch)) {
    return { shapes: wider, batch, rewritten: true, notes };
  }
  notes.push(say`the file fixes the batch at ${fixed}: it was profiled with that batch, not with ${batch}`);
  return { shapes, batch: fixed, rewritten: false, notes };
}

/**
 * `toOpset18` for a run: where the file is of a later opset, what that added is written out for the sizes that the inputs will have.
 * @throws ModelError `unsupported`, naming the node, for what opset 18 cannot express
 */
export function toOpset18ForRun(
  graph: MutableGraph,
  batch: number,
  samples?: ReadonlyMap<string, readonly number[]>,
): void {
  const isLater = (graph.opsets.get('') ?? 1) > 18;
  toOpset18(graph, isLater ? assumeShapes(graph, batch, samples).shapes : undefined);
}

/** Sizes of the inputs with what was assumed for open ones. */
export interface Assumed {
  readonly shapes: Map<string, readonly number[]>;
  /** The first axis of the first input, as the file states it. */
  readonly leading: Dim | undefined;
  /** What an open batch was taken for: another than was asked for where an input fixes it and nothing else fits that. */
  readonly batch: number;
  readonly notes: string[];
}

/** Sizes for all inputs: those of the file, and for open ones the first of `OPEN_SIZES` that fit, with another batch if none does. */
export function assumeShapes(
  graph: MutableGraph,
  batch: number,
  samples: ReadonlyMap<string, readonly number[]> = new Map(),
): Assumed {
  let best: Assumed | undefined;
  let fewest = Infinity;
  const others = fixedBatches(graph).filter((fixed) => fixed !== batch);
  for (const size of [batch, ...others]) {
    for (const sizes of OPEN_SIZES) {
      const assumed = assume(graph, size, sizes, samples);
      const isStated = assumed.notes.length === 0 && others.length === 0;
      const problems = isStated ? 0 : verifyGraph(graph, inferTypes(graph, assumed.shapes)).length;
      if (problems < fewest) [best, fewest] = [assumed, problems];
      if (problems === 0) return assumed;
    }
  }
  return best!;
}

/** First sizes that some inputs state while others leave theirs open: the batch, for all that the file says, of both. */
function fixedBatches(graph: MutableGraph): number[] {
  const first = graph.inputs.flatMap(({ type: { shape } }) =>
    shape !== undefined && shape.length > 0 ? [shape[0]] : [],
  );
  return first.every(known) ? [] : [...new Set(first.filter(known))];
}

function assume(
  graph: MutableGraph,
  batch: number,
  sizes: OpenSizes,
  samples: ReadonlyMap<string, readonly number[]>,
): Assumed {
  const notes: string[] = [];
  const symbols = new Map<string, number>();
  const data = graph.inputs.filter((i) => i.type.kind === 'tensor' && i.type.shape !== undefined);
  const leading = data.find((i) => i.type.shape!.length > 0)?.type.shape?.[0];
  if (typeof leading === 'string') symbols.set(leading, batch);
  const open = new Map<string, string[]>();
  const settled = new Set<Dim>(leading === undefined ? [] : [leading]);
  const hasPast = data.some((i) => i.type.shape!.some((d) => typeof d === 'string' && PAST.test(d)));
  const shapes = new Map<string, readonly number[]>();
  for (const { name, type } of data) {
    const sample = samples.get(name);
    const shape = type.shape!.map((dim, axis) => {
      if (sample !== undefined && axis > 0 && !known(dim)) {
        if (typeof dim === 'string') {
          symbols.set(dim, sample[axis - 1]);
          settled.add(dim);
        }
        return sample[axis - 1];
      }
      if (dim === null && isBatchOfState(type.shape!, axis) && !known(leading ?? null)) return batch;
      const size = sizeOf(dim, axis, type.shape!, symbols, batch, hasPast, sizes);
      if (axis > 0 && !known(dim) && (dim === null || !settled.has(dim))) {
        const key = `${axis} ${size}`;
        open.set(key, [...(open.get(key) ?? []), name]);
      }
      return size;
    });
    shapes.set(name, shape);
  }
  for (const [key, names] of open) {
    const [axis, size] = key.split(' ');
    const listed = names.slice(0, 3).join(', ') + (names.length > 3 ? say` and ${names.length - 3} more` : '');
    const of = names.length > 1 ? say`inputs ${listed}` : say`input ${listed}`;
    notes.push(say`the file leaves the size of axis ${axis} of ${of} open: ${size} was assumed`);
  }
  return { shapes, leading, batch, notes };
}

/** States of recurrent layers [layers, batch, features] have the batch second. */
function isBatchOfState(shape: readonly Dim[], axis: number): boolean {
  return axis === 1 && shape.length === 3 && known(shape[0]) && known(shape[2]);
}

function known(dim: Dim): dim is number {
  return typeof dim === 'number' && dim > 0;
}

function sizeOf(
  dim: Dim,
  axis: number,
  shape: readonly Dim[],
  symbols: Map<string, number>,
  batch: number,
  hasPast: boolean,
  sizes: OpenSizes,
): number {
  if (known(dim)) return dim;
  const named = typeof dim === 'string' ? symbols.get(dim) : undefined;
  if (named !== undefined) return named;
  const size = axis === 0 ? batch : openSize(dim, shape.length, hasPast, sizes);
  if (typeof dim === 'string') symbols.set(dim, size);
  return size;
}

function openSize(dim: Dim, rank: number, hasPast: boolean, { side, length }: OpenSizes): number {
  // the keys and values of tokens before, and what a mask covers: those and the new ones ("past + sequence", "total_length")
  if (hasPast && typeof dim === 'string') {
    if (TOTAL.test(dim)) return 2 * length;
    if (PAST.test(dim) || TOKENS.test(dim)) return length;
  }
  return rank >= 4 ? side : length;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Changes the graph for the new batch when that is sound; returns whether it was. */
function exchangeBatch(graph: MutableGraph, old: Shapes, wider: Shapes, fixed: number, batch: number): boolean {
  const before = inferTypes(graph, old);
  const changed = graph.copy();
  const exchanged = [...wider].filter(([name, sizes]) => sizes !== old.get(name)).map(([name]) => name);
  scaleConstantShapes(changed, new Set(exchanged), fixed, batch);
  const after = inferTypes(changed, wider);
  for (const node of changed.nodes) {
    for (const value of node.outputs) {
      if (value !== '' && !scaledOnce(before.get(value), after.get(value), batch / fixed)) return false;
    }
  }
  // e.g. a Reshape whose constant sizes hold the old batch in a place where it cannot be told
  if (verifyGraph(changed, after).length > verifyGraph(graph, before).length) return false;
  graph.nodes = changed.nodes;
  graph.initializers = changed.initializers;
  for (const name of graph.initializers.keys()) graph.reserve(name);
  return true;
}

/** Where an operator reads the sizes of its output from. */
const SHAPE_INPUT: Readonly<Record<string, number>> = { Reshape: 1, Expand: 1, Resize: 3 };

function scaleConstantShapes(graph: MutableGraph, reached: Set<string>, fixed: number, batch: number): void {
  for (const node of graph.nodes) {
    if (!node.inputs.some((i) => reached.has(i))) continue;
    for (const output of node.outputs) reached.add(output);
    const at = node.domain === '' ? SHAPE_INPUT[node.opType] : undefined;
    const target = at === undefined ? undefined : integersAtHand(graph.initializers.get(node.inputs[at]));
    // 0 copies the input's size and -1 takes what is left: both follow the batch by themselves
    if (at === undefined || !target || !(target[0] > 0) || target[0] % fixed !== 0) continue;
    const sizes = [(target[0] / fixed) * batch, ...target.slice(1)];
    const name = graph.freshName(`${node.inputs[at]}/batch`);
    node.inputs[at] = graph.addInitializer(int64Tensor(name, [sizes.length], sizes));
  }
}

function scaledOnce(before: ValueType | undefined, after: ValueType | undefined, factor: number): boolean {
  if (before?.kind !== 'tensor') return true;
  const [a, b] = [before.shape, after?.shape];
  if (a === undefined || b === undefined) return a === b;
  if (a.length !== b.length) return false;
  const different = a.flatMap((d, i) => (d === b[i] ? [] : [i]));
  if (different.length === 0) return true;
  const [i] = different;
  return different.length === 1 && typeof a[i] === 'number' && a[i] * factor === b[i];
}
