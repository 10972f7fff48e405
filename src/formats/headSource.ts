import type { ByteSource } from '../ir/byteSource';

/** A file whose first bytes were read already: they are not read again. */
export class HeadSource implements ByteSource {
  constructor(
    private readonly file: ByteSource,
    private readonly head: Uint8Array,
  ) {}

  get size(): number {
    return this.file.size;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const known = this.known(offset, length);
    return known === undefined ? this.file.read(offset, length) : Promise.resolve(known);
  }

  readNow(offset: number, length: number): Uint8Array | undefined {
    return this.known(offset, length) ?? this.file.readNow?.(offset, length);
  }

  private known(offset: number, length: number): Uint8Array | undefined {
    const { head } = this;
    return offset >= 0 && length >= 0 && offset + length <= head.length
      ? head.subarray(offset, offset + length)
      : undefined;
  }
}
