import { sameType, tensorFact, type InferenceRules } from './inferenceNode';
import { typeAttribute } from './constants';

export const quantizationRules: InferenceRules = {
  QuantizeLinear: (n) => [tensorFact(n.dtype(2) ?? typeAttribute(n.attr('output_dtype')) ?? 'uint8', n.shape(0))],
  DequantizeLinear: (n) => [tensorFact(typeAttribute(n.attr('output_dtype')) ?? n.dtype(1) ?? 'float32', n.shape(0))],
  DynamicQuantizeLinear: (n) => [tensorFact('uint8', n.shape(0)), tensorFact('float32', []), tensorFact('uint8', [])],
  QLinearAdd: (n) => [sameType(n.fact(0))],
};

/** Operators of QONNX: numbers on a grid, as floats. */
export const qonnxRules: InferenceRules = {
  Quant: (n) => [sameType(n.fact(0))],
  BipolarQuant: (n) => [sameType(n.fact(0))],
  Trunc: (n) => [sameType(n.fact(0))],
};
