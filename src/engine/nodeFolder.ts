import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ByteSource, ModelFolder } from '../ir/byteSource';
import { ModelError } from '../ir/errors';
import type { Model } from '../ir/model';
import { EditedFolder } from './editedFolder';

/** A file nobody reads is closed after this time; the next read opens it again. */
const IDLE_MS = 1000;
/** One call of `read` can transfer at most 2 GiB. */
const LARGEST_CALL = 2 ** 30;
/** Up to this length bytes are read without a trip through the thread pool, which takes 20 times longer than copying cached ones. */
const LARGEST_DIRECT = 512 * 1024;
/** The event loop gets its turn after this time, and a file whose reads take as long is slow: it is read through the pool. */
const DIRECT_MS = 20;

/**
 * Opens a model file of this machine: ONNX or a TensorFlow.js layers model.
 * @param file path as the user gave it; errors name the file that way.
 * @param text of the file as an editor holds it, in the place of the stored one
 * @throws ModelError that says what the file is and what can be done when it is no model that can be opened.
 */
export async function openModelFile(file: string, text?: string): Promise<Model> {
  const stored = new NodeFolder(path.dirname(file), path.basename(file));
  const folder = text === undefined ? stored : new EditedFolder(stored, path.basename(file), text);
  try {
    // hosts make folders without ever reading a model themselves
    const { openModel } = await import('../formats/openModel');
    return await openModel(folder, path.basename(file));
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(error.code, error.message, error.place, file);
    throw error;
  }
}

/** A folder on disk. Files are read by range, never as a whole, and nothing outside the folder is opened. */
export class NodeFolder implements ModelFolder {
  private realRoot: Promise<string> | undefined;

  /**
   * @param root the folder
   * @param chosen name of the file that the user asked for: it alone may be a symbolic link that leads out of the folder
   */
  constructor(
    private readonly root: string,
    private readonly chosen?: string,
  ) {}

  async open(relativePath: string): Promise<ByteSource> {
    if (relativePath !== this.chosen && !staysInside(relativePath)) throw outside(relativePath);
    const named = path.join(this.root, relativePath);
    if (relativePath === this.chosen) return this.openChosen(named, relativePath);
    const file = await this.inside(named, relativePath);
    const stat = await called<fs.Stats>(relativePath, (done) => fs.stat(file, done));
    checkIsFile(stat, relativePath);
    await called<void>(relativePath, (done) => fs.access(file, fs.constants.R_OK, done));
    return new NodeFile(file, relativePath, stat);
  }

  /** Without the thread pool: trips through it take longer than reading a small model, and there is nothing else to do meanwhile. */
  private openChosen(file: string, shown: string): ByteSource {
    let descriptor: number;
    try {
      descriptor = fs.openSync(file, READ_NOW);
    } catch (error) {
      throw explain(shown, error as Error);
    }
    try {
      const stat = fs.fstatSync(descriptor);
      checkIsFile(stat, shown);
      return new NodeFile(file, shown, stat, descriptor);
    } catch (error) {
      fs.closeSync(descriptor);
      throw error;
    }
  }

  /** The file's path with links followed. */
  private async inside(named: string, relativePath: string): Promise<string> {
    const real = await realPath(named, relativePath);
    const root = await (this.realRoot ??= realPath(this.root, this.root));
    const way = path.relative(root, real);
    if (way.split(path.sep)[0] === '..' || path.isAbsolute(way)) throw outside(relativePath);
    return real;
  }
}

/** For reading, and without waiting for a writer where the file is a pipe. */
const READ_NOW = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

function checkIsFile(stat: fs.Stats, shown: string): void {
  if (stat.isDirectory())
    throw new ModelError(
      'not-a-model',
      `${shown} is a folder. Choose the model file in it (an .onnx file, or the model.json of a TensorFlow.js model).`,
    );
  if (!stat.isFile()) throw new ModelError('not-a-model', `${shown} is not a regular file`);
}

/** No absolute path (of any system), no step upwards, nothing that another system would read as one. */
function staysInside(relativePath: string): boolean {
  if (relativePath === '' || relativePath.includes('\0') || relativePath.includes('\\')) return false;
  if (path.posix.isAbsolute(relativePath) || path.win32.isAbsolute(relativePath) || /^[a-z]:/i.test(relativePath))
    return false;
  return !relativePath.split('/').includes('..');
}

function outside(relativePath: string): ModelError {
  return new ModelError(
    'outside-folder',
    `"${relativePath}" lies outside the model's own folder and was not opened. Put the file beside the model.`,
  );
}

