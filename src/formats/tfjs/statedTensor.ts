import type { DataType } from '../../ir/dataType';
import type { Shape } from './layerScope';

/** Ranks beyond this are left unknown: shapes are copied often, and a hostile file may state one of a million sizes. */
export const HIGHEST_RANK = 16;

/** The names that files give to types. */
export const dataTypes: ReadonlyMap<string, DataType> = new Map([
  ['float16', 'float16'],
  ['float32', 'float32'],
  ['float64', 'float64'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['uint8', 'uint8'],
  ['bool', 'bool'],
  ['string', 'string'],
]);

/** What a file states of a value that no operator computes. */
export interface StatedTensor {
  /** Batch axis included. */
  readonly shape: Shape;
  /** Undefined where the file does not name one that is known. */
  readonly dtype?: DataType;
}

/**
 * @param shape a list of sizes
 * @param dtype name of a type
 * @returns undefined when that is no shape that a value has
 */
export function statedTensor(shape: unknown, dtype: unknown): StatedTensor | undefined {
  if (!Array.isArray(shape) || shape.length > HIGHEST_RANK) return undefined;
  return { shape: shape.map(size), dtype: typeof dtype === 'string' ? dataTypes.get(dtype) : undefined };
}

/** A size that a file states; null for what is none. */
export function size(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}
