import type { ByteSource } from '../../ir/byteSource';

const encoder = new TextEncoder();

/** Where bytes are written to, one piece after the other. It may keep the pieces, and must not change them. */
export type ByteSink = (bytes: Uint8Array) => void | Promise<void>;

/** Bytes that are fetched when they are written. */
export interface Payload {
  readonly length: number;
  write(sink: ByteSink): Promise<void>;
}

/** Large ranges of a file are copied in blocks of this size. */
const BLOCK = 4 * 2 ** 20;

/** The bytes of a file from `from` to before `to`. */
class FileRange implements Payload {
  constructor(
    readonly source: ByteSource,
    readonly from: number,
    readonly to: number,
  ) {}

  get length(): number {
    return this.to - this.from;
  }

  async write(sink: ByteSink): Promise<void> {
    for (let at = this.from; at < this.to; at += BLOCK)
      await sink(await this.source.read(at, Math.min(BLOCK, this.to - at)));
  }
}

/**
 * A protobuf message in pieces: encoded fields, ranges of another file, and payloads that are fetched only when the whole is
 * written. A model of any size is written without being in memory.
 */
export class MessageParts {
  private readonly pieces: (Uint8Array | Payload)[] = [];
  /** Bytes of the whole. */
  length = 0;

  constructor(fields?: Uint8Array) {
    if (fields) this.append(fields);
  }

  /** Adds fields that are encoded already, or bytes to come. */
  append(fields: Uint8Array | Payload): this {
    if (fields.length === 0) return this;
    const last = this.pieces.at(-1);
    if (
      fields instanceof FileRange &&
      last instanceof FileRange &&
      last.source === fields.source &&
      last.to === fields.from
    )
      this.pieces[this.pieces.length - 1] = new FileRange(fields.source, last.from, fields.to);
    else this.pieces.push(fields);
    this.length += fields.length;
    return this;
  }

  /** Adds the bytes of a file from `from` to before `to`. */
  copy(source: ByteSource, from: number, to: number): this {
    return this.append(new FileRange(source, from, to));
  }

  /** True when these are the bytes of a file from `from` to before `to`, and nothing else. */
  isRange(from: number, to: number): boolean {
    const [piece] = this.pieces;
    return this.pieces.length === 1 && piece instanceof FileRange && piece.from === from && piece.to === to;
  }

  /** Adds all of another message's fields. */
  appendAll(parts: MessageParts): this {
    for (const piece of parts.pieces) this.append(piece);
    return this;
  }

  /** Adds a field that holds a message or bytes. */
  nest(field: number, contents: MessageParts): this {
    return this.append(varints(field * 8 + 2, contents.length)).appendAll(contents);
  }

  text(field: number, text: string): this {
    return this.nest(field, new MessageParts(encoder.encode(text)));
  }

  /** Writes the pieces in order. */
  async write(sink: ByteSink): Promise<void> {
    for (const piece of this.pieces) {
      if (piece instanceof Uint8Array) await sink(piece);
      else await piece.write(sink);
    }
  }
}

/** A field that holds one small number. */
export function numberField(field: number, value: number): Uint8Array {
  return varints(field * 8, value);
}

function varints(...values: number[]): Uint8Array {
  const bytes: number[] = [];
  for (let value of values) {
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
    bytes.push(value);
  }
  return Uint8Array.from(bytes);
}
