import type { Graph, Node, ValueId } from '../ir/graph';
import type { NormType } from '../protocol/facts';
import { otherAxes, range } from './axes';
import type { GraphReading } from './graphReading';
import {
  any,
  either,
  named,
  number,
  oneOf,
  op,
  parameter,
  product,
  sum,
  type Match,
  type OpOptions,
  type Pattern,
} from './pattern';

/**
 * A norm that several nodes make up: its last node is one of `roots`, its input is bound to `x`, the number under the root to
 * `epsilon`, the axes of the mean to `axes` (see `decodeAxes`); scale and shift, where they stand inside, to `scale` and `shift`.
 */
export interface NormPattern {
  readonly centred: boolean;
  readonly roots: readonly string[];
  readonly pattern: Pattern;
  /** Its input are vectors in rows, in whatever shape they were before. */
  readonly isOfRows?: true;
}

const x = any('x');
const square = (inner: Pattern) =>
  oneOf(op('Pow', [inner, number(2)]), op('Mul', [inner, inner]), product(1, inner, inner));

/** The mean over the same axes everywhere in one match, kept as axes of size one. */
const reduceMean: OpOptions = {
  where: (node, match) => {
    if (node.int('keepdims', 1) === 0) return false;
    const axes = match.reading.reducedAxes(node);
    const code = axes && encodeAxes(axes, match.reading.rank(node.inputs[0]));
    return code !== undefined && code !== null && match.bind('axes', code);
  },
};
/** The same of all axes behind the channels, as tf2onnx writes it for [N, L, C]. */
const globalMean: OpOptions = {
  where: (node, match) => {
    const rank = match.reading.rank(node.inputs[0]);
    const code =
      rank &&
      encodeAxes(
        Array.from({ length: rank - 2 }, (_, i) => i + 2),
        rank,
      );
    return code !== undefined && code > 0 && match.bind('axes', code);
  },
};
const reduced = (inner: Pattern) =>
  oneOf(op('ReduceMean', [inner], reduceMean), op('GlobalAveragePool', [inner], globalMean));
/** A Reshape that changes nothing: what tf2onnx makes of a Transpose of a mean over the channels, or of one for each sample. */
const toSameSizes: OpOptions = {
  where: ({ inputs, outputs }, { reading }) => {
    const [before, after] = [reading.shape(inputs[0]), reading.shape(outputs[0])];
    if (before === undefined || before.length !== after?.length) return false;
    const isOnePerSample = [...before.slice(1), ...after.slice(1)].every((d) => d === 1);
    return isOnePerSample || before.every((d, i) => d !== null && d === after[i]);
  },
};
const reshaped = (inner: Pattern) => oneOf(inner, op('Reshape', [inner], toSameSizes));
const mean = (inner: Pattern) => reshaped(reduced(inner));

/** x - E[x]: the mean must be of the very value that it is subtracted from. */
const centred = op('Sub', [x, mean(x)]);
const deviation = named('d', centred);
// exporters of old wrote the subtraction twice, once for the variance
const same = oneOf(any('d'), centred);
const difference = op('Sub', [mean(square(x)), square(mean(x))]);
// Flax lets no rounding make it negative
const variance = oneOf(mean(square(same)), difference, op('Max', [difference, number(0)]));

/** One over the root, as a division or a factor; epsilon stands under the root, or beside it in old transformers. */
export const root = (inner: Pattern) =>
  oneOf(
    op('Sqrt', [sum('epsilon', inner)]),
    op('Pow', [sum('epsilon', inner), number(0.5)]),
    sum('epsilon', op('Sqrt', [inner])),
    // PyTorch's exporter takes one of 1e-8 for nothing
    op('Sqrt', [inner]),
  );
export const inverseRoot = (inner: Pattern) =>
  oneOf(
    op('Reciprocal', [root(inner)]),
    op('Div', [number(1), root(inner)]),
    op('Pow', [sum('epsilon', inner), number(-0.5)]),
  );

/** The scale may stand with the root, as Keras and Flax write it. */
const scaledBy = (value: Pattern, inner: Pattern) =>
  oneOf(
    op('Div', [value, root(inner)]),
    product(1, value, inverseRoot(inner)),
    product(1, value, inverseRoot(inner), parameter('scale')),
  );

/**
 * TensorFlow's batch_normalization over moments: x * m + (shift - mean * m) with m = scale / root, scale and shift left out or
 * not. They may be constants or computed. Where statistics are of whole samples, x may be transposed after they were taken.
 */
