import type { DataType } from '../ir/dataType';

/** Element types that a training step is fed with or returns. */
export type HostDataType = Extract<
  DataType,
  'float32' | 'float64' | 'int64' | 'int32' | 'uint32' | 'uint64' | 'int16' | 'uint16' | 'int8' | 'uint8' | 'bool'
>;

export type HostData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** Numbers with a shape in the host's memory, in row-major order: what goes into and comes out of a session. */
export interface HostTensor {
  readonly dtype: HostDataType;
  readonly dims: readonly number[];
  /** Bools are bytes of 0 and 1. */
  readonly data: HostData;
}

/** A float32 tensor; `data` is used as it is. */
export function floats(dims: readonly number[], data: Float32Array): HostTensor {
  return { dtype: 'float32', dims, data };
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

export function isHostDataType(dtype: DataType): dtype is HostDataType {
  return dtype in arrays;
}

/** A tensor of the given element type from plain numbers; integers are truncated. */
export function hostTensor(dtype: HostDataType, dims: readonly number[], values: ArrayLike<number>): HostTensor {
  if (dtype === 'int64' || dtype === 'uint64') {
    const data = new arrays[dtype](values.length);
    for (let i = 0; i < values.length; i++) data[i] = BigInt(Math.trunc(values[i]));
    return { dtype, dims, data };
  }
  if (dtype === 'float32' && values instanceof Float32Array) return { dtype, dims, data: values };
  return { dtype, dims, data: arrays[dtype].from(values) };
}
