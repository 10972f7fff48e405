import type { ByteSource } from '../ir/byteSource';
import { ModelError } from '../ir/errors';

/** The file of the archive that describes the model; the weights beside it are HDF5, which is not read. */
const CONFIG = 'config.json';

/** A model's description is a few megabytes; an archive may claim any size, and inflate to more than it claims. */
const LARGEST_CONFIG = 2 ** 26;
/** Lists of more files than any archive of a model has are not looked through. */
const LARGEST_DIRECTORY = 2 ** 24;

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** The longest comment that may stand behind the end record. */
const LONGEST_COMMENT = 0xffff;

interface Entry {
  readonly encrypted: boolean;
  readonly method: number;
  readonly compressedSize: number;
  readonly offset: number;
}

/**
 * The text of config.json in a Keras archive (.keras, Keras 3), read by ranges and inflated (PKWARE APPNOTE 6.3).
 * @throws ModelError `unsupported` for encrypted, multi-disk and zip64 archives, `too-large` when it inflates to more than 64 MB,
 *   `corrupt` or `truncated` when the archive is damaged, `not-a-model` when it holds no config.json
 */
export async function readKerasConfig(source: ByteSource): Promise<string> {
  const entry = findEntry(await readDirectory(source));
  if (entry === undefined) {
    throw new ModelError('not-a-model', 'this is a zip archive without a config.json: no Keras model. Save it again.');
  }
  if (entry.encrypted) {
    throw new ModelError('unsupported', 'the config.json of this archive is encrypted. Save it without a password.');
  }
  if (entry.compressedSize > LARGEST_CONFIG) throw tooLarge();
  const header = viewOf(await source.read(entry.offset, LOCAL_BYTES));
  if (header.getUint32(0, true) !== LOCAL_SIGNATURE) throw damaged(entry.offset);
  const start = entry.offset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  const stored = await source.read(start, entry.compressedSize);
  if (entry.method === 0) return new TextDecoder('utf-8').decode(stored);
  if (entry.method !== 8) {
    throw new ModelError('unsupported', `config.json is compressed by method ${entry.method}; Keras uses deflate`);
  }
  return new TextDecoder('utf-8').decode(await inflated(stored, start));
}

async function readDirectory(source: ByteSource): Promise<DataView> {
  const length = Math.min(source.size, END_BYTES + LONGEST_COMMENT);
  const tail = viewOf(await source.read(source.size - length, length));
  let at = length - END_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== END_SIGNATURE) at--;
  if (at < 0) {
    throw new ModelError('truncated', 'this zip archive has no end: it was cut. Fetch or save it again.', {
      offset: source.size,
    });
  }
  const [disk, firstDisk] = [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)];
  const [size, offset] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
  if (offset === 0xffffffff || size === 0xffffffff || disk === 0xffff) {
    throw new ModelError('unsupported', 'this archive is a zip64. Unpack it and open its config.json.');
  }
  if (disk !== 0 || firstDisk !== 0) {
    throw new ModelError('unsupported', 'this archive is one part of several. Join them, or open the config.json.');
  }
  if (size > LARGEST_DIRECTORY) throw tooLarge();
  return viewOf(await source.read(offset, size));
}

function findEntry(directory: DataView): Entry | undefined {
  for (let at = 0; at + ENTRY_BYTES <= directory.byteLength;) {
    if (directory.getUint32(at, true) !== ENTRY_SIGNATURE) throw damaged(at);
    const nameLength = directory.getUint16(at + 28, true);
    const end = at + ENTRY_BYTES + nameLength;
    if (nameLength === CONFIG.length && end <= directory.byteLength) {
      const bytes = new Uint8Array(directory.buffer, directory.byteOffset + at + ENTRY_BYTES, nameLength);
      if (String.fromCharCode(...bytes) === CONFIG) {
        return {
          encrypted: (directory.getUint16(at + 8, true) & 1) === 1,
          method: directory.getUint16(at + 10, true),
          compressedSize: directory.getUint32(at + 20, true),
          offset: directory.getUint32(at + 42, true),
        };
      }
    }
    at = end + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
  }
  return undefined;
}

/** Chunk by chunk, so that what inflates without end is let go of at the limit. */
async function inflated(stored: Uint8Array, offset: number): Promise<Uint8Array> {
  const input = new Blob([new Uint8Array(stored)]).stream();
  const reader = input.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const next: { readonly done: boolean; readonly value?: unknown } = await reader.read().catch(() => {
      throw damaged(offset);
    });
    if (next.done) break;
    const chunk = next.value as Uint8Array;
    size += chunk.length;
    if (size > LARGEST_CONFIG) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooLarge(): ModelError {
  return new ModelError(
    'too-large',
    `the config.json of this archive has more than ${LARGEST_CONFIG} bytes; no model's has`,
  );
}

function damaged(offset: number): ModelError {
  return new ModelError('corrupt', 'this zip archive is damaged. Fetch or save it again.', { offset });
}