const ofMoments = oneOf(mean(square(centred)), difference, op('Max', [difference, number(0)]));
const inverse = reshaped(inverseRoot(ofMoments));
const factor = named('m', oneOf(product(1, inverse, either('scale')), inverse));
const scaledMean = product(1, mean(x), any('m'));
const negativeMean = product(1, reshaped(op('Neg', [mean(x)])), any('m'));
const shifted = oneOf(
  op('Sub', [either('shift'), scaledMean]),
  op('Neg', [scaledMean]),
  negativeMean,
  product(-1, mean(x), any('m')),
  op('Add', [negativeMean, either('shift')]),
  op('Add', [either('shift'), negativeMean]),
);
const affineMoments = (data: Pattern) => {
  const scaled = product(1, data, factor);
  return oneOf(op('Add', [scaled, shifted]), op('Add', [shifted, scaled]), op('Sub', [scaled, scaledMean]));
};

/**
 * TensorFlow's fused batch norm in training mode, as tf2onnx writes it: with the moments of its own input. Keras 2 computes layer
 * norms so, the vectors as channels [1, vectors, size, 1].
 */
const ownMean = op('ReduceMean', [x], reduceMean);
const ownVariance = op('Div', [op('ReduceSumSquare', [op('Sub', [x, ownMean])]), either('count')]);
const ofOwnMoments = op(
  'BatchNormalization',
  [x, either('ones'), either('zeros'), op('Squeeze', [ownMean]), ownVariance],
  { where: (node, match) => match.bind('epsilon', node.float('epsilon', 1e-5)) },
);

export const normPatterns: readonly NormPattern[] = [
  { centred: true, roots: ['Add', 'Sub'], pattern: affineMoments(x) },
  { centred: true, roots: ['Add', 'Sub'], pattern: affineMoments(op('Transpose', [x])) },
  { centred: true, roots: ['Div', 'Mul'], pattern: scaledBy(deviation, variance) },
  { centred: false, roots: ['Div', 'Mul'], pattern: scaledBy(x, mean(square(x))) },
  { centred: true, roots: ['BatchNormalization'], pattern: ofOwnMoments, isOfRows: true },
];

const MEANS: ReadonlySet<string> = new Set(['ReduceMean', 'GlobalAveragePool']);

/** Nodes between a mean and the last node of a norm that is made of it, with some casts. */
const MOST_BEHIND_MEAN = 16;

/**
 * Marks the nodes that a mean is not far before: only there a norm may end.
 * @param only nodes to look at, ascending; default all
 */
export function nodesNearMeans(graph: Graph, only?: readonly number[]): Uint8Array {
  const left = new Uint8Array(graph.nodeCount);
  const count = only?.length ?? graph.nodeCount;
  for (let k = 0; k < count; k++) {
    const i = only?.[k] ?? k;
    const { opType, inputs } = graph.node(i);
    let most = MEANS.has(opType) ? MOST_BEHIND_MEAN : 0;
    for (const v of inputs) {
      const producer = graph.producer(v);
      if (producer >= 0 && producer < i && left[producer] - 1 > most) most = left[producer] - 1;
    }
    left[i] = most;
  }
  return left;
}

const NEGATIVE_SHIFT = 12;

/** A set of axes as one number: bits from the front where the rank is known or they count from it, else from the end. */
function encodeAxes(axes: readonly number[], rank: number | undefined): number | undefined {
  let code = 0;
  for (const axis of axes) {
    const a = axis < 0 && rank !== undefined ? axis + rank : axis;
    if (a >= NEGATIVE_SHIFT || a < -NEGATIVE_SHIFT) return undefined;
    code |= 1 << (a < 0 ? NEGATIVE_SHIFT - 1 - a : a);
  }
  return code;
}

/** The axes that were bound to `axes`; negative where the rank is not known. */
export function decodeAxes(code: number): readonly number[] {
  const axes: number[] = [];
  for (let bit = 0; bit < 2 * NEGATIVE_SHIFT; bit++) {
    if (code & (1 << bit)) axes.push(bit < NEGATIVE_SHIFT ? bit : NEGATIVE_SHIFT - 1 - bit);
  }
  return axes;
}

/** The difference of a value and a mean: what is left of a layer norm that did not fit, and no input of an RMS norm. */
export function isDeviation(value: ValueId, reading: GraphReading): boolean {
  const node = reading.producer(value);
  return node?.opType === 'Sub' && MEANS.has(reading.producer(node.inputs[1])?.opType ?? '');
}

/**
 * The data that a norm works on, and its nodes. Where they are transposed after their statistics were taken, which must then be of
 * whole samples, they are the transposed ones: what the norm gives out lies as they do.
 */
