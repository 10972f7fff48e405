const encoder = new TextEncoder();

/**
 * A protobuf message in pieces: encoded fields, and nested messages and payloads that are copied only when the whole is put
 * together. Encoding a model through one buffer per level would copy its weights as often as they are nested.
 */
export class MessageParts {
  private readonly pieces: Uint8Array[] = [];
  /** Bytes of the whole. */
  length = 0;

  constructor(fields?: Uint8Array) {
    if (fields) this.append(fields);
  }

  /** Adds fields that are encoded already. */
  append(fields: Uint8Array): this {
    this.pieces.push(fields);
    this.length += fields.length;
    return this;
  }

  /** Adds a field that holds a message or bytes. */
  nest(field: number, contents: MessageParts): this {
    this.append(varints(field * 8 + 2, contents.length));
    for (const piece of contents.pieces) this.pieces.push(piece);
    this.length += contents.length;
    return this;
  }

  text(field: number, text: string): this {
    return this.nest(field, new MessageParts(encoder.encode(text)));
  }

  join(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

function varints(...values: number[]): Uint8Array {
  const bytes: number[] = [];
  for (let value of values) {
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
    bytes.push(value);
  }
  return Uint8Array.from(bytes);
}
