import { say } from '../texts/say';
import { ModelError } from './errors';

/** A file up to this size is read at once: each further read would take longer than its bytes. */
export const SMALL_FILE = 256 * 1024;

/** Bytes of one file, read by range: a file on disk, a blob in a browser, an array in a test. */
export interface ByteSource {
  /** Size in bytes. */
  readonly size: number;
  /** When the file was last changed, in milliseconds; undefined where nobody knows. */
  readonly modified?: number;
  /**
   * The `length` bytes from `offset` on. Callers may keep the array; a source never changes it afterwards.
   * @throws ModelError `truncated` when the range does not lie inside the file.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The same without waiting, where that takes microseconds; undefined where it may take longer, and for ranges outside the file. */
  readNow?(offset: number, length: number): Uint8Array | undefined;
}

/** The folder that a model lives in. It opens the model and the files beside it, and nothing outside. */
export interface ModelFolder {
  /**
   * @param relativePath path with forward slashes, relative to the folder.
   * @throws ModelError `not-found`, or `outside-folder` for an absolute path, a `..` or a symbolic link that leaves the folder.
   */
  open(relativePath: string): Promise<ByteSource>;
}

/** A ByteSource over an array that is already in memory. */
export class BytesSource implements ByteSource {
  readonly size: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    // a Node Buffer is an Uint8Array whose `slice` does not copy: readers get the plain kind
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.size = bytes.byteLength;
  }

  readNow(offset: number, length: number): Uint8Array | undefined {
    return offset >= 0 && length >= 0 && offset + length <= this.bytes.length
      ? this.bytes.subarray(offset, offset + length)
      : undefined;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const part = this.readNow(offset, length);
    if (part !== undefined) return Promise.resolve(part);
    const end = this.bytes.length;
    return Promise.reject(
      new ModelError('truncated', say`the file ends at byte ${end}, before byte ${offset + length}`, { offset }),
    );
  }
}
