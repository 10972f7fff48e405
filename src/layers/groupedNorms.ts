import type { Dim, Node, ValueId } from '../ir/graph';
import { elementCount } from '../ir/tensor';
import { namedAxes, otherAxes, range } from './axes';
import type { GraphReading } from './graphReading';
import { trailingLayout } from './normOperators';
import type { Piece } from './piece';

/** Reshapes and casts in a row before or after a norm of groups. */
export const MAX_RESHAPES = 4;

/** The nodes around a norm, as far as no other piece has them. */
export interface Surroundings {
  readonly reading: GraphReading;
  /** The only node that reads a value, if it is free and belongs to the same layer of the file as the node `main`. */
  next(value: ValueId, main: number): Node | undefined;
  /** True for a node of no piece yet that belongs to the same layer of the file. */
  isFree(node: Node, main: number): boolean;
  /**
   * True when these nodes alone read the value. Readers that only cast, or ask for the shape, count as inside: they lead to such
   * nodes, or to nothing.
   */
  staysInside(value: ValueId, inside: ReadonlySet<number>): boolean;
}

/**
 * A norm of an image, or of vectors [N, C], that was reshaped to [N, groups, rest] and is reshaped back afterwards: how exporters
 * write group norms without an operator for them, with as many groups as channels an instance norm.
 */
export function groupedImage(piece: Piece, around: Surroundings): Piece | undefined {
  const { reading } = around;
  const groups = reading.size(piece.inputs[0], 1);
  if (groups === undefined || reading.rank(piece.inputs[0]) !== 3) return undefined;
  const reshaped = reshapedAndBack(piece, around);
  if (reshaped === undefined) return undefined;
  const [x] = reshaped.inputs;
  const rank = reading.rank(x)!;
  const channels = reading.size(x, 1);
  const type = channels === groups ? 'instance' : 'group';
  if (rank < (type === 'group' ? 2 : 3)) return undefined;
  return {
    ...reshaped,
    kind: type === 'group' ? 'GroupNormalization' : 'InstanceNormalization',
    norm: {
      ...piece.norm!,
      type,
      form: 'decomposed',
      ...namedAxes(range(type === 'group' ? 1 : 2, rank), rank, 'channels-first'),
      groups: type === 'group' ? groups : undefined,
      channels,
    },
  };
}

/**
 * A norm of feature vectors [..., C] that were reshaped to [..., groups, C / groups] and are reshaped back afterwards: a group norm
 * of every position by itself. One scale for all groups is something else: attention normalizes the vectors of its heads so.
 */
export function groupedFeatures(piece: Piece, around: Surroundings): Piece | undefined {
  const { reading } = around;
  const { axes, scale, shift } = piece.norm!;
  const apart = reading.shape(piece.inputs[0]);
  if (apart === undefined || apart.length < 3 || axes?.length !== 1 || axes[0] !== apart.length - 1) return undefined;
  const [groups, size] = apart.slice(-2);
  if (typeof groups !== 'number' || typeof size !== 'number' || groups < 2) return undefined;
  if (![scale, shift].every((v) => isPerChannel(v, groups * size, reading))) return undefined;
  const rank = apart.length - 1;
  const reshaped = reshapedAndBack(piece, around, rank);
  const whole = reshaped && reading.shape(reshaped.inputs[0]);
  if (whole?.length !== rank || apart.slice(0, -2).some((d, i) => d !== whole[i])) return undefined;
  const norm = { ...piece.norm!, ...namedAxes([rank - 1], rank, 'sequence'), groups, channels: groups * size };
  return { ...reshaped!, kind: 'GroupNormalization', norm: { ...norm, type: 'group' } };
}

/**
 * A norm of an image or a series whose channels were reshaped in their place to [groups, C / groups], and are reshaped back
 * afterwards: the group norms of Keras and Flax, of [N, H, W, groups, C / groups] over all but the samples and the groups, or of
 * [N, groups, C / groups, H, W]. With as many groups as channels it is an instance norm.
 */
