import { say } from '../texts/say';
import type { DataType } from './dataType';
import { ModelError } from './errors';
import type { Tensor } from './tensor';

/**
 * The values of a numeric tensor as float32 (float64 and integers are rounded), in row-major order.
 * @throws ModelError `missing-weights` without data, `unsupported` for strings, complex numbers and sub-byte types.
 */
export async function readFloats(tensor: Tensor): Promise<Float32Array> {
  return decodeFloats(tensor.dtype, await tensor.read(), tensor.name);
}

/** The values of an integer or bool tensor as numbers; beyond 2^53 the nearest number. */
export async function readIntegers(tensor: Tensor): Promise<number[]> {
  return decodeIntegers(tensor.dtype, await tensor.read(), tensor.name);
}

/** The integers of a tensor that is at hand (axes, shapes, pads): undefined when its payload would have to be read first. */
export function integersAtHand(tensor: Tensor | undefined): number[] | undefined {
  if (tensor?.bytes === undefined || !isInteger(tensor.dtype)) return undefined;
  return decodeIntegers(tensor.dtype, tensor.bytes, tensor.name);
}

/** The numbers of a tensor that is at hand, as float32: undefined when its payload would have to be read first. */
export function floatsAtHand(tensor: Tensor | undefined): Float32Array | undefined {
  if (tensor?.bytes === undefined || !decodable(tensor.dtype)) return undefined;
  return decodeFloats(tensor.dtype, tensor.bytes, tensor.name);
}

function isInteger(dtype: DataType): boolean {
  return dtype === 'bool' || /^u?int(8|16|32|64)$/.test(dtype);
}

function decodable(dtype: DataType): boolean {
  return isInteger(dtype) || ['float16', 'bfloat16', 'float32', 'float64'].includes(dtype);
}

/** Decodes a packed little-endian payload to float32. */
export function decodeFloats(dtype: DataType, bytes: Uint8Array, name = 'tensor'): Float32Array {
  if (dtype === 'float32') {
    if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    return new Float32Array(new Uint8Array(bytes).buffer);
  }
  const view = viewOf(bytes);
  switch (dtype) {
    case 'float64':
      return map(bytes.length >> 3, (i) => view.getFloat64(8 * i, true));
    case 'float16':
      return map(bytes.length >> 1, (i) => float16ToNumber(view.getUint16(2 * i, true)));
    case 'bfloat16': {
      const bits = new Uint32Array(bytes.length >> 1);
      for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
      return new Float32Array(bits.buffer);
    }
    default:
      return Float32Array.from(decodeIntegers(dtype, bytes, name));
  }
}

function decodeIntegers(dtype: DataType, bytes: Uint8Array, name: string): number[] {
  const view = viewOf(bytes);
  const list = (size: number, get: (offset: number) => number) =>
    Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => get(size * i));
  switch (dtype) {
    case 'int64':
      return list(8, (o) => Number(view.getBigInt64(o, true)));
    case 'uint64':
      return list(8, (o) => Number(view.getBigUint64(o, true)));
    case 'int32':
      return list(4, (o) => view.getInt32(o, true));
    case 'uint32':
      return list(4, (o) => view.getUint32(o, true));
    case 'int16':
      return list(2, (o) => view.getInt16(o, true));
    case 'uint16':
      return list(2, (o) => view.getUint16(o, true));
    case 'int8':
      return list(1, (o) => view.getInt8(o));
    case 'uint8':
    case 'bool':
      return Array.from(bytes);
    default:
      throw new ModelError(
        'unsupported',
        say`the values of ${name} are of type ${dtype}, which is not decoded to numbers`,
      );
  }
}

/** IEEE 754 binary16 to number. */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function map(length: number, value: (i: number) => number): Float32Array {
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) out[i] = value(i);
  return out;
}
