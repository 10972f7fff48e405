import { bitsPerElement, type DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import { say } from '../../texts/say';
import { TensorField } from './schema';
import { BYTES, FIXED32, FIXED64, type Wire } from './wire';

/** The field of TensorProto that holds elements of this type when they are not in raw_data (onnx.proto, TensorProto). */
export function typedField(dtype: DataType): number {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return TensorField.floatData;
    case 'float64':
    case 'complex128':
      return TensorField.doubleData;
    case 'int64':
      return TensorField.int64Data;
    case 'uint32':
    case 'uint64':
      return TensorField.uint64Data;
    case 'string':
      return TensorField.stringData;
    default:
      return TensorField.int32Data;
  }
}

/**
 * Packs the elements of a TensorProto's typed data field to the little-endian payload that raw_data would hold. Narrow types
 * (float16 bits, int8, bool, two 4-bit numbers) take one entry of int32_data each; a 6-bit number has one of its own, and four of them
 * three bytes of the payload.
 * @param wire stands before the fields, which end at file offset `end`; other fields between them are skipped
 * @param size length of the payload in bytes, as type and shape demand
 * @throws ModelError `corrupt` when there are more or fewer elements
 */
export function packTypedData(wire: Wire, end: number, dtype: DataType, size: number, name: string): Uint8Array {
  const field = typedField(dtype);
  // an element takes a byte of the file at least, and eight of the payload at most
  if (size > 8 * (end - wire.offset)) throw wrongLength(name, size);
  const payload = new Uint8Array(size);
  const view = new DataView(payload.buffer);
  const unit = unitBytes(dtype);
  let at = 0;
  const isSixBit = bitsPerElement(dtype) === 6;
  let bit = 0;
  const put = (low: number, high: number) => {
    if (isSixBit) {
      at = (bit + 6 + 7) >> 3;
      if (at > size) throw wrongLength(name, size);
      payload[bit >> 3] |= (low & 0x3f) << (bit & 7);
      if ((bit & 7) > 2) payload[(bit >> 3) + 1] |= (low & 0x3f) >> (8 - (bit & 7));
      bit += 6;
      return;
    }
    if (at + unit > size) throw wrongLength(name, size);
    if (unit === 8) {
      view.setUint32(at, low, true);
      view.setUint32(at + 4, high, true);
    } else if (unit === 4) view.setUint32(at, low, true);
    else if (unit === 2) view.setUint16(at, low & 0xffff, true);
    else payload[at] = low & 0xff;
    at += unit;
  };
  const isFixed = field === TensorField.floatData || field === TensorField.doubleData;
  while (wire.next(end)) {
    if (wire.field !== field) continue;
    if (!isFixed) wire.eachVarint(put);
    else {
      if (wire.type !== (unit === 4 ? FIXED32 : FIXED64)) wire.expect(BYTES);
      if (at + wire.length > size) throw wrongLength(name, size);
      payload.set(wire.bytes.subarray(wire.from, wire.from + wire.length), at);
      at += wire.length;
    }
  }
  if (at !== size) throw wrongLength(name, size);
  return payload;
}

/** Bytes of payload that one entry of the typed data field becomes. */
function unitBytes(dtype: DataType): number {
  if (dtype === 'complex64') return 4;
  if (dtype === 'complex128') return 8;
  return Math.max(1, bitsPerElement(dtype) / 8);
}

function wrongLength(name: string, size: number): ModelError {
  return new ModelError(
    'corrupt',
    say`tensor ${name} does not hold the ${size} bytes of data that its type and shape need`,
  );
}
