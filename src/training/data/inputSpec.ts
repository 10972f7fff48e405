import type { DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import type { MutableGraph, MutableNode } from '../../ir/mutableGraph';
import { floatsAtHand } from '../../ir/tensorValues';
import { say } from '../../texts/say';
import { isHostDataType, type HostDataType } from '../hostTensor';

/** What a model input holds, as far as its type, shape and name say. */
export type InputKind =
  /** Pictures [N, C, H, W], [N, H, W, C] or [N, H, W]; volumes have one axis more. */
  | 'image'
  /** Series of feature vectors [N, L, F]. */
  | 'sequence'
  /** Feature vectors [N, F] or [N]. */
  | 'vector'
  /** Integers that select rows of a table. */
  | 'tokens'
  /** Integers that say which tokens count: all of them. */
  | 'mask'
  /** 0, 1, 2 ... along the last axis. */
  | 'positions'
  /** Segment ids and other integers that are zero in a plain run. */
  | 'zeros'
  /** Not by sample: states, scales, flags. */
  | 'constant';

export interface InputSpec {
  readonly name: string;
  readonly dtype: HostDataType;
  /** All sizes are known. */
  readonly shape: readonly number[];
  readonly kind: InputKind;
  /** Of an image: the channel axis, or -1 without one. */
  readonly channelAxis: number;
  /** Of tokens: how many there are. */
  readonly vocabulary: number;
  /** The graph itself brings values of 0 to 255 near 1: it divides the input by a large number at once. */
  readonly scaledInGraph?: boolean;
}

/** Fewer elements along both axes than this are features, not a picture. */
const SMALLEST_PICTURE = 12;
/** Most channels that a picture from a camera, a scanner or a simulator has. */
const MOST_CHANNELS = 4;

/**
 * Says for each graph input what to feed it.
 * @param shapes the sizes of the inputs, by name, batch included
 * @param channelsLast the file's own convention (TensorFlow: true), where sizes do not decide
 * @throws ModelError `unsupported` for inputs that no data can be made for (strings, float16, sequences)
 */
export function inputSpecs(
  graph: MutableGraph,
  shapes: ReadonlyMap<string, readonly number[]>,
  batch: number,
  channelsLast: boolean,
): InputSpec[] {
  const consumers = graph.uses().consumers;
  return graph.inputs.map(({ name, type }) => {
    const shape = shapes.get(name);
    const { dtype } = type;
    if (shape === undefined || dtype === undefined || !isHostDataType(dtype)) {
      throw new ModelError(
        'unsupported',
        say`input ${name} is ${describe(type.kind, dtype)}: no data can be made for it`,
      );
    }
    const kind = kindOf(name, dtype, shape, batch);
    return {
      name,
      dtype,
      shape,
      kind,
      channelAxis: kind === 'image' ? channelAxis(shape, channelsLast) : -1,
      vocabulary: kind === 'tokens' ? vocabularyOf(graph, consumers, name) : 0,
      ...(kind === 'image' && scaledInGraph(graph, consumers, name) && { scaledInGraph: true }),
    };
  });
}

function describe(kind: string, dtype: DataType | undefined): string {
  return kind === 'tensor'
    ? say`a tensor of type ${dtype ?? 'unknown'}`
    : kind === 'unknown'
      ? say`of unknown type`
      : say`a ${kind}`;
}

/** Inputs of these kinds say something about the samples and are made even where the samples come from a file. */
export function isAuxiliary(name: string, dtype: DataType): boolean {
  return auxiliaryKind(name, dtype) !== undefined;
}

function isFloat(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}

function auxiliaryKind(name: string, dtype: DataType): InputKind | undefined {
  if (dtype === 'bool') return 'constant';
  if (isFloat(dtype)) return undefined;
  if (/mask/i.test(name)) return 'mask';
  if (/position/i.test(name)) return 'positions';
  return /segment|token_?type|type_ids/i.test(name) ? 'zeros' : undefined;
}

/** Keys and values of the words before, [batch, heads, length, size], as exporters of language models name them. */
const PAST = /past|cache/i;

function kindOf(name: string, dtype: DataType, shape: readonly number[], batch: number): InputKind {
  const auxiliary = auxiliaryKind(name, dtype);
  if (auxiliary !== undefined) return auxiliary;
  if (!isFloat(dtype)) return shape.length > 0 && shape[0] === batch ? 'tokens' : 'constant';
  if (shape.length === 0 || shape[0] !== batch || (shape.length === 4 && PAST.test(name))) return 'constant';
  if (shape.length <= 2) return 'vector';
  if (shape.length >= 4) return 'image';
  return shape[1] === shape[2] && shape[1] >= SMALLEST_PICTURE ? 'image' : 'sequence';
}

function channelAxis(shape: readonly number[], channelsLast: boolean): number {
  const last = shape.length - 1;
  if (last < 3) return -1;
  const first = shape[1] <= MOST_CHANNELS;
  const end = shape[last] <= MOST_CHANNELS;
  return first === end ? (channelsLast ? last : 1) : first ? 1 : last;
}

/** Divisors from this size on bring bytes near 1. */
const SCALES_BYTES = 50;

/** Whether the first arithmetic on an input divides it by, or subtracts, a number that only makes sense for values up to 255. */
function scaledInGraph(
  graph: MutableGraph,
  consumers: ReadonlyMap<string, readonly MutableNode[]>,
  name: string,
): boolean {
  const seen = new Set([name]);
  for (const value of seen) {
    for (const node of consumers.get(value) ?? []) {
      if (PASSING.has(node.opType)) for (const o of node.outputs) seen.add(o);
      const constant = floatsAtHand(graph.initializers.get(node.inputs[0] === value ? node.inputs[1] : node.inputs[0]));
      if (constant === undefined || constant.length === 0) continue;
      if ((node.opType === 'Div' || node.opType === 'Sub') && constant[0] >= SCALES_BYTES) return true;
      if (node.opType === 'Mul' && constant[0] > 0 && constant[0] <= 1 / SCALES_BYTES) return true;
    }
  }
  return false;
}

/** Operators that hand integers on unchanged. */
const PASSING = new Set(['Cast', 'Identity', 'Reshape', 'Flatten', 'Unsqueeze', 'Squeeze', 'Transpose', 'Expand']);

/** Keras counts negative tokens from the end: Where(x < 0, x + rows, x), or sums of products with what was compared. */
const CHOOSING = new Set(['Where', 'Add', 'Mul']);

function handsOn({ opType, inputs }: MutableNode, value: string): boolean {
  return PASSING.has(opType) ? inputs[0] === value : CHOOSING.has(opType);
}

/** Rows of the smallest table that the input's integers select from; 2 when none is found. */
function vocabularyOf(
  graph: MutableGraph,
  consumers: ReadonlyMap<string, readonly MutableNode[]>,
  name: string,
): number {
  let rows = Infinity;
  const seen = new Set([name]);
  for (const value of seen) {
    for (const node of consumers.get(value) ?? []) {
      // EmbedLayerNormalization of com.microsoft has words, segments and their tables first
      const table = node.opType === 'EmbedLayerNormalization' && node.inputs[0] === value ? 2 : 0;
      if (table > 0 || (node.opType === 'Gather' && node.inputs[1] === value)) {
        const axis = node.attributes.get('axis');
        const dims = graph.initializers.get(node.inputs[table])?.dims;
        const at = axis?.type === 'int' ? axis.value : 0;
        if (dims) rows = Math.min(rows, dims.at(at) ?? Infinity);
      } else if (handsOn(node, value)) {
        for (const o of node.outputs) seen.add(o);
      }
    }
  }
  return Number.isFinite(rows) && rows > 0 ? rows : 2;
}
