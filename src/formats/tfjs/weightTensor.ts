import { bitsPerElement } from '../../ir/dataType';
import type { Tensor } from '../../ir/tensor';
import { permuted } from './permuted';
import type { StoredWeight } from './storedWeight';

/** A weight as a tensor of the graph, its axes in another order and its dims regrouped where ONNX wants it so. */
export interface TensorForm {
  /** Order of the stored axes. */
  readonly order?: readonly number[];
  /** The first of the ordered axes is cut into as many equal blocks, which are arranged in this order. */
  readonly blocks?: readonly number[];
  /** From the ordered dims to others with as many elements. */
  readonly regroup?: (dims: readonly number[]) => readonly number[];
}

export function weightTensor(name: string, weight: StoredWeight, form: TensorForm = {}): Tensor {
  const ordered = form.order === undefined ? weight.dims : form.order.map((axis) => weight.dims[axis]);
  const isAsStored = form.order === undefined && form.blocks === undefined;
  return {
    name,
    dtype: weight.dtype,
    dims: form.regroup?.(ordered) ?? ordered,
    location: 'external',
    read: isAsStored ? () => weight.read() : () => readAs(weight, form),
  };
}

async function readAs(weight: StoredWeight, { order, blocks }: TensorForm): Promise<Uint8Array> {
  const bytes = await weight.read();
  const size = bitsPerElement(weight.dtype) / 8;
  const inOrder = order === undefined ? bytes : permuted(bytes, size, weight.dims, order);
  return blocks === undefined ? inOrder : arranged(inOrder, blocks);
}

function arranged(bytes: Uint8Array, blocks: readonly number[]): Uint8Array {
  const size = bytes.length / blocks.length;
  const result = new Uint8Array(bytes.length);
  blocks.forEach((block, i) => result.set(bytes.subarray(block * size, (block + 1) * size), i * size));
  return result;
}
