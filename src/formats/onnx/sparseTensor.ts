import { LARGEST_FILL_BYTES } from '../../ir/constants';
import { bitsPerElement } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import { elementCount, missingTensor, payloadBytes, type Tensor } from '../../ir/tensor';
import { readIntegers } from '../../ir/tensorValues';
import { say } from '../../texts/say';
import { SparseTensorField } from './schema';
import type { TensorReader } from './tensorReader';
import type { Wire } from './wire';

/**
 * The current field as a SparseTensorProto (IR version 6): a dense tensor that is filled when it is read. It has the name of its
 * `values` [NNZ]; `indices` are positions in the flattened tensor [NNZ] or coordinates [NNZ, rank].
 */
export function readSparseTensor(wire: Wire, tensors: TensorReader): Tensor {
  const end = wire.enterMessage();
  const dims: number[] = [];
  let values: Tensor | undefined;
  let indices: Tensor | undefined;
  while (wire.next(end)) {
    if (wire.field === SparseTensorField.values) values = tensors.read(wire, wire.enterMessage());
    else if (wire.field === SparseTensorField.indices) indices = tensors.read(wire, wire.enterMessage());
    else if (wire.field === SparseTensorField.dims) wire.pushInts(dims);
  }
  if (!values) return missingTensor('', 'undefined', dims);
  const { name, dtype } = values;
  if (!indices || dims.some((d) => d < 0)) return missingTensor(name, dtype, dims);
  const [positions, elements] = [indices, values];
  return { name, dtype, dims, location: 'file', read: () => densify(name, dims, elements, positions) };
}

async function densify(name: string, dims: readonly number[], values: Tensor, indices: Tensor): Promise<Uint8Array> {
  const { dtype } = values;
  const size = payloadBytes(dtype, dims);
  if (size > LARGEST_FILL_BYTES)
    throw new ModelError('too-large', say`sparse tensor ${name}: ${dtype}[${dims.join(',')}] needs ${size} bytes`);
  const unit = bitsPerElement(dtype) / 8;
  if (!(unit >= 1))
    throw new ModelError('unsupported', say`sparse tensor ${name} is of type ${dtype}, which is not read`);
  const count = elementCount(values.dims);
  const isFlat = indices.dims.length === 1;
  const corrupt = new ModelError(
    'corrupt',
    say`sparse tensor ${name} has indices that do not fit its shape [${dims.join(', ')}]`,
  );
  if (elementCount(indices.dims) !== count * (isFlat ? 1 : dims.length)) throw corrupt;
  const [elements, positions] = await Promise.all([values.read(), readIntegers(indices)]);
  const dense = new Uint8Array(size);
  for (let i = 0; i < count; i++) {
    let position = isFlat ? positions[i] : 0;
    if (!isFlat)
      for (let axis = 0; axis < dims.length; axis++) {
        const coordinate = positions[i * dims.length + axis];
        if (!(coordinate >= 0 && coordinate < dims[axis])) throw corrupt;
        position = position * dims[axis] + coordinate;
      }
    if (!(position >= 0 && (position + 1) * unit <= size)) throw corrupt;
    dense.set(elements.subarray(i * unit, (i + 1) * unit), position * unit);
  }
  return dense;
}
