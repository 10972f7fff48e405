import type { Attribute } from '../attribute';
import { dataTypeOfCode, isFloat, type DataType } from '../dataType';
import type { Dim } from '../graph';
import type { Tensor } from '../tensor';
import { floatsAtHand, integersAtHand } from '../tensorValues';
import { addDims, productOf, saneDim, unknownDims, type Dims } from './dims';
import { rounded } from './elementwise';
import {
  tensorFact,
  trackedCount,
  TRACKED_ELEMENTS,
  type Fact,
  type InferenceNode,
  type InferenceRules,
} from './inferenceNode';

/** Operators that make values out of constants, shapes and types. */
export const constantRules: InferenceRules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  ConstantFill: constantOfShape,
  Shape: shapeOf,
  Size: (n) => [tensorFact('int64', [], n.shape(0) && [productOf(n.shape(0)!)])],
  Cast: cast,
  CastLike: (n) => [converted(n.fact(0), n.dtype(1))],
  BitCast: (n) => [tensorFact(typeAttribute(n.attr('to')), n.shape(0))],
  Range: range,
  EyeLike: (n) => [tensorFact(typeAttribute(n.attr('dtype')) ?? n.dtype(0), n.shape(0))],
  HannWindow: (n) => [tensorFact('float32', [n.data(0)?.[0] ?? null])],
  HammingWindow: (n) => [tensorFact('float32', [n.data(0)?.[0] ?? null])],
  BlackmanWindow: (n) => [tensorFact('float32', [n.data(0)?.[0] ?? null])],
  RandomNormal: random,
  RandomUniform: random,
  RandomNormalLike: (n) => [tensorFact(typeAttribute(n.attr('dtype')) ?? n.dtype(0), n.shape(0))],
  RandomUniformLike: (n) => [tensorFact(typeAttribute(n.attr('dtype')) ?? n.dtype(0), n.shape(0))],
  Bernoulli: (n) => [tensorFact(typeAttribute(n.attr('dtype')) ?? n.dtype(0), n.shape(0))],
  Multinomial: (n) => [
    tensorFact(typeAttribute(n.attr('dtype')) ?? 'int32', [n.shape(0)?.[0] ?? null, n.int('sample_size', 1)]),
  ],
};

/** The fact of a tensor that the model holds; its elements where they are few and at hand. */
export function factOfTensor(tensor: Tensor): Fact {
  return new TensorFact(tensor);
}

/** Most tensors are weights, whose elements nobody asks for. */
class TensorFact implements Fact {
  readonly kind = 'tensor';
  readonly dtype: DataType | undefined;
  readonly shape: Dims;
  private elements: Dims | undefined | null = null;

  constructor(private readonly tensor: Tensor) {
    this.dtype = tensor.dtype === 'undefined' ? undefined : tensor.dtype;
    this.shape = tensor.dims.every((d) => saneDim(d) === d) ? tensor.dims : tensor.dims.map(saneDim);
  }

  get data(): Dims | undefined {
    if (this.elements === null) this.elements = tensorFact(this.dtype, this.shape, elementsAtHand(this.tensor)).data;
    return this.elements;
  }
}

function elementsAtHand(tensor: Tensor): Dims | undefined {
  if (trackedCount(tensor.dims) === undefined) return undefined;
  if (!isFloat(tensor.dtype)) return integersAtHand(tensor);
  const floats = floatsAtHand(tensor);
  return floats && Array.from(floats);
}

/** The names of TensorProto.DataType that opset 1 knew, in the order of their numbers. */
const TYPE_NAMES = [
  ...['UNDEFINED', 'FLOAT', 'UINT8', 'INT8', 'UINT16', 'INT16', 'INT32', 'INT64', 'STRING', 'BOOL', 'FLOAT16'],
  ...['DOUBLE', 'UINT32', 'UINT64', 'COMPLEX64', 'COMPLEX128'],
];

/** An element type stated by number (TensorProto.DataType) or, up to opset 5, by name; undefined for unknown ones. */
export function typeAttribute(a: Attribute | undefined): DataType | undefined {
  const code = a?.type === 'int' ? a.value : a?.type === 'string' ? TYPE_NAMES.indexOf(a.value.toUpperCase()) : 0;
  const dtype = dataTypeOfCode(code);
  return dtype === 'undefined' ? undefined : dtype;
}

