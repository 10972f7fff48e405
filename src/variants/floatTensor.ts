import type { DataType } from '../ir/dataType';
import { ModelError } from '../ir/errors';
import { tensorFromBytes, type Tensor } from '../ir/tensor';
import { readFloats } from '../ir/tensorValues';
import { say } from '../texts/say';
import { toBfloat16, toFloat16 } from './scalarTensor';

/** The numbers of a tensor without loss: float64 for float64, float32 for all shorter types. */
export type Floats = Float32Array | Float64Array;

const FLOATS: ReadonlySet<DataType> = new Set<DataType>(['float32', 'float64', 'float16', 'bfloat16']);

export function isFloat(dtype: DataType): boolean {
  return FLOATS.has(dtype);
}

/**
 * The numbers of a tensor in row-major order; not to be written to.
 * @throws ModelError as `readFloats`
 */
export async function readNumbers(tensor: Tensor): Promise<Floats> {
  if (tensor.dtype !== 'float64') return readFloats(tensor);
  const bytes = await tensor.read();
  // the payload may lie at any offset
  return new Float64Array(bytes.slice().buffer);
}

/** Zeros of the same precision. */
export function emptyLike(values: Floats, length = values.length): Floats {
  return values instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}

/**
 * A tensor in memory, each number rounded to nearest even.
 * @throws ModelError `unsupported` for other element types than those of floating-point numbers
 */
export function floatTensor(name: string, dtype: DataType, dims: readonly number[], values: Floats): Tensor {
  const { buffer, byteOffset, byteLength } = encoded(dtype, values);
  return tensorFromBytes(name, dtype, dims, new Uint8Array(buffer, byteOffset, byteLength));
}

function encoded(dtype: DataType, values: Floats): Floats | Uint16Array {
  switch (dtype) {
    case 'float32':
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case 'float64':
      return values instanceof Float64Array ? values : Float64Array.from(values);
    case 'float16':
      return Uint16Array.from(values, toFloat16);
    case 'bfloat16':
      return Uint16Array.from(values, toBfloat16);
    default:
      throw new ModelError('unsupported', say`weights of type ${dtype} are not computed with`);
  }
}
