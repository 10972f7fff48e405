import type { DataType } from '../../ir/dataType';
import { isObject, member, stringMember, type JsonObject } from '../tfjs/jsonAccess';

/** TensorFlow's DataType (types.proto) by number, and by name without `DT_`; 64-bit types are what tfjs makes of them. */
const numbered: ReadonlyMap<number, DataType> = new Map([
  [1, 'float32'],
  [2, 'float32'],
  [3, 'int32'],
  [4, 'int32'],
  [7, 'string'],
  [9, 'int32'],
  [10, 'bool'],
  [19, 'float32'],
]);
const named: ReadonlyMap<string, DataType> = new Map([
  ['DT_FLOAT', 'float32'],
  ['DT_DOUBLE', 'float32'],
  ['DT_HALF', 'float32'],
  ['DT_INT32', 'int32'],
  ['DT_INT64', 'int32'],
  ['DT_UINT8', 'int32'],
  ['DT_BOOL', 'bool'],
  ['DT_STRING', 'string'],
]);

/** Lists longer than this take part in no operator that is known here. */
const LONGEST_LIST = 4096;

/** A type as the file states it, by name or number; undefined for types that tfjs does not compute with. */
export function dataTypeOf(stated: unknown): DataType | undefined {
  if (typeof stated === 'number') return numbered.get(stated);
  return typeof stated === 'string' ? (named.get(stated) ?? numbered.get(Number(stated))) : undefined;
}

/**
 * The attributes of a node as plain settings: `{strides: [1, 2, 2, 1], padding: 'SAME', epsilon: 0.001}`. An AttrValue of
 * GraphDef has one member, which names its type; strings are bytes as numbers or base64, 64-bit integers are strings, a list
 * has an array for every type. Types become their ONNX names, shapes arrays with null for open sizes (null alone: unknown rank),
 * functions their names; tensors are left out.
 */
export function settingsOf(attr: unknown): JsonObject {
  const settings = new Map<string, unknown>();
  if (!isObject(attr)) return {};
  for (const key of Object.keys(attr)) {
    const value = member(attr, key);
    const setting = isObject(value) ? settingOf(value) : undefined;
    if (setting !== undefined) settings.set(key, setting);
  }
  return Object.fromEntries(settings);
}

function settingOf(value: JsonObject): unknown {
  const list = member(value, 'list');
  if (isObject(list)) {
    for (const type of ['s', 'i', 'f', 'b', 'type', 'shape']) {
      const items = member(list, type);
      if (Array.isArray(items) && items.length > 0 && items.length <= LONGEST_LIST) {
        return items.map((item) => scalarOf(type, item));
      }
    }
    return [];
  }
  for (const type of ['s', 'i', 'f', 'b', 'type', 'shape']) {
    const item = member(value, type);
    if (item !== undefined && item !== null) return scalarOf(type, item);
  }
  const called = member(value, 'func');
  return isObject(called) ? stringMember(called, 'name') : undefined;
}

function scalarOf(type: string, item: unknown): unknown {
  switch (type) {
    case 's':
      return textOf(item);
    case 'i':
    case 'f':
      return typeof item === 'string' || typeof item === 'number' ? Number(item) : undefined;
    case 'b':
      return item === true || item === 1 || item === 'true';
    case 'type':
      return dataTypeOf(item) ?? 'unknown';
    default:
      return shapeOf(item);
  }
}

/** A string as base64 (protobuf's JSON form) or as a list of bytes (early converters). */
function textOf(item: unknown): string {
  if (Array.isArray(item)) {
    return String.fromCharCode(...item.slice(0, LONGEST_LIST).filter((b): b is number => typeof b === 'number'));
  }
  if (typeof item !== 'string') return '';
  try {
    return atob(item);
  } catch {
    // not encoded after all
    return item;
  }
}

/** Sizes of a TensorShapeProto, null for those that are left open; null when not even the rank is stated. */
export function shapeOf(stated: unknown): (number | null)[] | null {
  if (!isObject(stated)) return null;
  const unknownRank = member(stated, 'unknownRank') ?? member(stated, 'unknown_rank');
  if (unknownRank === true || unknownRank === 1) return null;
  const dims = member(stated, 'dim');
  if (!Array.isArray(dims)) return [];
  return dims.slice(0, LONGEST_LIST).map((dim: unknown) => {
    const size = Number(isObject(dim) ? member(dim, 'size') : dim);
    return Number.isSafeInteger(size) && size >= 0 ? size : null;
  });
}

/** The same of a shape that is a tensor of numbers, -1 for open sizes. */
export function shapeOfNumbers(sizes: readonly number[]): (number | null)[] {
  return sizes.slice(0, LONGEST_LIST).map((size) => (Number.isSafeInteger(size) && size >= 0 ? size : null));
}

/** A shape among the settings of a node; undefined for an unknown rank and for what is no shape. */
export function settingShape(stated: unknown): readonly (number | null)[] | undefined {
  const isSize = (size: unknown) => size === null || Number.isSafeInteger(size);
  return Array.isArray(stated) && stated.every(isSize) ? (stated as (number | null)[]) : undefined;
}

/** A type among the settings of a node. */
export function settingType(stated: unknown): DataType | undefined {
  return stated === 'float32' || stated === 'int32' || stated === 'bool' || stated === 'string' ? stated : undefined;
}
