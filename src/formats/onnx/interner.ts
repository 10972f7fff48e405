import { ByteTable } from './byteTable';
import { TextTable } from './textTable';

/** Bytes that were seen before get the number they got then: names are told apart without being decoded. */
export interface Interner {
  /** True when the bytes that got a number last are ASCII characters. */
  readonly isAscii: boolean;
  /** A number from 0 on for the `length` bytes at `start`. The array must not change afterwards. */
  intern(bytes: Uint8Array, start: number, length: number): number;
  /** The number of these bytes, -1 when they have none. */
  find(bytes: Uint8Array, start: number, length: number): number;
  /** The bytes with this number as text, where they are ASCII characters. */
  text(id: number): string;
}

/** Up to so many bytes, weights of a few KB included, a file has too few names for V8 to compile what a table of bytes needs. */
export const FEW_NAMES = 1.25 * 2 ** 20;

/**
 * @param size in bytes of the structure that the names are from
 * @param room for so many names to begin with
 */
export function internerFor(size: number, room?: number): Interner {
  return size <= FEW_NAMES ? new TextTable() : new ByteTable(room);
}
