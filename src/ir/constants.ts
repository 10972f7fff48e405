import { say } from '../texts/say';
import type { Attribute } from './attribute';
import { bitsPerElement } from './dataType';
import { ModelError } from './errors';
import {
  elementCount,
  float32Tensor,
  int64Tensor,
  payloadBytes,
  retitled,
  SMALL_TENSOR_BYTES,
  tensorFromBytes,
  type Tensor,
} from './tensor';
import { integersAtHand } from './tensorValues';

/** A ConstantOfShape beyond this size is described but never filled. */
export const LARGEST_FILL_BYTES = 2 ** 30;

/** True for the operators whose output a file may state as a constant (default domain). */
export function makesConstants(opType: string, domain: string): boolean {
  return domain === '' && (opType === 'Constant' || opType === 'ConstantOfShape');
}

/**
 * The tensor that a Constant (opset 1-25) or ConstantOfShape (opset 9-25) node computes; undefined when the file does not
 * state it: sparse values, references to a function's attributes, shapes that are computed.
 * @param name name of the node's output, which the tensor gets
 * @param shape the constant that ConstantOfShape reads, if it reads one
 */
export function constantOf(
  opType: string,
  name: string,
  attributes: ReadonlyMap<string, Attribute>,
  shape: Tensor | undefined,
): Tensor | undefined {
  if (opType === 'ConstantOfShape') return filled(name, attributes.get('value'), shape);
  for (const [key, a] of attributes) {
    if (key === 'value' && a.type === 'tensor') return retitled(a.value, name);
    if (key === 'value_float' && a.type === 'float') return float32Tensor(name, [], [a.value]);
    if (key === 'value_int' && a.type === 'int') return int64Tensor(name, [], [a.value]);
    if (key === 'value_floats' && a.type === 'floats') return float32Tensor(name, [a.value.length], a.value);
    if (key === 'value_ints' && a.type === 'ints') return int64Tensor(name, [a.value.length], a.value);
    if (key === 'value_string' && a.type === 'string') return stringTensor(name, [], [a.value]);
    if (key === 'value_strings' && a.type === 'strings') return stringTensor(name, [a.value.length], a.value);
  }
  return undefined;
}

/** A string tensor; strings have no packed payload, so only `strings` holds the values. */
export function stringTensor(name: string, dims: readonly number[], strings: readonly string[]): Tensor {
  const read = () =>
    Promise.reject(new ModelError('unsupported', say`tensor ${name} holds strings, which have no packed payload`));
  return { name, dtype: 'string', dims, location: 'memory', strings, read };
}

/** ConstantOfShape: the one element of `value` (default a float32 zero) repeated over the shape, filled when it is read. */
function filled(name: string, value: Attribute | undefined, shape: Tensor | undefined): Tensor | undefined {
  const dims = integersAtHand(shape);
  if (dims === undefined || dims.some((d) => d < 0)) return undefined;
  const one = value === undefined ? float32Tensor('', [1], [0]) : value.type === 'tensor' ? value.value : undefined;
  const element = one?.bytes;
  if (one === undefined || element === undefined || elementCount(one.dims) !== 1) return undefined;
  const { dtype } = one;
  // two sub-byte elements share a byte, and a fill of zeros is all that exporters write for them
  if (bitsPerElement(dtype) < 8) return undefined;
  const size = payloadBytes(dtype, dims);
  const fill = () => {
    const bytes = new Uint8Array(size);
    if (size === 0 || element.every((b) => b === 0)) return bytes;
    bytes.set(element);
    // what is filled is copied behind itself, which takes a memory's time and not an element's
    for (let done = element.length; done < size; done *= 2) bytes.copyWithin(done, 0, done);
    return bytes;
  };
  if (size <= SMALL_TENSOR_BYTES) return tensorFromBytes(name, dtype, dims, fill());
  const read = () =>
    size <= LARGEST_FILL_BYTES
      ? Promise.resolve(fill())
      : Promise.reject(
          new ModelError('too-large', say`tensor ${name}: filling ${dtype}[${dims.join(',')}] needs ${size} bytes`),
        );
  return { name, dtype, dims, location: 'memory', read };
}
