import * as fs from 'node:fs';
import * as path from 'node:path';
import { BytesSource, SMALL_FILE, type ByteSource, type ModelFolder } from '../ir/byteSource';
import { ModelError } from '../ir/errors';
import type { Model } from '../ir/model';
import { say } from '../texts/say';
import { called, checkIsFile, explain, NodeFile } from './nodeFile';

/**
 * Opens a model file of this machine: ONNX or a TensorFlow.js layers model.
 * @param file path as the user gave it; errors name the file that way.
 * @throws ModelError that says what the file is and what can be done when it is no model that can be opened.
 */
export async function openModelFile(file: string): Promise<Model> {
  const { folder, name } = placeOfModel(file);
  try {
    // hosts make folders without ever reading a model themselves
    const { openModel } = await import('../formats/openModel');
    return await openModel(folder, name);
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(error.code, error.message, error.place, file);
    throw error;
  }
}

/** The folder that a model file lies in, and its name there. */
export function placeOfModel(file: string): { readonly folder: ModelFolder; readonly name: string } {
  const name = path.basename(file);
  return { folder: new NodeFolder(path.dirname(file), name), name };
}

/** A folder on disk. Files are read by range, small ones at once, and nothing outside the folder is opened. */
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
    if (relativePath === this.chosen) return this.openChosen(relativePath);
    if (!staysInside(relativePath)) throw outside(relativePath);
    const file = await this.inside(path.join(this.root, relativePath), relativePath);
    const stat = await called<fs.Stats>(relativePath, (done) => fs.stat(file, done));
    checkIsFile(stat, relativePath);
    await called<void>(relativePath, (done) => fs.access(file, fs.constants.R_OK, done));
    return new NodeFile(file, relativePath, stat);
  }

  /** Without the thread pool: trips through it take longer than reading a small model, and there is nothing else to do meanwhile. */
  private openChosen(shown: string): ByteSource {
    const file = fileIn(this.root, shown);
    let descriptor: number;
    try {
      descriptor = fs.openSync(file, READ_NOW);
    } catch (error) {
      throw explain(shown, error as Error);
    }
    try {
      const all = readSmallest(descriptor);
      if (all !== undefined) {
        fs.closeSync(descriptor);
        return new BytesSource(all);
      }
      const stat = fs.fstatSync(descriptor);
      checkIsFile(stat, shown);
      const bytes = stat.size <= SMALL_FILE ? readAtOnce(descriptor, stat.size) : undefined;
      if (bytes === undefined) return new NodeFile(file, shown, stat, descriptor);
      fs.closeSync(descriptor);
      return new BytesSource(bytes);
    } catch (error) {
      fs.closeSync(descriptor);
      throw error instanceof Error ? explain(shown, error) : error;
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

/**
 * Path of a file in a folder, as the folder is named: `path.join` would take a step back for another folder than the system does,
 * where a link leads there.
 */
export function fileIn(folder: string, name: string, separator: string = path.sep): string {
  // `C:` on Windows is the folder that drive is in, and `C:/` its root
  const isDrive = separator === '\\' && /^[a-z]:$/i.test(folder);
  return isDrive || folder.endsWith('/') || folder.endsWith(separator) ? folder + name : `${folder}/${name}`;
}

/** For reading, and without waiting for a writer where the file is a pipe. */
const READ_NOW = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** Asking for the size of a file takes as long as reading so much. */
const SMALLEST = 32 * 1024;

/** All of a file that is smaller than this; undefined for others, and for what is no file: a pipe is not read at a place. */
function readSmallest(descriptor: number): Uint8Array | undefined {
  const bytes = new Uint8Array(SMALLEST);
  try {
    const length = fs.readSync(descriptor, bytes, 0, SMALLEST, 0);
    if (length === 0 || length === SMALLEST) return undefined;
    return fs.readSync(descriptor, bytes, length, 1, length) === 0 ? bytes.slice(0, length) : undefined;
  } catch {
    return undefined;
  }
}

/** All of a file that ought to be this long; undefined when it has become shorter. */
function readAtOnce(descriptor: number, size: number): Uint8Array | undefined {
  const bytes = new Uint8Array(size);
  return fs.readSync(descriptor, bytes, 0, size, 0) === size ? bytes : undefined;
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
    say`"${relativePath}" lies outside the model's own folder and was not opened. Put the file beside the model.`,
  );
}

/** By the system; by Node link after link on drives of Windows that the system has no answer for (in memory, some virtual ones). */
function realPath(file: string, shown: string): Promise<string> {
  return called<string>(shown, (done) =>
    fs.realpath.native(file, (error, real) => (error ? fs.realpath(file, done) : done(null, real))),
  );
}