function realPath(file: string, shown: string): Promise<string> {
  return called(shown, (done) => fs.realpath.native(file, done));
}

/**
 * Calls a function of the file system; its errors come in the words of the user. fs.promises takes twice as long per call and
 * loads Node's streams first, which takes longer than opening a small model.
 */
function called<T>(
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

function explain(shown: string, error: Error): Error {
  if (error instanceof ModelError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ModelError('not-found', `there is no file ${shown}. Check the path.`);
    case 'EACCES':
    case 'EPERM':
      return new ModelError('not-found', `no permission to read ${shown}. Give yourself read access to it.`);
    case 'ELOOP':
      return new ModelError('not-found', `${shown} is a symbolic link that leads back to itself`);
    case 'EISDIR':
      return new ModelError('not-a-model', `${shown} is a folder. Choose the model file in it.`);
    case 'ERR_INVALID_ARG_VALUE':
      return new ModelError('not-found', `"${shown}" is not a path`);
    default:
      return new ModelError('not-found', `${shown} cannot be read: ${error.message}`);
  }
}

/** A file opened when it is read, and closed when it has been left alone for a while: nobody has to close a model. */
class NodeFile implements ByteSource {
  private descriptor: Promise<number> | undefined;
  private reading = 0;
  private idle: NodeJS.Timeout | undefined;
  private isSlow = false;
  /** When bytes were last read through the thread pool. */
  private since = performance.now();

  readonly size: number;
  private readonly modified: number;

  /** @param descriptor of the file where it has been opened already */
  constructor(
    private readonly file: string,
    private readonly shown: string,
    stat: fs.Stats,
    descriptor?: number,
  ) {
    this.size = stat.size;
    this.modified = stat.mtimeMs;
    if (descriptor === undefined) return;
    this.descriptor = Promise.resolve(descriptor);
    this.closeLater();
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) {
      throw new ModelError('truncated', `${this.shown} ends at byte ${this.size}, before byte ${offset + length}`, {
        offset,
      });
    }
    this.reading++;
    clearTimeout(this.idle);
    try {
      const descriptor = await (this.descriptor ??= this.openAgain());
      const bytes = allocate(length, this.shown);
      for (let done = 0; done < length;) {
        const part = Math.min(length - done, LARGEST_CALL);
        const count =
          length <= LARGEST_DIRECT && this.mayReadDirectly()
            ? this.readDirectly(descriptor, bytes, done, part, offset + done)
            : await this.readAside(descriptor, bytes, done, part, offset + done);
        if (count === 0) throw this.changed();
        done += count;
      }
      return bytes;
    } catch (error) {
      throw error instanceof Error ? explain(this.shown, error) : error;
    } finally {
      if (--this.reading === 0) this.closeLater();
    }
  }

  private closeLater(): void {
    this.idle = setTimeout(() => this.close(), IDLE_MS).unref();
  }

  private mayReadDirectly(): boolean {
    return !this.isSlow && performance.now() - this.since < DIRECT_MS;
  }

  private readDirectly(descriptor: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    const begin = performance.now();
    const count = fs.readSync(descriptor, bytes, at, length, position);
    this.isSlow = performance.now() - begin >= DIRECT_MS;
    return count;
  }

  private async readAside(descriptor: number, bytes: Uint8Array, at: number, length: number, position: number) {
    const count = await called<number>(this.shown, (done) => fs.read(descriptor, bytes, at, length, position, done));
    this.since = performance.now();
    return count;
  }

  private async openAgain(): Promise<number> {
    try {
      const descriptor = await called<number>(this.shown, (done) => fs.open(this.file, 'r', done));
      this.since = performance.now();
      const { size, mtimeMs } = fs.fstatSync(descriptor);
      if (size === this.size && mtimeMs === this.modified) return descriptor;
      fs.closeSync(descriptor);
      throw this.changed();
    } catch (error) {
      this.descriptor = undefined;
      throw error;
    }
  }

  private changed(): ModelError {
    return new ModelError('corrupt', `${this.shown} was changed on disk while it was open. Open it again.`);
  }

  private close(): void {
    const descriptor = this.descriptor;
    this.descriptor = undefined;
    // nothing was written, so a failure to close has nothing to say
    void descriptor?.then((d) => fs.close(d, () => undefined));
  }
}

function allocate(length: number, shown: string): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch {
    throw new ModelError('too-large', `a part of ${shown} is ${length} bytes large, more than memory can hold`);
  }
}
