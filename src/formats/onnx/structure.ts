import type { ByteSource } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import { say } from '../../texts/say';
import {
  AttributeField,
  FunctionField,
  GraphField,
  ModelField,
  NodeField,
  SparseTensorField,
  TensorField,
} from './schema';

/** The first read, and the first after weights were skipped. */
const FIRST_WINDOW = 4096;
/** A tag and a length take ten bytes each at most. */
const LONGEST_HEADER = 20;
/** Further reads: what is read beyond a payload's header is read in vain, 8 KB at most. */
const WINDOW = 8192 - LONGEST_HEADER;
/** A field that two windows share is put together with this much of the second, in case its length is not known yet. */
const JOINT = 256;
/** Payloads up to this size are read along: a jump would cost a read of its own. */
export const SKIPPED_PAYLOAD = 8192;
/** Text, attributes and unknown fields beyond this size are skipped as well: no graph needs them. */
const LARGEST_FIELD = 64 * 2 ** 20;
/** Nested messages; a graph inside a node's attribute is three of them. */
const DEEPEST_MESSAGE = 300;

/** A stretch of the file in memory: `bytes[0]` is the byte at `start` of the file. */
export interface Segment {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/**
 * The parts of an ONNX file that describe the graph, without the payloads of its weights. No field is cut: it lies in one segment,
 * unless it is a message with parts, whose fields then do, or a skipped payload, of which only the header is there.
 */
export type Structure = readonly Segment[];

type Kind = 'model' | 'training' | 'graph' | 'function' | 'node' | 'attribute' | 'tensor' | 'sparse';

/** Which fields of a message are messages that may hold weights somewhere inside. */
const nested: Record<Kind, Readonly<Record<number, Kind>>> = {
  model: { [ModelField.graph]: 'graph', [ModelField.trainingInfo]: 'training', [ModelField.functions]: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: {
    [GraphField.node]: 'node',
    [GraphField.initializer]: 'tensor',
    [GraphField.sparseInitializer]: 'sparse',
  },
  function: { [FunctionField.node]: 'node', [FunctionField.attributeProto]: 'attribute' },
  node: { [NodeField.attribute]: 'attribute' },
  attribute: {
    [AttributeField.t]: 'tensor',
    [AttributeField.g]: 'graph',
    [AttributeField.tensors]: 'tensor',
    [AttributeField.graphs]: 'graph',
    [AttributeField.sparseTensor]: 'sparse',
    [AttributeField.sparseTensors]: 'sparse',
  },
  sparse: { [SparseTensorField.values]: 'tensor', [SparseTensorField.indices]: 'tensor' },
  tensor: {},
};

const payloadFields = new Set<number>([
  TensorField.floatData,
  TensorField.int32Data,
  TensorField.int64Data,
  TensorField.rawData,
  TensorField.doubleData,
  TensorField.uint64Data,
]);

/**
 * Reads the structure of an ONNX file and jumps over its weights, in positioned reads of a few KB: no byte is read twice, and
 * 8 KB at most are read in vain per skipped payload, whatever its size.
 * @throws ModelError `truncated`, `corrupt` or `not-a-model` with the offset.
 */
export async function readStructure(source: ByteSource): Promise<Structure> {
  const reader = new StructureReader(source);
  try {
    return await reader.read();
  } catch (error) {
    // with a graph it is a damaged model; without one it is some other file
    if (!(error instanceof ModelError) || error.code !== 'corrupt' || reader.foundGraph) throw error;
    throw new ModelError('not-a-model', notOnnx(error.message), error.place);
  }
}

class StructureReader {
  foundGraph = false;
  private readonly segments: Segment[] = [];
  private window: Uint8Array = new Uint8Array(0);
  /** File offsets: where the window begins and ends, and the place of reading. */
  private start = 0;
  private end = 0;
  private at = 0;
  /** The window after this one, which begins at `aheadStart`; this one repeats its first bytes. */
  private ahead: Uint8Array | undefined;
  private aheadStart = 0;
  /** Groups (an old form of nested message, of no use in ONNX) that are open at the place of reading. */
  private groups = 0;

  constructor(private readonly source: ByteSource) {}

  async read(): Promise<Structure> {
    await this.extend(0, this.source.size <= SKIPPED_PAYLOAD ? this.source.size : 1, FIRST_WINDOW);
    const kinds: Kind[] = ['model'];
    const ends: number[] = [this.source.size];
    while (kinds.length > 0) {
      const kind = kinds[kinds.length - 1];
      const end = ends[ends.length - 1];
      if (this.at >= end) {
        kinds.pop();
        ends.pop();
        continue;
      }
      if (this.ahead !== undefined && this.at >= this.aheadStart) this.moveAhead(this.ahead);
      const field = this.at;
      let waiting: Promise<void> | undefined;
      if (this.end - field < LONGEST_HEADER && this.end < this.source.size)
        waiting = this.extend(field, field + LONGEST_HEADER);
      if (waiting !== undefined) await waiting;
      const tag = this.varint(end);
      const number = Math.floor(tag / 8);
      const wireType = tag % 8;
      if (wireType !== 2) {
        this.skipScalar(wireType, end);
        continue;
      }
      const length = this.varint(end);
      const from = this.at;
      const to = from + length;
      if (to > end) throw this.tooLong(field, number, kind, to, end);
      if (kind === 'model' && number === ModelField.graph) this.foundGraph = true;
      const inner = this.groups > 0 ? undefined : nested[kind][number];
      if (to <= this.end) this.at = to;
      else if (inner !== undefined && length > SKIPPED_PAYLOAD) {
        if (kinds.length >= DEEPEST_MESSAGE)
          throw new ModelError('corrupt', say`messages are nested more than ${DEEPEST_MESSAGE} deep`, {
            offset: field,
          });
        kinds.push(inner);
        ends.push(to);
      } else if (length > (kind === 'tensor' && payloadFields.has(number) ? SKIPPED_PAYLOAD : LARGEST_FIELD)) {
        waiting = this.jump(to);
      } else {
        waiting = this.extend(field, to);
        this.at = to;
      }
      if (waiting !== undefined) await waiting;
    }
    if (this.ahead !== undefined) this.moveAhead(this.ahead);
    this.close(this.end);
    return this.segments;
  }

  /**
   * Makes the bytes from the field being read up to `needed` a window, and reads on where that takes it.
   * @returns a promise where the bytes have to be waited for
   */
  private extend(field: number, needed: number, window = WINDOW): Promise<void> | undefined {
    const { source, end, ahead } = this;
    const more = ahead === undefined ? EMPTY : ahead.subarray(end - this.aheadStart);
    const known = end + more.length;
    if (known >= Math.min(needed, source.size)) return this.take(field, needed, more);
    const size = Math.min(Math.max(window, needed - known), source.size - known);
    const bytes = source.readNow?.(known, size);
    if (bytes === undefined)
      return source.read(known, size).then((read) => this.take(field, needed, joined(more, read)));
    return this.take(field, needed, joined(more, bytes));
  }

  /** Begins the window with what is left of the old one and goes on with `more`, as far as it is needed. */
  private take(field: number, needed: number, more: Uint8Array): undefined {
    const { end } = this;
    const tail = this.window.subarray(field - this.start);
    this.close(field);
    const taken = tail.length === 0 ? more.length : Math.min(more.length, Math.max(needed - end, JOINT));
    this.window = joined(tail, more.subarray(0, taken));
    this.start = field;
    this.end = end + taken;
    this.ahead = taken < more.length ? more : undefined;
    this.aheadStart = end;
  }

  /** Goes on in the window after this one, in which the place of reading lies. */
  private moveAhead(ahead: Uint8Array): void {
    this.close(this.at);
    this.window = ahead.subarray(this.at - this.aheadStart);
    this.start = this.at;
    this.end = this.aheadStart + ahead.length;
    this.ahead = undefined;
  }

  /** Leaves out the bytes from here to `to`. */
  private jump(to: number): Promise<void> | undefined {
    this.close(this.at);
    this.window = EMPTY;
    this.ahead = undefined;
    this.start = this.end = this.at = to;
    return to < this.source.size ? this.extend(to, to + 1, FIRST_WINDOW) : undefined;
  }

  /** Keeps the window's bytes up to `end` as a segment. */
  private close(end: number): void {
    const length = end - this.start;
    if (length <= 0) return;
    // a copy where the view would keep a much larger window alive
    const bytes = length < this.window.length / 2 ? this.window.slice(0, length) : this.window.subarray(0, length);
    this.segments.push({ start: this.start, bytes });
  }

  private varint(end: number): number {
    let value = 0;
    let scale = 1;
    const limit = Math.min(end, this.end);
    for (let i = 0; i < 10; i++) {
      if (this.at >= limit) break;
      const byte = this.window[this.at++ - this.start];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw new ModelError('corrupt', say`a number of the protobuf encoding does not end`, { offset: this.at });
  }

  private skipScalar(wireType: number, end: number): void {
    const field = this.at;
    if (wireType === 0) this.varint(end);
    else if (wireType === 1) this.at += 8;
    else if (wireType === 5) this.at += 4;
    else if (wireType === 3) this.groups++;
    else if (wireType === 4 && this.groups > 0) this.groups--;
    else throw new ModelError('corrupt', say`there is no wire type ${wireType}`, { offset: field });
    if (this.at > end)
      throw new ModelError('corrupt', say`a number reaches past the end of its message`, { offset: field });
  }

  private tooLong(offset: number, field: number, kind: Kind, to: number, end: number): ModelError {
    if (end < this.source.size)
      return new ModelError('corrupt', say`a field reaches ${to - end} bytes past the end of its message`, { offset });
    if (kind === 'model' && !(field in ModelField))
      return new ModelError('not-a-model', notOnnx(say`field ${field}`), { offset });
    return new ModelError(
      'truncated',
      say`the file ends at byte ${end}, but the model goes on until byte ${to} at least: the download or copy is incomplete. Fetch the file again.`,
      { offset: end },
    );
  }
}

const EMPTY = new Uint8Array(0);

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

export function notOnnx(found: string): string {
  return say`this is no ONNX model: its bytes do not follow the ONNX protobuf schema (${found})`;
}
