import type { Interner } from './interner';
import { asciiText } from './wire';

/** Numbers per entry. */
const ENTRY = 4;

/**
 * An interner that makes no texts of the bytes. The hash begins with a number of chance and turns by another, so that no file can
 * state names that all share one.
 */
export class ByteTable implements Interner {
  isAscii = true;
  /** How many different ones there are. */
  private count = 0;
  private readonly seed = (Math.random() * 2 ** 32) | 0;
  private readonly turn = 1 + Math.floor(Math.random() * 31);
  /** By hash: a number plus one, or 0 where there is none. */
  private slots: Int32Array;
  /** Of each number: hash, index in `arrays`, start and length. */
  private entries: Int32Array;
  /** Arrays that names lie in; names come from the same array many times in a row. */
  private readonly arrays: Uint8Array[] = [];
  /** Where `find` ended. */
  private hash = 0;
  private slot = 0;

  /** @param room for so many names to begin with */
  constructor(room = 64) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * Math.max(room, 8))));
    this.entries = new Int32Array(ENTRY * room);
  }

  intern(bytes: Uint8Array, start: number, length: number): number {
    const id = this.find(bytes, start, length);
    return id >= 0 ? id : this.add(bytes, start, length);
  }

  /**
   * The number of these bytes, -1 when they have none. The hash is FNV-1a over words of four bytes, with the bits of the upper half mixed into the lower at the end.
   */
  find(bytes: Uint8Array, start: number, length: number): number {
    const end = start + length;
    const { turn } = this;
    const back = 32 - turn;
    let hash = this.seed ^ length;
    let bits = 0;
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
      bits |= word;
      hash ^= word;
      hash = Math.imul((hash << turn) | (hash >>> back), 0x01000193);
      hash ^= hash >>> 15;
    }
    for (; i < end; i++) {
      bits |= bytes[i];
      hash = Math.imul(hash ^ bytes[i], 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash ^= hash >>> 13;
    this.hash = hash;
    this.isAscii = (bits & 0x80808080) === 0;

    const { slots, entries } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let id = slots[slot] - 1; id >= 0; id = slots[slot] - 1) {
      const entry = ENTRY * id;
      if (entries[entry] === hash && entries[entry + 3] === length) {
        const known = this.arrays[entries[entry + 1]];
        const ahead = entries[entry + 2] - start;
        i = start;
        while (
          i + 4 <= end &&
          known[ahead + i] === bytes[i] &&
          known[ahead + i + 1] === bytes[i + 1] &&
          known[ahead + i + 2] === bytes[i + 2] &&
          known[ahead + i + 3] === bytes[i + 3]
        )
          i += 4;
        while (i < end && known[ahead + i] === bytes[i]) i++;
        if (i === end) return id;
      }
      slot = (slot + 1) & mask;
    }
    this.slot = slot;
    return -1;
  }

  text(id: number): string {
    const { entries } = this;
    const start = entries[ENTRY * id + 2];
    return asciiText(this.arrays[entries[ENTRY * id + 1]].subarray(start, start + entries[ENTRY * id + 3]));
  }

  /** Gives a number to what `find` did not find. */
  private add(bytes: Uint8Array, start: number, length: number): number {
    const id = this.count++;
    const entry = ENTRY * id;
    if (entry === this.entries.length) {
      const larger = new Int32Array(2 * entry + 16 * ENTRY);
      larger.set(this.entries);
      this.entries = larger;
    }
    const { arrays, entries, slots } = this;
    if (arrays[arrays.length - 1] !== bytes) arrays.push(bytes);
    entries[entry] = this.hash;
    entries[entry + 1] = arrays.length - 1;
    entries[entry + 2] = start;
    entries[entry + 3] = length;
    slots[this.slot] = id + 1;
    if (2 * id > slots.length) this.grow();
    return id;
  }

  private grow(): void {
    this.slots = new Int32Array(this.slots.length * 4);
    const mask = this.slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = this.entries[ENTRY * id] & mask;
      while (this.slots[slot] > 0) slot = (slot + 1) & mask;
      this.slots[slot] = id + 1;
    }
  }
}
