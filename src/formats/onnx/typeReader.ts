import { dataTypeOfCode, type DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import type { LazyType } from '../../ir/columns';
import type { Dim, ValueType } from '../../ir/graph';
import { DimField, SHAPE_DIM, TensorTypeField, TypeField } from './schema';
import { Wire } from './wire';

/** A type that is read when somebody asks for it; one that is damaged or unknown is as good as none. */
export function lazyType(stated: Uint8Array, offset: number): LazyType {
  let type: ValueType | undefined;
  let isRead = false;
  return () => {
    if (isRead) return type;
    isRead = true;
    try {
      const found = readType(stated, offset);
      if (found.kind !== 'unknown') type = found;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
    }
    return type;
  };
}

/** @param stated a TypeProto, kept with the kinds of values that the graph does not describe in full */
function readType(stated: Uint8Array, offset: number): ValueType {
  const wire = new Wire([{ start: offset, bytes: stated }]);
  const end = offset + stated.length;
  let type: ValueType = { kind: 'unknown' };
  while (wire.next(end)) {
    switch (wire.field) {
      case TypeField.tensor:
        type = { kind: 'tensor', ...readTensorType(wire) };
        break;
      case TypeField.sparseTensor:
        type = { kind: 'sparse-tensor', ...readTensorType(wire), stated };
        break;
      case TypeField.sequence:
        type = { kind: 'sequence', stated };
        break;
      case TypeField.map:
        type = { kind: 'map', stated };
        break;
      case TypeField.optional:
        type = { kind: 'optional', stated };
        break;
    }
  }
  return type;
}

function readTensorType(wire: Wire): { dtype: DataType; shape?: Dim[] } {
  const end = wire.enterMessage();
  let dtype: DataType = 'undefined';
  let shape: Dim[] | undefined;
  while (wire.next(end)) {
    if (wire.field === TensorTypeField.elemType) dtype = dataTypeOfCode(wire.int());
    else if (wire.field === TensorTypeField.shape) shape = readShape(wire);
  }
  return shape === undefined ? { dtype } : { dtype, shape };
}

function readShape(wire: Wire): Dim[] {
  const end = wire.enterMessage();
  const shape: Dim[] = [];
  while (wire.next(end)) if (wire.field === SHAPE_DIM) shape.push(readDim(wire));
  return shape;
}

/** Negative sizes and empty names are how some exporters say "unknown". */
function readDim(wire: Wire): Dim {
  const end = wire.enterMessage();
  let dim: Dim = null;
  while (wire.next(end)) {
    if (wire.field === DimField.value) {
      const size = wire.int();
      dim = size >= 0 ? size : null;
    } else if (wire.field === DimField.param) dim = wire.text() || null;
  }
  return dim;
}
