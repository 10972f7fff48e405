import { ModelError } from '../../ir/errors';
import { later, say, translated } from '../../texts/say';
import type { Structure } from './structure';

/** Texts up to this length are put together from characters: a decoder takes longer to start. */
const SHORT_TEXT = 128;
/** So many arguments a call can have for certain. */
const MOST_CHARACTERS = 4096;

/** Text of bytes that are ASCII characters. */
export function asciiText(bytes: Uint8Array): string {
  return bytes.length > SHORT_TEXT ? utf8.decode(bytes) : latin1Text(bytes);
}

/** Text with a character for each byte. */
export function latin1Text(bytes: Uint8Array): string {
  if (bytes.length > MOST_CHARACTERS) return Array.from(bytes, (b) => String.fromCharCode(b)).join('');
  // a spread goes through the iterator of the array, which takes six times longer
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const float = new DataView(new ArrayBuffer(8));

/** Protobuf wire types. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** How messages about broken bytes begin. */
export const DAMAGED = later`the file is damaged: `;

/**
 * Reads protobuf messages field by field from the parts of a file that are in memory. `next` moves on to the following field and
 * past its payload; the accessors decode the payload of the current field. Offsets in the file are numbers (exact up to 2^53),
 * indices into the current segment are small integers.
 */
export class Wire {
  /** Number and wire type of the current field. */
  field = 0;
  type = 0;
  /** Payload of a length-delimited field: its index in `bytes` and its length. It may lie outside `bytes` (see `inMemory`). */
  from = 0;
  length = 0;
  bytes: Uint8Array = new Uint8Array(0);
  /** Names whose bytes are no UTF-8 were met. */
  invalidText = false;
  /** The current field's tag: its index in `bytes`. */
  head = 0;
  /** Offset of `bytes` in the file. */
  base = 0;
  private low = 0;
  private high = 0;
  private at = 0;
  private segment = -1;

  constructor(private readonly structure: Structure) {
    if (structure.length > 0) this.seek(structure[0].start);
  }

  /** Place of reading as an offset in the file. */
  get offset(): number {
    return this.base + this.at;
  }

  /** False for a payload that was skipped when the file was read. */
  get inMemory(): boolean {
    return this.from + this.length <= this.bytes.length;
  }

  /** Goes to an offset of the file. */
  seek(offset: number): void {
    const { structure } = this;
    const inside = offset - this.base;
    if (this.segment >= 0 && inside >= 0 && inside < this.bytes.length) {
      this.at = inside;
      return;
    }
    let low = 0;
    let high = structure.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (structure[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    const { bytes, start } = structure[low];
    this.segment = low;
    this.bytes = bytes;
    this.base = start;
    this.at = offset - start;
  }

  /** Moves to the next field of the message that ends at file offset `end`; false when there is none. */
  next(end: number): boolean {
    const { bytes, at } = this;
    const limit = end - this.base;
    if (at === limit) return false;
    // nearly all fields: a tag of one byte, a number of one or a length of one or two
    if (at + 2 < bytes.length && at + 1 < limit) {
      const tag = bytes[at];
      const second = bytes[at + 1];
      if (tag < 128 && (tag & 7) === BYTES) {
        const third = second < 128 ? 0 : bytes[at + 2];
        const from = second < 128 ? at + 2 : at + 3;
        const length = (second & 127) | (third << 7);
        if (third < 128 && from + length <= limit) {
          this.head = at;
          this.field = tag >>> 3;
          this.type = BYTES;
          this.from = from;
          this.length = length;
          this.at = from + length;
          return true;
        }
      } else if (tag < 128 && second < 128 && (tag & 7) === VARINT) {
        this.head = at;
        this.field = tag >>> 3;
        this.type = VARINT;
        this.low = second;
        this.high = 0;
        this.at = at + 2;
        return true;
      }
    }
    return this.nextOfAny(end);
  }

  /** `next` for fields of every form. */
  private nextOfAny(end: number): boolean {
    for (;;) {
      if (this.at >= this.bytes.length && this.base + this.at < end) this.seek(this.offset);
      const limit = end - this.base;
      if (this.at >= limit) {
        if (this.at > limit) throw this.corrupt(say`a field reaches past the end of its message`);
        return false;
      }
      this.head = this.at;
      const tag = this.number(limit);
      this.type = tag & 7;
      this.field = tag >>> 3;
      switch (this.type) {
        case VARINT:
          this.readVarint(limit);
          return true;
        case BYTES: {
          const length = this.number(limit);
          if (this.at + length > limit) throw this.corrupt(say`a field reaches past the end of its message`);
          this.from = this.at;
          this.length = length;
          this.at += length;
          return true;
        }
        case FIXED32:
        case FIXED64: {
          this.from = this.at;
          this.length = this.type === FIXED32 ? 4 : 8;
          this.at += this.length;
          if (this.at > limit) throw this.corrupt(say`a number reaches past the end of its message`);
          return true;
        }
        case 3:
          this.skipGroup(end);
          break;
        default:
          throw this.corrupt(say`there is no wire type ${this.type}`);
      }
    }
  }

  /** Enters the current field as a message and returns the file offset of its end, for `next`. */
  enterMessage(): number {
    if (this.type !== BYTES) this.expect(BYTES);
    this.at = this.from;
    return this.base + this.from + this.length;
  }

  expect(type: number): void {
    if (this.type !== type)
      throw this.corrupt(say`field ${this.field} has wire type ${this.type} where the ONNX schema has ${type}`);
  }

  /** The current varint as int64; the nearest number beyond 2^53. */
  int(): number {
    if (this.type !== VARINT) this.expect(VARINT);
    return (this.high | 0) * 2 ** 32 + this.low;
  }

  private get varint(): number {
    return (this.high | 0) * 2 ** 32 + this.low;
  }

  /** The current field as float32. */
  float(): number {
    this.expect(FIXED32);
    return float32At(this.bytes, this.from);
  }

  /** The current field as text; ill-formed UTF-8 is kept distinct by reading its bytes as Latin-1. */
  text(): string {
    const text = this.wellFormedText();
    if (text !== undefined) return text;
    this.invalidText = true;
    return latin1Text(this.payload());
  }

  /** The current field as text; undefined when it is no UTF-8. */
  wellFormedText(): string | undefined {
    const { bytes, from, length } = this;
    if (this.type !== BYTES || from + length > bytes.length) this.expectInMemory();
    const payload = bytes.subarray(from, from + length);
    let bits = payload.length <= SHORT_TEXT ? 0 : 128;
    for (let i = 0; i < payload.length && bits < 128; i++) bits |= payload[i];
    if (bits < 128) return latin1Text(payload);
    try {
      return utf8.decode(payload);
    } catch {
      return undefined;
    }
  }

  /** Makes sure that `bytes`, `from` and `length` are the current payload. */
  expectInMemory(): void {
    if (this.type !== BYTES) this.expect(BYTES);
    if (!this.inMemory) throw this.corrupt(say`a field of ${this.length} bytes is more than can be kept`);
  }

  /** The bytes of the current payload, a view. */
  payload(): Uint8Array {
    const { bytes, from, length } = this;
    if (this.type !== BYTES || from + length > bytes.length) this.expectInMemory();
    return bytes.subarray(from, from + length);
  }

  /** Appends the current field to a list of int64: packed or one at a time. */
  pushInts(list: number[]): void {
    if (this.type === VARINT) list.push(this.varint);
    else if (this.enterPacked()) {
      const { bytes } = this;
      const after = this.at;
      const end = this.from + this.length;
      for (this.at = this.from; this.at < end;) {
        const byte = bytes[this.at];
        if (byte < 128) {
          list.push(byte);
          this.at++;
        } else {
          this.readVarint(end);
          list.push(this.varint);
        }
      }
      this.at = after;
    }
  }

  /** Appends the current field to a list of float32: packed or one at a time. */
  pushFloats(list: number[]): void {
    if (this.type === FIXED32) list.push(this.float());
    else if (this.enterPacked()) {
      const end = this.from + this.length - 3;
      for (let i = this.from; i < end; i += 4) list.push(float32At(this.bytes, i));
    }
  }

  /** Visits the varints of the current field, packed or single, with their lower and upper 32 bits. */
  eachVarint(visit: (low: number, high: number) => void): void {
    if (this.type === VARINT) visit(this.low, this.high);
    else if (this.enterPacked())
      this.eachPacked(() => {
        visit(this.low, this.high);
      });
  }

  corrupt(what: string): ModelError {
    return new ModelError('corrupt', translated(DAMAGED) + what, { offset: this.offset });
  }

  private enterPacked(): boolean {
    this.expect(BYTES);
    if (!this.inMemory) throw this.corrupt(say`a list of ${this.length} bytes is more than can be kept`);
    return this.length > 0;
  }

  private eachPacked(visit: () => void): void {
    const after = this.at;
    const end = this.from + this.length;
    this.at = this.from;
    while (this.at < end) {
      this.readVarint(end);
      visit();
    }
    this.at = after;
  }

  /** A varint that is a tag or a length: most take a byte. */
  private number(limit: number): number {
    const { bytes, at } = this;
    if (at < limit && at < bytes.length) {
      const byte = bytes[at];
      if (byte < 128) {
        this.at = at + 1;
        return byte;
      }
    }
    this.readVarint(limit);
    return this.high * 2 ** 32 + this.low;
  }

  /** Reads into `low` and `high`. */
  private readVarint(limit: number): void {
    const { bytes } = this;
    let at = this.at;
    const stop = limit < bytes.length ? limit : bytes.length;
    let byte = at < stop ? bytes[at++] : this.unfinished();
    let low = byte & 127;
    let high = 0;
    if (byte > 127) {
      for (let shift = 7; byte > 127; shift += 7) {
        byte = at < stop ? bytes[at++] : this.unfinished();
        const bits = byte & 127;
        if (shift < 28) low |= bits << shift;
        else if (shift === 28) {
          low |= bits << 28;
          high = bits >>> 4;
        } else if (shift < 64) high |= bits << (shift - 32);
        else throw this.corrupt(say`a number is longer than 64 bits`);
      }
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
    this.at = at;
  }

  private unfinished(): never {
    throw this.corrupt(say`a number does not end`);
  }

  private skipGroup(end: number): void {
    for (let depth = 1; depth > 0;) {
      if (this.at >= this.bytes.length && this.offset < end) this.seek(this.offset);
      const limit = end - this.base;
      if (this.at >= limit) throw this.corrupt(say`a group does not end`);
      this.readVarint(limit);
      const type = this.low & 7;
      if (type === VARINT) this.readVarint(limit);
      else if (type === FIXED64) this.at += 8;
      else if (type === FIXED32) this.at += 4;
      else if (type === 3) depth++;
      else if (type === 4) depth--;
      else if (type === BYTES) {
        this.readVarint(limit);
        this.at += this.high * 2 ** 32 + this.low;
      } else throw this.corrupt(say`there is no wire type ${type}`);
      if (this.at > limit) throw this.corrupt(say`a group reaches past the end of its message`);
    }
  }
}

function float32At(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 4; i++) float.setUint8(i, bytes[at + i]);
  return float.getFloat32(0, true);
}
