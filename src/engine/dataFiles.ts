import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { BytesSource } from '../ir/byteSource';
import { ModelError } from '../ir/errors';
import { say } from '../texts/say';
import type { DataPlace, PictureFolder } from '../training/data/files/sampleTable';
import { NodeFolder } from './nodeFolder';

/** Folders with more files are not listed: the list itself would fill memory. */
const MOST_FILES = 2_000_000;
/** Larger files are no pictures of a data set. */
const LARGEST_PICTURE = 2 ** 27;

/**
 * A data file or a folder of pictures of this machine.
 * @throws ModelError when there is none at that path
 */
export async function openDataPlace(given: string): Promise<DataPlace> {
  const found = await stat(given).catch(() => undefined);
  if (found?.isDirectory()) return { path: given, folder: await listed(given) };
  const name = path.basename(given);
  return { path: given, source: await new NodeFolder(path.dirname(given), name).open(name) };
}

async function listed(folder: string): Promise<PictureFolder> {
  const files: string[] = [];
  const add = async (below: string, deeper: boolean): Promise<void> => {
    for (const entry of await entriesOf(path.join(folder, below))) {
      if (entry.name.startsWith('.')) continue;
      const file = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!entry.isDirectory()) files.push(file);
      else if (deeper) await add(file, false);
      if (files.length > MOST_FILES)
        throw new ModelError('too-large', say`${folder} holds more than ${MOST_FILES} files`);
    }
  };
  await add('', true);
  return { files: files.sort(), open: (file) => readWhole(path.join(folder, file)) };
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new ModelError('not-found', say`${folder} cannot be read: ${(error as Error).message}`);
  }
}

/** Not a NodeFile, which stays open for a while: there may be thousands of pictures in that time. */
async function readWhole(file: string): Promise<BytesSource> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_PICTURE)
      throw new ModelError('too-large', say`${file} has ${size} bytes: too many for a picture`);
    return new BytesSource(await readFile(file));
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError('not-found', say`${file} cannot be read: ${(error as Error).message}`);
  }
}
