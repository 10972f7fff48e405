import type { DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import { elementCount } from '../../ir/tensor';
import { decodeFloats } from '../../ir/tensorValues';
import { say } from '../../texts/say';
import { isCount, isObject, member, objectMember, stringMember, type JsonObject } from './jsonAccess';
import type { JsonPlace } from './jsonPlace';
import type { Shards } from './shards';
import { shown, type Report } from './topology';

/** How a weight is stored where that is not its own type (tfjs-converter's --quantize_*). */
interface Quantization {
  readonly dtype: 'uint8' | 'uint16' | 'float16';
  readonly scale: number;
  readonly min: number;
}

/** Types that a manifest may state, and what they are here. Float16 weights are computed with as float32. */
const dataTypes: ReadonlyMap<string, DataType> = new Map([
  ['float32', 'float32'],
  ['float16', 'float32'],
  ['int32', 'int32'],
  ['uint8', 'uint8'],
  ['uint16', 'uint16'],
  ['bool', 'bool'],
  ['string', 'string'],
]);

/** So many texts of one weight are skipped over to find what lies behind them. */
const MOST_STRINGS = 2 ** 20;
/** Bytes read at once while skipping over texts. */
const STRING_CHUNK = 2 ** 16;

const storedBytes: ReadonlyMap<string, number> = new Map([
  ['float32', 4],
  ['float16', 2],
  ['int32', 4],
  ['uint8', 1],
  ['uint16', 2],
  ['bool', 1],
  ['complex64', 8],
]);

/** One weight of the manifest. */
export interface StoredWeight {
  readonly name: string;
  readonly dtype: DataType;
  readonly dims: readonly number[];
  /** False when its bytes lie in a file that is not there, or beyond the end of the files. */
  readonly present: boolean;
  /** The values, row-major and dequantised, packed little-endian in `dtype`. */
  read(): Promise<Uint8Array>;
}

/** How a manifest says that a weight is stored. */
export interface Layout {
  readonly name: string;
  /** Undefined for types that take part in no layer. */
  readonly dtype: DataType | undefined;
  readonly dims: readonly number[];
  readonly bytes: number;
  readonly storage: string;
  readonly quantization: Quantization | undefined;
}

/** Undefined, with a report, for what does not say how it is stored. */
export function layoutOf(entry: unknown, place: JsonPlace, report: Report): Layout | undefined {
  if (!isObject(entry)) {
    report('invalid-manifest', say`a weight of the manifest is not an object`, place);
    return undefined;
  }
  const name = stringMember(entry, 'name');
  const shape = member(entry, 'shape');
  const type = stringMember(entry, 'dtype') ?? 'float32';
  if (name === undefined || !Array.isArray(shape) || !shape.every(isCount)) {
    report(
      'invalid-manifest',
      say`weight ${shown(name ?? '')} needs a name and a shape of non-negative integers`,
      place,
    );
    return undefined;
  }
  const stated = objectMember(entry, 'quantization');
  const quantization = stated && quantizationOf(stated);
  if (stated !== undefined && quantization === undefined) {
    report('unsupported', say`weight ${shown(name)} is quantised in a way that is not known here`, place);
    return undefined;
  }
  const storage = quantization?.dtype ?? type;
  // how long texts are stands with each of them
  const size = storage === 'string' ? 0 : storedBytes.get(storage);
  const count = elementCount(shape);
  if (size === undefined || !Number.isSafeInteger(count * size)) {
    const reason =
      size === undefined
        ? say`weight ${shown(name)} is of type ${shown(type)}: it and the weights after it are taken as missing`
        : say`weight ${shown(name)} is too large to exist: it and the weights after it are taken as missing`;
    report('unsupported', reason, place);
    return undefined;
  }
  return { name, dtype: dataTypes.get(type), dims: shape, bytes: count * size, storage, quantization };
}

/** Bytes of the weights that hold texts, by index: where those behind them begin stands in the files only. */
export async function textBytesOf(
  listed: readonly unknown[],
  shards: Shards,
  place: JsonPlace,
): Promise<ReadonlyMap<number, number>> {
  const sizes = new Map<number, number>();
  if (!listed.some((entry) => isObject(entry) && member(entry, 'dtype') === 'string')) return sizes;
  let offset = 0;
  for (let i = 0; i < listed.length; i++) {
    const layout = layoutOf(listed[i], place, () => undefined);
    if (layout === undefined) break;
    if (layout.storage === 'string') sizes.set(i, await stringBytes(shards, offset, layout));
    offset += sizes.get(i) ?? layout.bytes;
  }
  return sizes;
}

/**
 * Bytes of a weight of texts: each has its length before it, as 32 bits (tfjs-core, io/io_utils). Infinity where they run past the
 * end of the files, or are too many to be looked at.
 */
async function stringBytes(shards: Shards, start: number, { dims }: Layout): Promise<number> {
  const count = elementCount(dims);
  if (count > MOST_STRINGS) return Infinity;
  let chunk: DataView = new DataView(new ArrayBuffer(0));
  let chunkStart = start;
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 4 > shards.size) return Infinity;
    if (at + 4 > chunkStart + chunk.byteLength) {
      const bytes = await shards.read(at, Math.min(STRING_CHUNK, shards.size - at));
      chunk = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      chunkStart = at;
    }
    at += 4 + chunk.getUint32(at - chunkStart, true);
  }
  return at > shards.size ? Infinity : at - start;
}

function quantizationOf(object: JsonObject): Quantization | undefined {
  const dtype = stringMember(object, 'dtype');
  if (dtype === 'float16') return { dtype, scale: 1, min: 0 };
  const scale = member(object, 'scale');
  const min = member(object, 'min');
  if ((dtype !== 'uint8' && dtype !== 'uint16') || typeof scale !== 'number' || typeof min !== 'number')
    return undefined;
  return { dtype, scale, min };
}

/** @param offset of its bytes in the files of its group */
export function storedWeight(layout: Layout, dtype: DataType, shards: Shards, offset: number): StoredWeight {
  const { name, dims, bytes, storage, quantization } = layout;
  const isPlain = storage === dtype && dtype !== 'string';
  return {
    name,
    dtype,
    dims,
    present: offset + bytes <= shards.size,
    read: isPlain
      ? () => shards.read(offset, bytes)
      : async () => {
          if (dtype === 'string')
            throw new ModelError('unsupported', say`the weight ${shown(name)} holds texts, not numbers`);
          const stored = await shards.read(offset, bytes);
          const floats = decodeFloats(storage as DataType, stored, name);
          return quantization === undefined || quantization.dtype === 'float16'
            ? bytesOf(floats)
            : dequantised(floats, quantization, dtype);
        },
  };
}

/** value * scale + min, as tfjs computes it in decodeWeights (tfjs-core, io/io_utils). */
function dequantised(stored: Float32Array, { scale, min }: Quantization, dtype: DataType): Uint8Array {
  if (dtype === 'int32') return bytesOf(Int32Array.from(stored, (v) => Math.round(v * scale + min)));
  if (dtype === 'float32') return bytesOf(stored.map((v) => v * scale + min));
  return Uint8Array.from(stored, (v) => v * scale + min);
}

function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
