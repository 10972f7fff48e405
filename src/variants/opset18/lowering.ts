import { attribute } from '../../ir/attribute';
import { isFloat } from '../../ir/dataType';
import { normalizeAxis } from '../../ir/inference/dims';
import type { MutableNode } from '../../ir/mutableGraph';
import { say } from '../../texts/say';
import { affineGrid } from '../affineGrid';
import { deformableConvolution } from '../deformableConvolution';
import { erfGelu, tanhGelu } from '../fusedForms';
import { standardRotaryEmbedding } from '../rotaryForms';
import { attention } from './attention';
import { cumulativeProduct } from './cumulativeProduct';
import { tensorScatter } from './tensorScatter';
import { drop, floatOf, intOf, intsOf, lowered, stringOf, type Conversion, type OpsetRules } from './conversion';

/** Operators that no opset before their own can express, or not with reasonable means. */
const NEW = {
  20: ['ImageDecoder', 'RegexFullMatch', 'StringConcat', 'StringSplit'],
  26: ['BitCast'],
  27: ['CausalConvWithState', 'LinearAttention'],
};

/** What opsets 19 and later added. */
export const loweringRules: OpsetRules = {
  ...Object.fromEntries(
    Object.entries(NEW).flatMap(([opset, names]) =>
      names.map((name) => [name, lowered(+opset, (node, c) => c.fail(node, say`there is no such operator`))]),
    ),
  ),
  Attention: lowered(23, attention),
  CumProd: lowered(26, cumulativeProduct),
  TensorScatter: lowered(24, tensorScatter),
  DeformConv: lowered(19, (node, c) =>
    deformableConvolution(node, c, c.types) ? true : c.fail(node, say`its sizes are not known, or do not fit`),
  ),
  AffineGrid: lowered(20, (node, c) =>
    affineGrid(node, c, c.types) ? true : c.fail(node, say`its sizes are not constants that can be read`),
  ),
  DFT: lowered(20, (node, c) => {
    // the axis was an attribute before
    const [x, length, given] = node.inputs;
    const axis = given ? c.constantInts(given)?.[0] : -2;
    if (axis === undefined) return c.fail(node, say`its axis is not a constant that can be read`);
    node.inputs = length ? [x, length] : [x];
    node.attributes.set('axis', attribute.int(axis));
    return false;
  }),
  Gelu: lowered(20, gelu),
  Swish: lowered(24, (node, c) => {
    swish(node, c, node.outputs[0]);
    return true;
  }),
  SwiGLU: lowered(28, (node, c) => {
    c.add('Mul', [swish(node, c), node.inputs[1]], {}, node.outputs[0]);
    return true;
  }),
  RotaryEmbedding: lowered(23, (node, c) =>
    standardRotaryEmbedding(node, c, c.types) ? true : c.fail(node, say`its sizes are not known, or do not fit`),
  ),
  AveragePool: lowered(19, (node, c) => {
    if (intsOf(node, 'dilations')?.some((d) => d !== 1)) return c.fail(node, say`its window is dilated`);
    drop(node, 'dilations');
    return false;
  }),
  // opset 28 lets floats take the sign of the divisor
  Mod: lowered(28, (node, c) => {
    const [a, b] = node.inputs;
    if (!isFloat(c.dtype(a)) || intOf(node, 'fmod', 0) !== 0) return false;
    const quotient = c.add('Floor', [c.add('Div', [a, b])]);
    c.add('Sub', [a, c.add('Mul', [quotient, b])], {}, node.outputs[0]);
    return true;
  }),
  Pad: lowered(19, (node, c) => (stringOf(node, 'mode', 'constant') === 'wrap' ? wrapped(node, c) : false)),
  QuantizeLinear: lowered(19, quantization),
  DequantizeLinear: lowered(19, quantization),
};

/** x sigmoid(alpha x) of the first input. */
function swish(node: MutableNode, c: Conversion, output?: string): string {
  const [x] = node.inputs;
  const alpha = floatOf(node, 'alpha', 1);
  const inner = alpha === 1 ? x : c.add('Mul', [x, c.scalar(alpha, c.dtype(x))]);
  return c.add('Mul', [x, c.add('Sigmoid', [inner])], {}, output);
}

/** Gelu (opset 20): with the error function, or its tanh approximation. */
function gelu(node: MutableNode, c: Conversion): boolean {
  const [x] = node.inputs;
  const form = stringOf(node, 'approximate', 'none') === 'tanh' ? tanhGelu : erfGelu;
  form(x, c.dtype(x), c, node.outputs[0]);
  return true;
}

/** Elements of the longest axis that is wrapped around. */
const LONGEST_AXIS = 2 ** 20;

/** Pad that goes on at the other end: each padded axis is a selection of its elements. */
function wrapped(node: MutableNode, c: Conversion): boolean {
  const [x, pads, , given] = node.inputs;
  const shape = c.shape(x);
  const amounts = c.constantInts(pads);
  const axes = given ? c.constantInts(given) : shape?.map((_, i) => i);
  if (!shape || !amounts || axes?.length !== amounts.length / 2)
    return c.fail(node, say`it wraps by amounts that are not known`);
  const moved = axes.flatMap((a, i) => {
    const [axis, before, after] = [normalizeAxis(a, shape.length), amounts[i], amounts[i + axes.length]];
    const size = axis === undefined ? undefined : shape[axis];
    if (before === 0 && after === 0) return [];
    if (typeof size !== 'number' || !(Math.abs(before) + size + Math.abs(after) <= LONGEST_AXIS))
      return c.fail(node, say`it wraps an axis whose size is not known, or too long`);
    // what is cut is cut before the rest is repeated
    const [front, start] = [Math.max(before, 0), Math.max(-before, 0)];
    const kept = size - start - Math.max(-after, 0);
    if (kept < 1) return c.fail(node, say`it cuts all of an axis`);
    const length = front + kept + Math.max(after, 0);
    return [{ axis: axis!, places: Array.from({ length }, (_, o) => start + ((((o - front) % kept) + kept) % kept)) }];
  });
  const select = (value: string, { axis, places }: (typeof moved)[number], output?: string) =>
    c.add('Gather', [value, c.ints(places)], { axis: attribute.int(axis) }, output);
  const last = moved.pop();
  const value = moved.reduce((v, move) => select(v, move), x);
  if (last) select(value, last, node.outputs[0]);
  else c.add('Identity', [value], {}, node.outputs[0]);
  return true;
}

/** `saturate` speaks of float8 alone; blocks of several elements per scale came with opset 21. */
function quantization(node: MutableNode, c: Conversion): boolean {
  if (intOf(node, 'block_size', 0) !== 0) return c.fail(node, say`it has a scale per block`);
  drop(node, 'saturate', 'block_size', 'precision', 'output_dtype');
  return false;
}
