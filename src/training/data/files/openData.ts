import { inflate } from '../../../formats/inflate';
import { BytesSource, type ByteSource } from '../../../ir/byteSource';
import { ModelError } from '../../../ir/errors';
import { say } from '../../../texts/say';
import { openCsv } from './csv';
import { isIdx, openIdx } from './idx';
import { openNestedJson } from './nestedJson';
import { openNpy } from './npy';
import { openNpz } from './npz';
import { openPictureFolder, type Pictures } from './pictureFolder';
import type { DataPlace, SampleTable } from './sampleTable';

/** What a file of data or labels holds. */
export interface OpenedData {
  /** Name of the file or folder. */
  readonly name: string;
  /** Arrays by their name in the file; '' in files of one array. */
  readonly tables: ReadonlyMap<string, SampleTable>;
  readonly pictures?: Pictures;
  /** Labels that the file says are such: a column of a table, the subfolders of pictures. */
  readonly labels?: SampleTable;
  readonly notes: readonly string[];
}

/** MNIST's largest file has 47 MB; what is packed cannot be read by ranges and is unpacked in memory. */
const LARGEST_INFLATED = 2 ** 30;

/**
 * Opens data by their content: NPY, NPZ, IDX (packed by gzip or not), CSV, JSON, or a folder of pictures.
 * @param labelColumn the column of a CSV file that holds the labels
 * @throws ModelError that names the file and says what is wrong with it
 */
export async function openData({ path, source, folder }: DataPlace, labelColumn?: string): Promise<OpenedData> {
  const name = path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
  if (folder !== undefined) {
    const pictures = openPictureFolder(folder, name);
    return { name, tables: new Map(), pictures, labels: pictures.labels, notes: [] };
  }
  if (source === undefined || source.size === 0) throw new ModelError('empty', say`${name} is empty`);
  return openFile(source, name, labelColumn);
}

async function openFile(source: ByteSource, name: string, labelColumn: string | undefined): Promise<OpenedData> {
  const start = await source.read(0, Math.min(source.size, 16));
  const one = (table: SampleTable): OpenedData => ({ name, tables: new Map([['', table]]), notes: [] });
  const begins = (...bytes: number[]) => bytes.every((b, i) => start[i] === b);
  if (begins(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return one(await openNpy(source, name));
  if (begins(0x50, 0x4b)) return { name, tables: await openNpz(source, name), notes: [] };
  if (begins(0x1f, 0x8b)) return openFile(await unpacked(source, name), name.replace(/\.gz$/i, ''), labelColumn);
  if (isIdx(start)) return one(await openIdx(source, name));
  if (begins(0x89, 0x50) || begins(0xff, 0xd8)) {
    throw new ModelError(
      'unsupported-format',
      say`${name} is one picture. Choose the folder whose subfolders hold the classes.`,
    );
  }
  if (begins(0x89, 0x48, 0x44, 0x46)) {
    throw new ModelError(
      'unsupported-format',
      say`${name} is an HDF5 file. Save its arrays with numpy.save or numpy.savez.`,
    );
  }
  if (start.includes(0)) {
    throw new ModelError(
      'unsupported-format',
      say`${name} is none of the data files that are read: NPY, NPZ, IDX, CSV, JSON, or a folder of pictures`,
    );
  }
  const text = new TextDecoder().decode(start).trimStart();
  if (text.startsWith('[') || text.startsWith('{')) {
    return { name, tables: await openNestedJson(source, name), notes: [] };
  }
  const { samples, labels, notes } = await openCsv(source, name, labelColumn);
  return { ...one(samples), labels, notes };
}

async function unpacked(source: ByteSource, name: string): Promise<ByteSource> {
  const tooLarge = () =>
    new ModelError(
      'too-large',
      say`${name} unpacks to more than ${LARGEST_INFLATED / 2 ** 30} GB: unpack it with gunzip`,
    );
  if (source.size > LARGEST_INFLATED) throw tooLarge();
  const damaged = () => new ModelError('corrupt', say`${name} is damaged: it cannot be unpacked`);
  const packed = await source.read(0, source.size);
  return new BytesSource(await inflate(packed, 'gzip', LARGEST_INFLATED, { tooLarge, damaged }));
}
