import { IntList } from '../../ir/columns';

/**
 * Bytes that were seen before get the number they got then: names are decoded and hashed as strings once at most, not at every use.
 * The hash begins with a number of chance, so that no file can state names that all share one.
 */
export class Interner {
  private readonly seed = (Math.random() * 2 ** 32) | 0;
  /** By hash: a number plus one, or 0 where there is none. */
  private slots: Int32Array;
  private readonly hashes: IntList;
  /** Arrays that names lie in, and which of them by number; names come from the same array many times in a row. */
  private readonly arrays: Uint8Array[] = [];
  private readonly arrayOf: IntList;
  private readonly starts: IntList;
  private readonly lengths: IntList;

  /** @param room for so many names to begin with */
  constructor(room = 64) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * Math.max(room, 8))));
    this.hashes = new IntList(room);
    this.arrayOf = new IntList(room);
    this.starts = new IntList(room);
    this.lengths = new IntList(room);
  }

  /** A number from 0 on for the `length` bytes at `start`. The array must not change afterwards. */
  intern(bytes: Uint8Array, start: number, length: number): number {
    const hash = hashOf(bytes, start, length, this.seed);
    const slot = this.find(hash, bytes, start, length);
    const id = this.slots[slot] - 1;
    return id >= 0 ? id : this.add(slot, hash, bytes, start, length);
  }

  /** True when these bytes have a number. */
  has(bytes: Uint8Array, start: number, length: number): boolean {
    return this.slots[this.find(hashOf(bytes, start, length, this.seed), bytes, start, length)] > 0;
  }

  /** The bytes with this number, a view. */
  bytesOf(id: number): Uint8Array {
    const start = this.starts.at(id);
    return this.arrays[this.arrayOf.at(id)].subarray(start, start + this.lengths.at(id));
  }

  /** The slot that holds these bytes, or the free one where they belong. */
  private find(hash: number, bytes: Uint8Array, start: number, length: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.slots[slot] - 1;
      if (id < 0) return slot;
      if (this.hashes.at(id) === hash && this.lengths.at(id) === length && this.equals(id, bytes, start, length))
        return slot;
    }
  }

  private equals(id: number, bytes: Uint8Array, start: number, length: number): boolean {
    const known = this.arrays[this.arrayOf.at(id)];
    const from = this.starts.at(id);
    for (let i = 0; i < length; i++) if (known[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private add(slot: number, hash: number, bytes: Uint8Array, start: number, length: number): number {
    const id = this.hashes.length;
    this.hashes.push(hash);
    if (this.arrays.at(-1) !== bytes) this.arrays.push(bytes);
    this.arrayOf.push(this.arrays.length - 1);
    this.starts.push(start);
    this.lengths.push(length);
    this.slots[slot] = id + 1;
    if (id * 2 > this.slots.length) this.grow();
    return id;
  }

  private grow(): void {
    this.slots = new Int32Array(this.slots.length * 4);
    const mask = this.slots.length - 1;
    for (let id = 0; id < this.hashes.length; id++) {
      let slot = this.hashes.at(id) & mask;
      while (this.slots[slot] > 0) slot = (slot + 1) & mask;
      this.slots[slot] = id + 1;
    }
  }
}

/** FNV-1a over words of four bytes, with the bits of the upper half mixed into the lower at the end. */
function hashOf(bytes: Uint8Array, start: number, length: number, seed: number): number {
  let hash = seed ^ length;
  const end = start + length;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    hash = Math.imul(hash ^ word, 0x01000193);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
