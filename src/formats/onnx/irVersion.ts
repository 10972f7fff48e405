import type { DataType } from '../../ir/dataType';
import type { ModelFunction } from '../../ir/model';

/** IR version that came with each opset of the default domain (ONNX, docs/Versioning.md); initializers need not be inputs from 4 on. */
const irVersionOfOpset: readonly (readonly [opset: number, irVersion: number])[] = [
  [9, 4],
  [10, 5],
  [11, 6],
  [14, 7],
  [18, 8],
  [20, 9],
  [22, 10],
  [23, 11],
  [24, 12],
  [27, 13],
];
const NEWEST_IR_VERSION = 14;

/** IR version that brought an element type, where it is later than 4. */
const irVersionOfType: Partial<Record<DataType, number>> = {
  float8e4m3fn: 9,
  float8e4m3fnuz: 9,
  float8e5m2: 9,
  float8e5m2fnuz: 9,
  uint4: 10,
  int4: 10,
  float4e2m1: 11,
  float8e8m0: 12,
  uint2: 13,
  int2: 13,
  float6e2m3: 14,
  float6e3m2: 14,
};

/** The IR version that came with an opset of the default domain, 4 at least. */
export function versionOfOpset(opset: number): number {
  return irVersionOfOpset.find(([last]) => opset <= last)?.[1] ?? NEWEST_IR_VERSION;
}

/** The IR version that element types and functions need, 0 where any will do. */
export function versionOfParts(types: Iterable<DataType>, functions: readonly ModelFunction[]): number {
  let version = functions.length === 0 ? 0 : functions.some((f) => f.overload) ? 10 : 8;
  for (const type of types) version = Math.max(version, irVersionOfType[type] ?? 0);
  return version;
}