export function normalizedData(
  match: Match,
  nodes: readonly number[],
): { readonly x: ValueId; readonly nodes: readonly number[] } | undefined {
  const x = match.get('x')!;
  const { reading } = match;
  const transpose = nodes.map((n) => reading.graph.node(n)).find((n) => n.opType === 'Transpose');
  if (transpose === undefined) return { x, nodes };
  const isOfSamples = decodeAxes(match.get('axes')!).join() === range(1, reading.rank(x) ?? 0).join();
  if (transpose.ints('perm')?.[0] !== 0 || !isOfSamples) return undefined;
  return { x: transpose.outputs[0], nodes: nodes.filter((n) => n !== transpose.index) };
}

/** The norms that are found written out in operators. */
export type DecomposedType = Extract<NormType, 'layer' | 'rms' | 'instance' | 'group' | 'mean-variance'>;

/**
 * What the axes make it: the last axes or the channels of an image, a layer norm (or RMS norm); all spatial axes of an image, an
 * instance norm, with the samples a norm of a batch; all but the samples and the last axis but one, a group norm where that axis
 * and the last were the channels (see `groupedChannels`).
 */
export function typeOfAxes(match: Match, value: ValueId, centredNorm: boolean): DecomposedType | undefined {
  const axes = decodeAxes(match.get('axes') ?? 0);
  const rank = match.reading.rank(value);
  if (axes.length === 0) return undefined;
  const isOfFeatures = isTrailing(axes, rank) || isOfChannels(axes, rank);
  if (!centredNorm) return isOfFeatures ? 'rms' : undefined;
  if (rank !== undefined && rank > 3 && isSpatial(axes, rank)) return 'instance';
  if (rank !== undefined && rank > 3 && axes[0] === 0 && isSpatial(axes.slice(1), rank)) return 'mean-variance';
  if (isOfFeatures) return 'layer';
  const leavesGroups = rank !== undefined && rank > 3 && otherAxes(axes, rank).join() === `0,${rank - 2}`;
  return leavesGroups ? 'group' : undefined;
}

/** The second axis of an image alone: vectors of channels, position by position. A series may have its steps there. */
export function isOfChannels(axes: readonly number[], rank: number | undefined): boolean {
  return rank !== undefined && rank > 3 && axes.length === 1 && axes[0] === 1;
}

/** Axes 2 and up: space with the channels second; 1 up to the last but one: space with the channels last. */
function isSpatial(axes: readonly number[], rank: number): boolean {
  const expected = (from: number) => axes.length === rank - 2 && axes.every((a, i) => a === from + i);
  return expected(2) || expected(1);
}

function isTrailing(axes: readonly number[], rank: number | undefined): boolean {
  if (rank === undefined) return axes.every((a) => a < 0) && Math.min(...axes) === -axes.length;
  return axes.every((a, i) => a === rank - axes.length + i) && axes[0] > 0;
}

/** Where the constants that scale or shift run along: one axis of the data, its last axis, or any number of its last axes. */
export type AffineAxis = number | 'last' | 'trailing';

/**
 * True when a parameter scales or shifts each channel or feature on its own: broadcast by the node against data of this rank, the
 * axes longer than one are `axis`. A scalar is arithmetic, no affine part.
 */
export function isAffineParameter(
  parameter: ValueId,
  node: Node,
  rank: number | undefined,
  axis: AffineAxis,
  reading: GraphReading,
): boolean {
  const stated = reading.parameterDims(parameter);
  const dims = stated && alignedDims(stated, node, rank, reading);
  if (dims === undefined) return false;
  const long = dims.flatMap((d, i) => (d === 1 ? [] : [i - dims.length]));
  if (long.length === 0) return false;
  if (axis === 'trailing') return long.every((a, i) => a === i - long.length);
  return long.length === 1 && (axis === 'last' ? long[0] === -1 : rank === undefined || long[0] === axis - rank);
}

/** Sizes as they line up with the last axes of the data: before opset 7, `axis` says where they begin. */
function alignedDims(
  dims: readonly number[],
  node: Node,
  rank: number | undefined,
  { opset }: GraphReading,
): readonly number[] | undefined {
  const axis = opset < 7 && node.int('broadcast', 0) !== 0 ? node.int('axis') : undefined;
  if (axis === undefined) return dims;
  if (rank === undefined) return undefined;
  const after = rank - (axis < 0 ? axis + rank : axis) - dims.length;
  return after >= 0 && after < rank ? [...dims, ...new Array<number>(after).fill(1)] : undefined;
}