/** Constant (opset 1 to 24): a tensor, or from opset 12 on a number or list. */
function constant(n: InferenceNode): (Fact | undefined)[] {
  const number = (name: string, dtype: DataType): Fact | undefined => {
    const a = n.attr(name);
    return a?.type === 'int' || a?.type === 'float' ? tensorFact(dtype, [], [rounded(a.value, dtype)]) : undefined;
  };
  const list = (values: readonly unknown[] | undefined, dtype: DataType, data?: Dims): Fact | undefined =>
    values && tensorFact(dtype, [values.length], values.length <= TRACKED_ELEMENTS ? data : undefined);
  const value = n.attr('value');
  if (value?.type === 'tensor') return [factOfTensor(value.value)];
  if (n.attr('value_string')) return [tensorFact('string', [])];
  const strings = n.attr('value_strings');
  return [
    number('value_int', 'int64') ??
      number('value_float', 'float32') ??
      list(n.ints('value_ints'), 'int64', n.ints('value_ints')) ??
      list(n.floats('value_floats'), 'float32', n.floats('value_floats')) ??
      (strings?.type === 'strings' ? list(strings.value, 'string') : undefined),
  ];
}

/** ConstantOfShape (opset 9); ConstantFill (experimental, opset 1) states the shape as an attribute or, with input_as_shape, as an input. */
function constantOfShape(n: InferenceNode) {
  const value = n.attr('value');
  const tensor = value?.type === 'tensor' ? value.value : undefined;
  const dtype = tensor?.dtype ?? typeAttribute(n.attr('dtype')) ?? 'float32';
  const stated: Dims | undefined =
    n.opType === 'ConstantFill' && n.int('input_as_shape', 0) === 0
      ? (n.shape(0) ?? n.ints('shape'))
      : n.has(0)
        ? (n.data(0) ?? rankOfShapeInput(n, 0))
        : [];
  const shape = n.opType === 'ConstantFill' ? stated && [...stated, ...(n.ints('extra_shape') ?? [])] : stated;
  const count = trackedCount(shape);
  const element: Dim = tensor ? (elementsAtHand(tensor)?.[0] ?? null) : (n.number('value') ?? 0);
  const data = count !== undefined ? new Array<Dim>(count).fill(element) : undefined;
  return [tensorFact(dtype, shape, data)];
}

/** A shape of the right rank when only the length of the vector that states it is known. */
export function rankOfShapeInput(n: InferenceNode, input: number): Dims | undefined {
  const rank = n.shape(input)?.[0];
  return typeof rank === 'number' && rank <= 64 ? unknownDims(rank) : undefined;
}

/** Shape (opset 1; `start` and `end` from 15 on). */
function shapeOf(n: InferenceNode) {
  const x = n.shape(0);
  if (x === undefined) return [tensorFact('int64', [null])];
  const part = x.slice(n.int('start', 0), n.number('end') ?? x.length);
  return [tensorFact('int64', [part.length], part)];
}

function cast(n: InferenceNode) {
  return [converted(n.fact(0), typeAttribute(n.attr('to')))];
}

function converted(fact: Fact | undefined, to: DataType | undefined): Fact {
  const element = (v: Dim): Dim => {
    if (typeof v !== 'number') return to === 'bool' ? null : v;
    if (to === 'bool') return v === 0 ? 0 : 1;
    return to !== undefined && isFloat(to) ? rounded(v, to) : Math.trunc(v);
  };
  return tensorFact(
    to,
    fact?.shape,
    fact?.dtype === 'string' || to === 'string' ? undefined : fact?.data?.map(element),
  );
}

/** Range (opset 11): max(ceil((limit - start) / delta), 0) numbers. */
function range(n: InferenceNode) {
  const start = n.data(0)?.[0];
  const limit = n.data(1)?.[0];
  const delta = n.data(2)?.[0];
  const dtype = n.dtype(0);
  if (start === 0 && delta === 1 && typeof limit === 'string') return [tensorFact(dtype, [limit])];
  if (typeof start !== 'number' || typeof limit !== 'number' || typeof delta !== 'number' || delta === 0)
    return [tensorFact(dtype, [null])];
  const count = Math.max(Math.ceil((addDims(limit, -start)! as number) / delta), 0);
  const tracked = trackedCount([count]);
  const data = tracked === undefined ? undefined : Array.from({ length: tracked }, (_, i) => start + i * delta);
  return [tensorFact(dtype, [count], data)];
}

function random(n: InferenceNode) {
  return [tensorFact(typeAttribute(n.attr('dtype')) ?? 'float32', n.ints('shape'))];
}
