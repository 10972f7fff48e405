/**
 * Element types of ONNX tensors (TensorProto.DataType, onnx.proto IR 14), named as numpy names them.
 * `code` is the number in the file, `bits` the size of one packed element (0 for strings, which have none).
 */
const table = {
  undefined: { code: 0, bits: 0 },
  float32: { code: 1, bits: 32 },
  uint8: { code: 2, bits: 8 },
  int8: { code: 3, bits: 8 },
  uint16: { code: 4, bits: 16 },
  int16: { code: 5, bits: 16 },
  int32: { code: 6, bits: 32 },
  int64: { code: 7, bits: 64 },
  string: { code: 8, bits: 0 },
  bool: { code: 9, bits: 8 },
  float16: { code: 10, bits: 16 },
  float64: { code: 11, bits: 64 },
  uint32: { code: 12, bits: 32 },
  uint64: { code: 13, bits: 64 },
  complex64: { code: 14, bits: 64 },
  complex128: { code: 15, bits: 128 },
  bfloat16: { code: 16, bits: 16 },
  float8e4m3fn: { code: 17, bits: 8 },
  float8e4m3fnuz: { code: 18, bits: 8 },
  float8e5m2: { code: 19, bits: 8 },
  float8e5m2fnuz: { code: 20, bits: 8 },
  uint4: { code: 21, bits: 4 },
  int4: { code: 22, bits: 4 },
  float4e2m1: { code: 23, bits: 4 },
  float8e8m0: { code: 24, bits: 8 },
  uint2: { code: 25, bits: 2 },
  int2: { code: 26, bits: 2 },
  float6e2m3: { code: 27, bits: 6 },
  float6e3m2: { code: 28, bits: 6 },
} as const;

export type DataType = keyof typeof table;

const byCode = new Map<number, DataType>(Object.entries(table).map(([name, { code }]) => [code, name as DataType]));

/** The type with this TensorProto.DataType number; 'undefined' for numbers that no known IR version uses. */
export function dataTypeOfCode(code: number): DataType {
  return byCode.get(code) ?? 'undefined';
}

export function dataTypeCode(type: DataType): number {
  return table[type].code;
}

/** Bits of one packed element; 0 for strings and unknown types. */
export function bitsPerElement(type: DataType): number {
  return table[type].bits;
}

/** Types whose values are real numbers with a fraction: what can be trained. */
export function isFloat(type: DataType): boolean {
  return type.startsWith('float') || type === 'bfloat16';
}
