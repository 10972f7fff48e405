import { say } from '../texts/say';
import { bitsPerElement, type DataType } from './dataType';
import { ModelError } from './errors';

/** Where the payload of a tensor lies. 'missing': declared, but the file holds no data (values are unknown, never zeros). */
export type TensorLocation = 'memory' | 'file' | 'external' | 'missing';

/** Payloads up to this size are kept while reading, so that shapes, axes and scalars can be looked at without waiting. */
export const SMALL_TENSOR_BYTES = 256;

/** A constant of a model. Opening a model costs its description; the payload is read when somebody needs numbers. */
export interface Tensor {
  readonly name: string;
  readonly dtype: DataType;
  /** Sizes as the file states them; a hostile file may state any, so allocate only after `payloadBytes` has been checked. */
  readonly dims: readonly number[];
  readonly location: TensorLocation;
  /** The packed little-endian payload where it is at hand: tensors in memory, and small ones inside the model file. */
  readonly bytes?: Uint8Array;
  /** Elements of a string tensor that is at hand. */
  readonly strings?: readonly string[];
  /**
   * The packed little-endian payload, exactly `payloadBytes(dtype, dims)` long.
   * @throws ModelError `missing-weights` when there is none, `corrupt` when its length does not fit the shape.
   */
  read(): Promise<Uint8Array>;
}

/** Number of elements; Infinity where the product leaves the exact integers. A scalar (no dims) has one. */
export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const d of dims) count *= d;
  return Number.isSafeInteger(count) ? count : Infinity;
}

/** Bytes of the packed payload of a tensor of this type and shape. */
export function payloadBytes(dtype: DataType, dims: readonly number[]): number {
  return Math.ceil((elementCount(dims) * bitsPerElement(dtype)) / 8);
}

/** A tensor whose payload is in memory. `bytes` is used as it is, not copied. */
export function tensorFromBytes(name: string, dtype: DataType, dims: readonly number[], bytes: Uint8Array): Tensor {
  if (bytes.length !== payloadBytes(dtype, dims)) {
    throw new ModelError(
      'corrupt',
      say`tensor ${name}: ${dtype}[${dims.join(',')}] needs ${payloadBytes(dtype, dims)} bytes, got ${bytes.length}`,
    );
  }
  return { name, dtype, dims, location: 'memory', bytes, read: () => Promise.resolve(bytes) };
}

/** A float32 tensor in memory; a plain list of numbers is rounded to float32. */
export function float32Tensor(name: string, dims: readonly number[], values: ArrayLike<number>): Tensor {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  return tensorFromBytes(name, 'float32', dims, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** An int64 tensor in memory. Values beyond the exact integers are clamped to the ends of int64 (ONNX uses them for "to the end"). */
export function int64Tensor(name: string, dims: readonly number[], values: readonly number[]): Tensor {
  const data = BigInt64Array.from(values, toInt64);
  return tensorFromBytes(name, 'int64', dims, new Uint8Array(data.buffer));
}

const INT64_MAX = 2n ** 63n - 1n;

/** A number as int64: exact inside the safe integers, clamped to the ends of the type beyond them. */
export function toInt64(value: number): bigint {
  if (Number.isSafeInteger(value)) return BigInt(value);
  if (Number.isNaN(value)) return 0n;
  const big = Number.isFinite(value) ? BigInt(Math.trunc(value)) : value > 0 ? INT64_MAX : -INT64_MAX - 1n;
  return big > INT64_MAX ? INT64_MAX : big < -INT64_MAX - 1n ? -INT64_MAX - 1n : big;
}

/** A declared constant without data: reading it fails and says so. */
export function missingTensor(name: string, dtype: DataType, dims: readonly number[]): Tensor {
  return {
    name,
    dtype,
    dims,
    location: 'missing',
    read: () => Promise.reject(new ModelError('missing-weights', say`the model holds no data for ${name}`)),
  };
}

/** The same payload under another name or with another shape of as many elements. */
export function retitled(tensor: Tensor, name: string, dims: readonly number[] = tensor.dims): Tensor {
  const { dtype, bytes, strings } = tensor;
  return {
    name,
    dtype,
    dims,
    // asked for anew, since a reader finds out late that a file of weights is not there
    get location() {
      return tensor.location;
    },
    bytes,
    strings,
    read: () => tensor.read(),
  };
}
