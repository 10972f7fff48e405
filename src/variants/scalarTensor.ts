import { bitsPerElement, type DataType } from '../ir/dataType';
import { ModelError } from '../ir/errors';
import { tensorFromBytes, toInt64, type Tensor } from '../ir/tensor';
import { say } from '../texts/say';

/**
 * A constant of one element in the given type, rounded to it.
 * @param dims [] for a scalar, [1] for a vector of one
 * @throws ModelError `unsupported` for strings, complex numbers and types of less than eight bits
 */
export function scalarTensor(name: string, dtype: DataType, value: number, dims: readonly number[] = []): Tensor {
  const bytes = new Uint8Array(bitsPerElement(dtype) / 8);
  const view = new DataView(bytes.buffer);
  switch (dtype) {
    case 'float32':
      view.setFloat32(0, value, true);
      break;
    case 'float64':
      view.setFloat64(0, value, true);
      break;
    case 'float16':
      view.setUint16(0, toFloat16(value), true);
      break;
    case 'bfloat16':
      view.setUint16(0, toBfloat16(value), true);
      break;
    case 'int64':
    case 'uint64':
      view.setBigInt64(0, toInt64(value), true);
      break;
    case 'int32':
    case 'uint32':
      view.setInt32(0, value, true);
      break;
    case 'int16':
    case 'uint16':
      view.setInt16(0, value, true);
      break;
    case 'int8':
    case 'uint8':
      view.setInt8(0, value);
      break;
    case 'bool':
      view.setUint8(0, value === 0 ? 0 : 1);
      break;
    default:
      throw new ModelError('unsupported', say`a constant of type ${dtype} is needed, which is not written`);
  }
  return tensorFromBytes(name, dtype, dims, bytes);
}

/** IEEE 754 binary16 of a number, rounded to nearest even. */
export function toFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  // A fraction that rounds up to 2 carries into the exponent, as the encoding wants.
  return sign | (((exponent + 15) << 10) + roundToEven((magnitude / 2 ** exponent - 1) * 1024));
}

/** The upper half of a float32, rounded to nearest even. */
export function toBfloat16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  return fraction > 0.5 || (fraction === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
