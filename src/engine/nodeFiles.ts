import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { ModelError } from '../ir/errors';
import { later, say, translated } from '../texts/say';
import type { FileAccess } from './fileAccess';
import { NodeFolder } from './nodeFolder';

/** Files of this machine. */
export const nodeFiles: FileAccess = {
  open: (file) => nodeFiles.folderOf(file).open(path.basename(file)),
  folderOf: (file) => new NodeFolder(path.dirname(file), path.basename(file)),
  isSame,
  sameFolder: (file, other) => isSame(path.dirname(file), path.dirname(other)),
  nameOf: (file) => path.basename(file),
  beside: (file, name) => path.join(path.dirname(file), name),

  async makeFolderOf(file) {
    await fs.mkdir(path.dirname(file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw cannotWrite(file, error);
    });
  },

  exists: (file) =>
    fs.stat(file).then(
      () => true,
      () => false,
    ),

  async write(file, write) {
    const unfinished = `${file}.${randomBytes(4).toString('hex')}.part`;
    try {
      const handle = await fs.open(unfinished, 'wx');
      try {
        const pieces = gathered((bytes) => handle.writeFile(bytes));
        await write(pieces.add);
        await pieces.flush();
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(unfinished, file);
    } catch (error) {
      await fs.rm(unfinished, { force: true });
      throw error instanceof ModelError ? error : cannotWrite(file, error as NodeJS.ErrnoException);
    }
  },
};

async function isSame(file: string, other: string): Promise<boolean> {
  try {
    // on Windows these numbers do not fit a double: neighbours would be taken for one file
    const [a, b] = await Promise.all([fs.stat(file, { bigint: true }), fs.stat(other, { bigint: true })]);
    if (a.ino !== 0n || b.ino !== 0n) return a.dev === b.dev && a.ino === b.ino;
    // some network drives number no files
    return (await fs.realpath(file)) === (await fs.realpath(other));
  } catch {
    return path.resolve(file) === path.resolve(other);
  }
}

/** Longer than a model that was read stays open (nodeFile.ts), and than a virus scanner looks at a new file (ms). */
const RENAME_PATIENCE = 3000;

/** On Windows a file that somebody has open cannot be replaced: tries again for a while. */
async function rename(from: string, to: string): Promise<void> {
  const deadline = Date.now() + RENAME_PATIENCE;
  for (let wait = 20; ; wait *= 2) {
    try {
      return await fs.rename(from, to);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      const isHeld = process.platform === 'win32' && ['EACCES', 'EBUSY', 'EPERM'].includes(code);
      if (!isHeld || Date.now() + wait > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** Small pieces are written together: a model is made of thousands of them. */
const GATHERED_BYTES = 2 ** 20;

function gathered(write: (bytes: Uint8Array) => Promise<void>) {
  let pieces: Uint8Array[] = [];
  let length = 0;
  const flush = async () => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    length = 0;
    if (bytes.length > 0) await write(bytes);
  };
  const add = async (piece: Uint8Array) => {
    if (length + piece.length > GATHERED_BYTES) await flush();
    if (piece.length > GATHERED_BYTES) return write(piece);
    pieces.push(piece);
    length += piece.length;
  };
  return { add, flush };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: later`its folder does not exist`,
  ENOTDIR: later`its folder is a file`,
  EACCES: later`you have no permission to write there`,
  EPERM: later`you have no permission to write there`,
  EBUSY: later`another program has it open`,
  EROFS: later`the disk is read-only`,
  ENOSPC: later`the disk is full`,
  EISDIR: later`it is a folder`,
};

function cannotWrite(file: string, { code = '', message }: NodeJS.ErrnoException): ModelError {
  const reason = Object.hasOwn(reasons, code) ? translated(reasons[code]) : message;
  return new ModelError('unsupported', say`${file} cannot be written: ${reason}. Choose another place.`);
}