export function groupedChannels(piece: Piece, around: Surroundings): Piece | undefined {
  const { reading } = around;
  const { axes, scale, shift } = piece.norm!;
  const apart = reading.shape(piece.inputs[0]);
  if (apart === undefined || apart.length < 4 || axes === undefined) return undefined;
  const [sample, axis, ...more] = otherAxes(axes, apart.length);
  const rank = apart.length - 1;
  if (sample !== 0 || (axis !== 1 && axis !== rank - 1) || more.length > 0) return undefined;
  const [groups, size] = apart.slice(axis);
  if (typeof groups !== 'number' || typeof size !== 'number') return undefined;
  const channels = groups * size;
  if (![scale, shift].every((v) => isPerChannel(v, channels, reading))) return undefined;
  const reshaped = reshapedAndBack(piece, around, rank);
  const whole = reshaped && reading.shape(reshaped.inputs[0]);
  const together = [...apart.slice(0, axis), channels, ...apart.slice(axis + 2)];
  if (whole?.length !== rank || !together.every((d, i) => mayBeSame(d, whole[i]))) return undefined;
  const isFirst = axis === 1;
  const norm = { ...piece.norm!, channels };
  const layout = isFirst ? 'channels-first' : 'channels-last';
  if (size === 1) {
    const space = isFirst ? range(2, rank) : range(1, rank - 1);
    return {
      ...reshaped!,
      kind: 'InstanceNormalization',
      norm: { ...norm, type: 'instance', ...namedAxes(space, rank, layout) },
    };
  }
  return {
    ...reshaped!,
    kind: 'GroupNormalization',
    norm: { ...norm, type: 'group', groups, ...namedAxes(range(1, rank), rank, layout) },
  };
}

/**
 * A norm of each of the vectors that were reshaped to [1, vectors, size, 1], and are reshaped back afterwards: a layer norm. Where
 * sizes are open, nobody knows how many vectors there are, as one would of the channels of an image. How many axes a vector has is
 * for its scale to say (`withTrailingAxes`).
 */
export function rowsOfFeatures(piece: Piece, around: Surroundings): Piece | undefined {
  const { reading } = around;
  const [x] = piece.inputs;
  const rows = reading.shape(x);
  const isRows = rows?.length === 4 && [rows[0], rows[3]].every((d) => typeof d !== 'number' || d === 1);
  if (!isRows || (rows[0] !== 1 && reading.size(x, 1) !== undefined)) return undefined;
  return reshapedAndBack(piece, around);
}

/** The layer norm with the last axes of its input, as many as its scale or shift has. */
export function withTrailingAxes(piece: Piece, reading: GraphReading): Piece {
  const parameter = piece.norm!.scale ?? piece.norm!.shift;
  const dims = parameter === undefined ? undefined : reading.parameterDims(parameter);
  const [x] = piece.inputs;
  const rank = reading.rank(x)!;
  const first = dims && rank - dims.filter((d) => d !== 1).length;
  const named = namedAxes(
    first === undefined ? undefined : range(first, rank),
    rank,
    trailingLayout(x, first, rank, reading),
  );
  const channels = first === undefined ? undefined : reading.size(x, first);
  return { ...piece, norm: { ...piece.norm!, axes: named.axes, axesMeaning: named.axesMeaning, channels } };
}

/** True for no parameter as well. */
function isPerChannel(parameter: ValueId | undefined, channels: number, reading: GraphReading): boolean {
  return parameter === undefined || elementCount(reading.parameterDims(parameter) ?? []) === channels;
}

function mayBeSame(a: Dim, b: Dim): boolean {
  return a === b || typeof a !== 'number' || typeof b !== 'number';
}

/**
 * The piece with the reshapes in front of it and those behind it that give its input's rank back.
 * @param rank of the value before the reshapes; the first one that is no output of a reshape where it is not given
 */
function reshapedAndBack(piece: Piece, around: Surroundings, rank?: number): Piece | undefined {
  const { reading } = around;
  const before: number[] = [];
  let [x] = piece.inputs;
  while (before.length < MAX_RESHAPES && (rank === undefined || reading.rank(x) !== rank)) {
    const node = reading.producer(x);
    if (!isReshape(node) || !around.isFree(node, piece.main)) break;
    // what others read as well is the image, itself reshaped from another
    if (before.length > 0 && !around.staysInside(x, new Set(before))) break;
    before.push(node.index);
    x = node.inputs[0];
  }
  const wanted = reading.rank(x);
  const after: number[] = [];
  let { output } = piece;
  // series [N, C, L] have three axes in groups as well
  let isBack = false;
  while (after.length < MAX_RESHAPES && !isBack) {
    const node = around.next(output, piece.main);
    if (!isReshape(node)) break;
    after.push(node.index);
    output = node.outputs[0];
    isBack = node.opType === 'Reshape' && reading.rank(output) === wanted;
  }
  if (wanted === undefined || before.length === 0 || !isBack) return undefined;
  const nodes = [...before.reverse(), ...piece.nodes, ...after];
  const inside = new Set(nodes);
  if (!before.every((n) => around.staysInside(reading.graph.node(n).outputs[0], inside))) return undefined;
  return { ...piece, nodes, inputs: [x], output };
}

function isReshape(node: Node | undefined): node is Node {
  return node?.domain === '' && (node.opType === 'Reshape' || node.opType === 'Cast');
}
