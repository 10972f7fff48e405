import type { ByteSource } from '../../../ir/byteSource';
import { ModelError } from '../../../ir/errors';
import { elementCount } from '../../../ir/tensor';
import { say } from '../../../texts/say';
import type { SampleTable } from './sampleTable';

const TYPES: Readonly<
  Record<number, { readonly dtype: string; readonly width: number; get(v: DataView, at: number): number }>
> = {
  0x08: { dtype: 'uint8', width: 1, get: (v, at) => v.getUint8(at) },
  0x09: { dtype: 'int8', width: 1, get: (v, at) => v.getInt8(at) },
  0x0b: { dtype: 'int16', width: 2, get: (v, at) => v.getInt16(at) },
  0x0c: { dtype: 'int32', width: 4, get: (v, at) => v.getInt32(at) },
  0x0d: { dtype: 'float32', width: 4, get: (v, at) => v.getFloat32(at) },
  0x0e: { dtype: 'float64', width: 8, get: (v, at) => v.getFloat64(at) },
};

/** Two zero bytes, a known type, one axis or more. */
export function isIdx(start: Uint8Array): boolean {
  return start[0] === 0 && start[1] === 0 && start[2] in TYPES && start[3] >= 1 && start[3] <= 8;
}

/**
 * A file in the format of MNIST (yann.lecun.com/exdb/mnist, "the IDX file format"): big-endian, the first axis counts samples.
 * @throws ModelError `truncated` when it is shorter than its header says
 */
export async function openIdx(source: ByteSource, name: string): Promise<SampleTable> {
  const start = await source.read(0, 4);
  const type = TYPES[start[2]];
  const { dtype, width } = type;
  const axes = start[3];
  const header = viewOf(await source.read(4, 4 * axes));
  const [count, ...shape] = Array.from({ length: axes }, (_, i) => header.getUint32(4 * i));
  const elements = elementCount(shape);
  const data = 4 + 4 * axes;
  const end = data + count * elements * width;
  if (!Number.isSafeInteger(end) || end > source.size) {
    throw new ModelError(
      'truncated',
      say`${name} should hold [${[count, ...shape].join(',')}] numbers of type ${dtype}, but ends at byte ${source.size}`,
      { offset: source.size },
    );
  }
  return {
    name,
    count,
    shape,
    dtype,
    async read(from, number) {
      const view = viewOf(await source.read(data + from * elements * width, number * elements * width));
      const values = new Float32Array(number * elements);
      for (let i = 0; i < values.length; i++) values[i] = type.get(view, i * width);
      return values;
    },
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
