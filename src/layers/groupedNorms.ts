import type { Node, ValueId } from '../ir/graph';
import { elementCount } from '../ir/tensor';
import { namedAxes, range } from './axes';
import type { GraphReading } from './graphReading';
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
  const perChannel = (v: ValueId | undefined) =>
    v === undefined || elementCount(reading.parameterDims(v) ?? []) === groups * size;
  if (!perChannel(scale) || !perChannel(shift)) return undefined;
  const rank = apart.length - 1;
  const reshaped = reshapedAndBack(piece, around, rank);
  const whole = reshaped && reading.shape(reshaped.inputs[0]);
  if (whole?.length !== rank || apart.slice(0, -2).some((d, i) => d !== whole[i])) return undefined;
  const norm = { ...piece.norm!, ...namedAxes([rank - 1], rank, 'sequence'), groups, channels: groups * size };
  return { ...reshaped!, kind: 'GroupNormalization', norm: { ...norm, type: 'group' } };
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
  return { ...piece, nodes: [...before.reverse(), ...piece.nodes, ...after], inputs: [x], output };
}

function isReshape(node: Node | undefined): node is Node {
  return node?.domain === '' && (node.opType === 'Reshape' || node.opType === 'Cast');
}
