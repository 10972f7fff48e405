import type { ByteSource } from '../ir/byteSource';

/** A file up to this size is read at once: each further read would take longer than its bytes. */
export const SMALL_FILE = 256 * 1024;

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
    return offset >= 0 && length >= 0 && offset + length <= this.head.length
      ? Promise.resolve(this.head.subarray(offset, offset + length))
      : this.file.read(offset, length);
  }
}
