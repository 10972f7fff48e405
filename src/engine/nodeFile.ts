import * as fs from 'node:fs';
import type { ByteSource } from '../ir/byteSource';
import { ModelError } from '../ir/errors';
import { say } from '../texts/say';

/** A file nobody reads is closed after this time; the next read opens it again. */
const IDLE_MS = 1000;
/** One call of `read` can transfer at most 2 GiB. */
const LARGEST_CALL = 2 ** 30;
/** Up to this length bytes are read without a trip through the thread pool, which takes 20 times longer than copying cached ones. */
const LARGEST_DIRECT = 512 * 1024;
/** The event loop gets its turn after this time, and a file whose reads take as long is slow: it is read through the pool. */
const DIRECT_MS = 20;

/** A file opened when it is read, and closed when it has been left alone for a while: nobody has to close a model. */
export class NodeFile implements ByteSource {
  readonly size: number;
  readonly modified: number;
  private descriptor: number | undefined;
  private opening: Promise<number> | undefined;
  private reading = 0;
  private isSlow = false;
  /** When it was last read, and when last through the thread pool. */
  private used = performance.now();
  private since = this.used;

  /** @param descriptor of the file where it has been opened already */
  constructor(
    private readonly file: string,
    private readonly shown: string,
    stat: fs.Stats,
    descriptor?: number,
  ) {
    this.size = stat.size;
    this.modified = stat.mtimeMs;
    if (descriptor !== undefined) this.keepOpen(descriptor);
  }

  readNow(offset: number, length: number): Uint8Array | undefined {
    const { descriptor } = this;
    if (descriptor === undefined || length > LARGEST_DIRECT || this.isSlow) return undefined;
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) return undefined;
    const begin = performance.now();
    if (begin - this.since >= DIRECT_MS) return undefined;
    const bytes = new Uint8Array(length);
    try {
      if (fs.readSync(descriptor, bytes, 0, length, offset) < length) return undefined;
    } catch {
      return undefined; // `read` finds out what is wrong
    }
    this.isSlow = performance.now() - begin >= DIRECT_MS;
    this.used = begin;
    return bytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) {
      throw new ModelError('truncated', say`${this.shown} ends at byte ${this.size}, before byte ${offset + length}`, {
        offset,
      });
    }
    this.reading++;
    try {
      const descriptor = this.descriptor ?? (await (this.opening ??= this.openAgain()));
      return this.readNow(offset, length) ?? (await this.readAside(descriptor, offset, length));
    } catch (error) {
      throw error instanceof Error ? explain(this.shown, error) : error;
    } finally {
      this.reading--;
      this.used = performance.now();
    }
  }

  /** Through the thread pool. */
  private async readAside(descriptor: number, offset: number, length: number): Promise<Uint8Array> {
    const bytes = allocate(length, this.shown);
    for (let at = 0; at < length;) {
      const part = Math.min(length - at, LARGEST_CALL);
      const count = await called<number>(this.shown, (done) => fs.read(descriptor, bytes, at, part, offset + at, done));
      if (count === 0) throw this.changed();
      at += count;
    }
    this.since = performance.now();
    return bytes;
  }

  private async openAgain(): Promise<number> {
    try {
      const descriptor = await called<number>(this.shown, (done) => fs.open(this.file, 'r', done));
      this.since = performance.now();
      const { size, mtimeMs } = fs.fstatSync(descriptor);
      if (size === this.size && mtimeMs === this.modified) return this.keepOpen(descriptor);
      fs.closeSync(descriptor);
      throw this.changed();
    } finally {
      this.opening = undefined;
    }
  }

  private changed(): ModelError {
    return new ModelError('corrupt', say`${this.shown} was changed on disk while it was open. Open it again.`);
  }

  private keepOpen(descriptor: number): number {
    this.closeLater(descriptor, IDLE_MS);
    return (this.descriptor = descriptor);
  }

  /** One timer serves many reads: setting one takes as long as a read. */
  private closeLater(descriptor: number, wait: number): void {
    setTimeout(() => {
      const left = this.reading > 0 ? IDLE_MS : this.used + IDLE_MS - performance.now();
      if (left > 0) return this.closeLater(descriptor, Math.ceil(left));
      this.descriptor = undefined;
      // nothing was written, so a failure to close has nothing to say
      fs.close(descriptor, () => undefined);
    }, wait).unref();
  }
}

function allocate(length: number, shown: string): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch {
    throw new ModelError('too-large', say`a part of ${shown} is ${length} bytes large, more than memory can hold`);
  }
}

export function checkIsFile(stat: fs.Stats, shown: string): void {
  if (stat.isDirectory())
    throw new ModelError(
      'not-a-model',
      say`${shown} is a folder. Choose the model file in it (an .onnx file, or the model.json of a TensorFlow.js model).`,
    );
  if (!stat.isFile()) throw new ModelError('not-a-model', say`${shown} is not a regular file`);
}

/**
 * Calls a function of the file system; its errors come in the words of the user. fs.promises takes twice as long per call and
 * loads Node's streams first, which takes longer than opening a small model.
 */
export function called<T>(
  shown: string,
  call: (done: (error: NodeJS.ErrnoException | null, result: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      call((error, result) => (error ? reject(explain(shown, error)) : resolve(result)));
    } catch (error) {
      reject(explain(shown, error as Error)); // the arguments: a path may be none
    }
  });
}

export function explain(shown: string, error: Error): Error {
  if (error instanceof ModelError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ModelError('not-found', say`there is no file ${shown}. Check the path.`);
    case 'EACCES':
    case 'EPERM':
      return new ModelError('not-found', say`no permission to read ${shown}. Give yourself read access to it.`);
    case 'EBUSY':
      return new ModelError('not-found', say`another program has ${shown} open. Try again when it is done.`);
    case 'ELOOP':
      return new ModelError('not-found', say`${shown} is a symbolic link that leads back to itself`);
    case 'EISDIR':
      return new ModelError('not-a-model', say`${shown} is a folder. Choose the model file in it.`);
    case 'ERR_INVALID_ARG_VALUE':
      return new ModelError('not-found', say`"${shown}" is not a path`);
    default:
      return new ModelError('not-found', say`${shown} cannot be read: ${error.message}`);
  }
}
