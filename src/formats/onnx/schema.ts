/**
 * Field numbers of onnx.proto (IR version 14), as far as the reader knows them by name. Fields that are not listed are
 * skipped: later IR versions add fields, they never change the meaning of a number.
 */
export enum ModelField {
  irVersion = 1,
  producerName = 2,
  producerVersion = 3,
  graph = 7,
  opsetImport = 8,
  metadata = 14,
  trainingInfo = 20,
  functions = 25,
}

export enum GraphField {
  node = 1,
  name = 2,
  initializer = 5,
  input = 11,
  output = 12,
  valueInfo = 13,
  sparseInitializer = 15,
}

export enum NodeField {
  input = 1,
  output = 2,
  name = 3,
  opType = 4,
  attribute = 5,
  domain = 7,
  overload = 8,
}

export enum FunctionField {
  name = 1,
  input = 4,
  output = 5,
  attribute = 6,
  node = 7,
  opsetImport = 9,
  domain = 10,
  attributeProto = 11,
  valueInfo = 12,
  overload = 13,
}

export enum AttributeField {
  name = 1,
  f = 2,
  i = 3,
  s = 4,
  t = 5,
  g = 6,
  floats = 7,
  ints = 8,
  strings = 9,
  tensors = 10,
  graphs = 11,
  type = 20,
  reference = 21,
  sparseTensor = 22,
  sparseTensors = 23,
}

/** AttributeProto.AttributeType by number. */
export const attributeTypes = [
  'undefined',
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
  'sparse_tensor',
  'sparse_tensors',
  'type_proto',
  'type_protos',
] as const;

export enum TensorField {
  dims = 1,
  dataType = 2,
  floatData = 4,
  int32Data = 5,
  stringData = 6,
  int64Data = 7,
  name = 8,
  rawData = 9,
  doubleData = 10,
  uint64Data = 11,
  externalData = 13,
  dataLocation = 14,
}

/** TensorProto.DataLocation of a payload in a file beside the model. */
export const EXTERNAL = 1;

export enum SparseTensorField {
  values = 1,
  indices = 2,
  dims = 3,
}

export enum EntryField {
  key = 1,
  value = 2,
}

export enum OpsetField {
  domain = 1,
  version = 2,
}

export enum ValueInfoField {
  name = 1,
  type = 2,
}

/** TypeProto: one of the kinds. */
export enum TypeField {
  tensor = 1,
  sequence = 4,
  map = 5,
  opaque = 7,
  sparseTensor = 8,
  optional = 9,
}

export enum TensorTypeField {
  elemType = 1,
  shape = 2,
}

/** The one field of TensorShapeProto. */
export const SHAPE_DIM = 1;

export enum DimField {
  value = 1,
  param = 2,
}
