import type { ByteSource } from '../ir/byteSource';
import { ModelError } from '../ir/errors';
import { say } from '../texts/say';
import { inflate } from './inflate';

const END_SIGNATURE = 0x06054b50;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_BYTES = 56;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** The longest comment that may stand behind the end record. */
const LONGEST_COMMENT = 0xffff;
/** Lists of more files than any archive of a model or of arrays has are not looked through. */
const LARGEST_DIRECTORY = 2 ** 24;
/** Extra field with the sizes that 32 bits do not hold. */
const ZIP64_EXTRA = 1;
const IN_ZIP64 = 0xffffffff;

const STORED = 0;
const DEFLATED = 8;

export interface ZipEntry {
  readonly name: string;
  readonly encrypted: boolean;
  readonly method: number;
  readonly compressedSize: number;
  /** Of its local header. */
  readonly offset: number;
}

/**
 * The files of a zip archive, from its directory, which is read by ranges (PKWARE APPNOTE 6.3, zip64 too).
 * @throws ModelError `unsupported` for one part of several, `too-large` for a directory of more than 16 MB, `corrupt` or `truncated`
 *   when the archive is damaged
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipEntry[]> {
  const directory = await directoryBytes(source);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= directory.byteLength;) {
    if (directory.getUint32(at, true) !== ENTRY_SIGNATURE) throw damaged(at);
    const [nameLength, extraLength] = [directory.getUint16(at + 28, true), directory.getUint16(at + 30, true)];
    const nameEnd = at + ENTRY_BYTES + nameLength;
    if (nameEnd + extraLength > directory.byteLength) throw damaged(at);
    const [whole, compressedSize, offset] = wideSizes(
      [directory.getUint32(at + 24, true), directory.getUint32(at + 20, true), directory.getUint32(at + 42, true)],
      directory,
      nameEnd,
      extraLength,
    );
    if (whole === undefined || compressedSize === undefined || offset === undefined) throw damaged(at);
    entries.push({
      name: new TextDecoder().decode(
        new Uint8Array(directory.buffer, directory.byteOffset + at + ENTRY_BYTES, nameLength),
      ),
      encrypted: (directory.getUint16(at + 8, true) & 1) === 1,
      method: directory.getUint16(at + 10, true),
      compressedSize,
      offset,
    });
    at = nameEnd + extraLength + directory.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * One file of an archive: a range of the archive where it is stored as it is, else its inflated bytes.
 * @param most bytes that it may inflate to
 * @throws ModelError `unsupported` when it is encrypted or packed by another method than deflate, `too-large` beyond `most`,
 *   `corrupt` or `truncated` when the archive is damaged
 */
export async function openZipEntry(source: ByteSource, entry: ZipEntry, most: number): Promise<ByteSource> {
  const { name, method, compressedSize } = entry;
  if (entry.encrypted) {
    throw new ModelError('unsupported', say`the ${name} of this archive is encrypted. Save it without a password.`);
  }
  if (method !== STORED && method !== DEFLATED) {
    throw new ModelError('unsupported', say`${name} is compressed by method ${method}; only deflate is read`);
  }
  const header = viewOf(await source.read(entry.offset, LOCAL_BYTES));
  if (header.getUint32(0, true) !== LOCAL_SIGNATURE) throw damaged(entry.offset);
  const start = entry.offset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + compressedSize > source.size) {
    throw new ModelError('truncated', say`this zip archive ends inside its ${name}`, { offset: source.size });
  }
  if (method === STORED) return new Range(source, start, compressedSize);
  if (compressedSize > most) throw tooLarge(name, most);
  const stored = await source.read(start, compressedSize);
  const bytes = await inflate(stored, 'deflate-raw', most, {
    tooLarge: () => tooLarge(name, most),
    damaged: () => damaged(start),
  });
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

/** A part of a file as a file. */
class Range implements ByteSource {
  constructor(
    private readonly source: ByteSource,
    private readonly start: number,
    readonly size: number,
  ) {}

  read(offset: number, length: number): Promise<Uint8Array> {
    if (offset + length > this.size) {
      return Promise.reject(
        new ModelError('truncated', say`it ends at byte ${this.size}, before byte ${offset + length}`),
      );
    }
    return this.source.read(this.start + offset, length);
  }
}

async function directoryBytes(source: ByteSource): Promise<DataView> {
  const length = Math.min(source.size, END_BYTES + LONGEST_COMMENT + ZIP64_LOCATOR_BYTES);
  const tail = viewOf(await source.read(source.size - length, length));
  let at = length - END_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== END_SIGNATURE) at--;
  if (at < 0) {
    throw new ModelError('truncated', say`this zip archive has no end: it was cut. Fetch or save it again.`, {
      offset: source.size,
    });
  }
  const [disk, firstDisk] = [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)];
  let [size, offset] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
  const locator = at - ZIP64_LOCATOR_BYTES;
  if (locator >= 0 && tail.getUint32(locator, true) === ZIP64_LOCATOR_SIGNATURE) {
    const end = viewOf(await source.read(Number(tail.getBigUint64(locator + 8, true)), ZIP64_END_BYTES));
    if (end.getUint32(0, true) !== ZIP64_END_SIGNATURE) throw damaged(source.size - length + locator);
    [size, offset] = [Number(end.getBigUint64(40, true)), Number(end.getBigUint64(48, true))];
  } else if (disk !== 0 || firstDisk !== 0) {
    throw new ModelError('unsupported', say`this archive is one part of several. Join them first.`);
  }
  if (size > LARGEST_DIRECTORY) throw tooLarge('directory', LARGEST_DIRECTORY);
  return viewOf(await source.read(offset, size));
}

/** Sizes of 32 bits, those that are all ones taken from the zip64 extra field, where they stand in this order. */
function wideSizes(
  sizes: readonly number[],
  directory: DataView,
  extra: number,
  extraLength: number,
): (number | undefined)[] {
  let at = extra;
  const end = extra + extraLength;
  while (at + 4 <= end && directory.getUint16(at, true) !== ZIP64_EXTRA) at += 4 + directory.getUint16(at + 2, true);
  at += 4;
  return sizes.map((size) => {
    if (size !== IN_ZIP64) return size;
    if (at + 8 > end) return undefined;
    at += 8;
    return Number(directory.getBigUint64(at - 8, true));
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooLarge(name: string, most: number): ModelError {
  return new ModelError('too-large', say`the ${name} of this archive has more than ${most} bytes`);
}

function damaged(offset: number): ModelError {
  return new ModelError('corrupt', say`this zip archive is damaged. Fetch or save it again.`, { offset });
}
