/** Bytes that were seen before get the number they got then: names are decoded and hashed as strings once, not at every use. */
export class Interner {
  private slots: Int32Array;
  private readonly hashes: number[] = [];
  private readonly bytes: Uint8Array[] = [];
  private readonly starts: number[] = [];
  private readonly lengths: number[] = [];

  /** @param slots a power of two: how much room to begin with */
  constructor(slots = 1024) {
    this.slots = new Int32Array(slots).fill(-1);
  }

  get size(): number {
    return this.hashes.length;
  }

  /** A number from 0 on for the `length` bytes at `start`. The array must not change afterwards. */
  intern(bytes: Uint8Array, start: number, length: number): number {
    let hash = 0x811c9dc5 ^ length;
    for (let i = start, end = start + length; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.slots[slot];
      if (id < 0) return this.add(slot, hash, bytes, start, length);
      if (this.hashes[id] === hash && this.lengths[id] === length && this.equals(id, bytes, start, length)) return id;
    }
  }

  private equals(id: number, bytes: Uint8Array, start: number, length: number): boolean {
    const known = this.bytes[id];
    const from = this.starts[id];
    for (let i = 0; i < length; i++) if (known[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private add(slot: number, hash: number, bytes: Uint8Array, start: number, length: number): number {
    const id = this.hashes.length;
    this.hashes.push(hash);
    this.bytes.push(bytes);
    this.starts.push(start);
    this.lengths.push(length);
    this.slots[slot] = id;
    if (id * 2 > this.slots.length) this.grow();
    return id;
  }

  private grow(): void {
    this.slots = new Int32Array(this.slots.length * 4).fill(-1);
    const mask = this.slots.length - 1;
    this.hashes.forEach((hash, id) => {
      let slot = hash & mask;
      while (this.slots[slot] >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = id;
    });
  }
}
