import type { MutableNode } from '../../ir/mutableGraph';
import { erfGelu, tanhGelu } from '../fusedForms';
import { attention } from './attention';
import { drop, floatOf, intOf, intsOf, lowered, stringOf, type Conversion, type OpsetRules } from './conversion';

/** Operators that no opset before their own can express, or not with reasonable means. */
const NEW = {
  20: ['AffineGrid', 'ImageDecoder', 'RegexFullMatch', 'StringConcat', 'StringSplit'],
  23: ['RotaryEmbedding'],
  24: ['TensorScatter'],
  26: ['BitCast', 'CumProd'],
};

/** What opsets 19 and later added. */
export const loweringRules: OpsetRules = {
  ...Object.fromEntries(
    Object.entries(NEW).flatMap(([opset, names]) =>
      names.map((name) => [name, lowered(+opset, (node, c) => c.fail(node, 'there is no such operator'))]),
    ),
  ),
  Attention: lowered(23, attention),
  Gelu: lowered(20, gelu),
  Swish: lowered(24, (node, c) => {
    const [x] = node.inputs;
    const alpha = floatOf(node, 'alpha', 1);
    const inner = alpha === 1 ? x : c.add('Mul', [x, c.scalar(alpha, c.dtype(x))]);
    c.add('Mul', [x, c.add('Sigmoid', [inner])], {}, node.outputs[0]);
    return true;
  }),
  AveragePool: lowered(19, (node, c) => {
    if (intsOf(node, 'dilations')?.some((d) => d !== 1)) return c.fail(node, 'its window is dilated');
    drop(node, 'dilations');
    return false;
  }),
  Pad: lowered(19, (node, c) =>
    stringOf(node, 'mode', 'constant') === 'wrap' ? c.fail(node, 'it pads by wrapping around') : false,
  ),
  QuantizeLinear: lowered(19, quantization),
  DequantizeLinear: lowered(19, quantization),
};

/** Gelu (opset 20): with the error function, or its tanh approximation. */
function gelu(node: MutableNode, c: Conversion): boolean {
  const [x] = node.inputs;
  const form = stringOf(node, 'approximate', 'none') === 'tanh' ? tanhGelu : erfGelu;
  form(x, c.dtype(x), c, node.outputs[0]);
  return true;
}

/** `saturate` speaks of float8 alone; blocks of several elements per scale came with opset 21. */
function quantization(node: MutableNode, c: Conversion): boolean {
  if (intOf(node, 'block_size', 0) !== 0) return c.fail(node, 'it has a scale per block');
  drop(node, 'saturate', 'block_size', 'precision', 'output_dtype');
  return false;
}
