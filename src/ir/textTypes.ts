import type { DataType } from './dataType';

/** Element types under the names of ONNX's textual syntax, where these are not the names used here. */
const textual: Readonly<Record<string, DataType>> = { float: 'float32', double: 'float64' };

const sameName: readonly DataType[] = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'float8e8m0',
  'uint4',
  'int4',
  'uint2',
  'int2',
  'float4e2m1',
  'float6e2m3',
  'float6e3m2',
];

const byText = new Map<string, DataType>([...Object.entries(textual), ...sameName.map((n) => [n, n] as const)]);
const byType = new Map<DataType, string>([...byText].map(([text, type]) => [type, text]));

/** The element type that the textual syntax calls this; undefined when the word is no element type. */
export function dataTypeOfText(word: string): DataType | undefined {
  return byText.get(word);
}

/** The word of the textual syntax for an element type. */
export function textOfDataType(type: DataType): string {
  return byType.get(type) ?? type;
}
