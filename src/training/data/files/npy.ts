import type { ByteSource } from '../../../ir/byteSource';
import type { DataType } from '../../../ir/dataType';
import { ModelError } from '../../../ir/errors';
import { elementCount } from '../../../ir/tensor';
import { decodeFloats } from '../../../ir/tensorValues';
import { say } from '../../../texts/say';
import type { SampleTable } from './sampleTable';

/** A header is a line of some hundred bytes; version 2 and 3 can claim any length. */
const LARGEST_HEADER = 2 ** 20;
const MAGIC_BYTES = 8;

const TYPES: Readonly<Record<string, DataType>> = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

/**
 * An array that numpy saved (NEP 1: NPY format 1.0 to 3.0); its first axis counts the samples. Only the header is read at once.
 * @throws ModelError `corrupt` or `truncated` for a damaged file, `unsupported` for Fortran order, structured and object arrays
 */
export async function openNpy(source: ByteSource, name: string): Promise<SampleTable> {
  const start = viewOf(await source.read(0, Math.min(source.size, MAGIC_BYTES + 4)));
  if (start.byteLength < MAGIC_BYTES + 4) throw new ModelError('truncated', say`${name} ends inside its header`);
  const long = start.getUint8(6) >= 2;
  const length = long ? start.getUint32(MAGIC_BYTES, true) : start.getUint16(MAGIC_BYTES, true);
  const from = MAGIC_BYTES + (long ? 4 : 2);
  if (length > LARGEST_HEADER) throw damaged(name, say`its header claims ${length} bytes`);
  const header = new TextDecoder().decode(await source.read(from, length));
  const { descr, shape } = readHeader(header, name);
  const bigEndian = descr.startsWith('>');
  const dtype = TYPES[descr.slice(1)];
  const width = Number(descr.slice(2));
  if (shape.length === 0) throw new ModelError('unsupported', say`${name} holds a single number, no samples`);
  const [count, ...sample] = shape;
  const elements = elementCount(sample);
  const data = from + length;
  if (!Number.isSafeInteger(count * elements * width) || data + count * elements * width > source.size) {
    throw new ModelError(
      'truncated',
      say`${name} should hold [${shape.join(',')}] numbers of ${width} bytes, but the file ends at byte ${source.size}`,
      { offset: source.size },
    );
  }
  return {
    name,
    count,
    shape: sample,
    dtype,
    async read(from, number) {
      const bytes = await source.read(data + from * elements * width, number * elements * width);
      return decodeFloats(dtype, bigEndian && width > 1 ? swapped(bytes, width) : bytes, name);
    },
  };
}

/** The header is a literal of a Python dict: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
function readHeader(header: string, name: string): { descr: string; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (/'descr'\s*:\s*\[/.test(header)) {
    throw new ModelError('unsupported', say`${name} holds records with named fields. Save one plain array of numbers.`);
  }
  if (descr === undefined || order === undefined || sizes === undefined)
    throw damaged(name, say`its header cannot be read`);
  if (!(descr.slice(1) in TYPES)) {
    throw new ModelError(
      'unsupported',
      say`${name} holds elements of numpy type ${descr}; integers and floats are read`,
    );
  }
  const shape = sizes.split(',').flatMap((s) => (s.trim() === '' ? [] : [Number(s)]));
  if (!shape.every((d) => Number.isSafeInteger(d))) throw damaged(name, say`its sizes (${sizes}) are none`);
  if (order === 'True' && shape.length > 1) {
    throw new ModelError(
      'unsupported',
      say`${name} is stored in Fortran order, so that its samples do not lie together. Save np.ascontiguousarray(a).`,
    );
  }
  return { descr, shape };
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i += width) {
    for (let j = 0; j < width; j++) out[i + j] = bytes[i + width - 1 - j];
  }
  return out;
}

function damaged(name: string, why: string): ModelError {
  return new ModelError('corrupt', say`${name} is no sound NPY file: ${why}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
