import { attribute } from '../ir/attribute';
import { dataTypeCode, type DataType } from '../ir/dataType';
import type { ValueType } from '../ir/graph';
import { normalizeAxis } from '../ir/inference/dims';
import type { MutableNode } from '../ir/mutableGraph';
import { PRIVATE_DOMAIN, ROUND_STRAIGHT_THROUGH } from '../ir/privateOperators';
import { floatsAtHand } from '../ir/tensorValues';
import { intOf, stringOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';

type Types = ReadonlyMap<string, ValueType>;

/** What the integers of a quantized tensor can hold. */
const RANGES: Partial<Record<DataType, readonly [least: number, largest: number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
};

/**
 * DequantizeLinear (opset 13) of what QuantizeLinear or DynamicQuantizeLinear (opset 11) has just made: both in floating point, so that a
 * gradient passes where nothing was cut off (Bengio et al. 2013). A scale that follows from the largest value is held, as usual.
 * @returns false for other integers: they carry no gradient.
 */
export function quantizedAndBack(node: MutableNode, r: Rewriter, types: Types): boolean {
  const quantize = r.producer(node.inputs[0]);
  const isDynamic = quantize?.opType === 'DynamicQuantizeLinear';
  if (quantize?.domain !== '' || !(isDynamic || quantize.opType === 'QuantizeLinear')) return false;
  const [x, scale, zeroPoint] = isDynamic ? [quantize.inputs[0], ...quantize.outputs.slice(1)] : quantize.inputs;
  const rank = types.get(x)?.shape?.length;
  const range = RANGES[types.get(quantize.outputs[0])?.dtype ?? 'uint8'];
  if (rank === undefined || range === undefined) return false;
  const rounded = roundedStraight(r.add('Div', [x, alongAxis(scale, quantize, rank, r, types)]), r);
  const shift = zeroPoint && alongAxis(inFloat(zeroPoint, r), quantize, rank, r, types);
  const shifted = shift ? r.add('Add', [rounded, shift]) : rounded;
  const kept = r.add('Clip', [shifted, r.scalar(range[0]), r.scalar(range[1])]);
  const [, backScale, backZero] = node.inputs;
  const centred = backZero ? r.add('Sub', [kept, alongAxis(inFloat(backZero, r), node, rank, r, types)]) : kept;
  r.add('Mul', [centred, alongAxis(backScale, node, rank, r, types)], {}, node.outputs[0]);
  return true;
}

/**
 * Quant of QONNX (brevitas; Pappalardo et al. 2022): rounded to a grid and back in one node. Inputs x, scale, zero point and number of
 * bits, which broadcast. @returns false where the bits are not at hand, and for other ways to round.
 */
export function quant(node: MutableNode, r: Rewriter): boolean {
  const [x, scale, zero, bitWidth] = node.inputs;
  const bits = floatsAtHand(r.graph.initializers.get(bitWidth))?.[0];
  if (bits === undefined || !(bits >= 1) || stringOf(node, 'rounding_mode', 'ROUND') !== 'ROUND') return false;
  const signed = intOf(node, 'signed', 1) !== 0;
  const narrow = intOf(node, 'narrow', 0);
  const least = signed ? -(2 ** (bits - 1)) + narrow : 0;
  const largest = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1 - narrow;
  const rounded = roundedStraight(r.add('Add', [r.add('Div', [x, scale]), zero]), r);
  const kept = r.add('Clip', [rounded, r.scalar(least), r.scalar(largest)]);
  r.add('Mul', [r.add('Sub', [kept, zero]), scale], {}, node.outputs[0]);
  return true;
}

function roundedStraight(x: string, r: Rewriter): string {
  return r.addNode(ROUND_STRAIGHT_THROUGH, [x], {}, { domain: PRIVATE_DOMAIN })[0];
}

function inFloat(value: string, r: Rewriter): string {
  return r.add('Cast', [value], { to: attribute.int(dataTypeCode('float32')) });
}

/** A scalar, or a vector laid along the node's `axis`. */
function alongAxis(value: string, node: MutableNode, rank: number, r: Rewriter, types: Types): string {
  const own = node.inputs.slice(1).map((input) => types.get(input)?.shape);
  if (own.some((shape) => shape?.length === 0) || rank === 0) return value;
  const axis = normalizeAxis(intOf(node, 'axis', 1), rank) ?? 0;
  const single = own.some((shape) => shape?.[0] === 1);
  return single
    ? value
    : r.add('Reshape', [value, r.ints(Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1)))]);
}
