import { attribute } from '../../ir/attribute';
import { typeAttribute } from '../../ir/inference/constants';
import type { MutableNode } from '../../ir/mutableGraph';
import { float32Tensor } from '../../ir/tensor';
import { say } from '../../texts/say';
import { scalarTensor } from '../scalarTensor';
import { attributesOf, floatOf, floatsOf, intOf, intsOf, raised, type Conversion, type OpsetRules } from './conversion';

/** Operators that are not in the standard: deprecated ones, the experimental ones of the first opsets, and what exporters take for one. */
export const experimentalRules: OpsetRules = {
  Scatter: raised(Infinity, (node, c) => {
    c.add('ScatterElements', node.inputs, attributesOf(node), node.outputs[0]);
    return true;
  }),
  DynamicSlice: raised(Infinity, (node, c) => {
    c.add('Slice', node.inputs, {}, node.outputs[0]);
    return true;
  }),
  ConstantFill: raised(Infinity, constantFill),
  GivenTensorFill: raised(Infinity, givenTensorFill),
  ImageScaler: raised(Infinity, imageScaler),
  Crop: raised(Infinity, crop),
  Affine: raised(Infinity, (node, c) => {
    const [x] = node.inputs;
    const dtype = c.dtype(x);
    const scaled = c.add('Mul', [x, c.scalar(floatOf(node, 'alpha', 1), dtype)]);
    c.add('Add', [scaled, c.scalar(floatOf(node, 'beta', 0), dtype)], {}, node.outputs[0]);
    return true;
  }),
  Scale: raised(Infinity, (node, c) => {
    const [x] = node.inputs;
    c.add('Mul', [x, c.scalar(floatOf(node, 'scale', 1), c.dtype(x))], {}, node.outputs[0]);
    return true;
  }),
  // what tf2onnx, and Keras with it, leaves of an exact Gelu
  Erfc: raised(Infinity, (node, c) => {
    const [x] = node.inputs;
    c.add('Sub', [c.scalar(1, c.dtype(x)), c.add('Erf', [x])], {}, node.outputs[0]);
    return true;
  }),
  ScaledTanh: raised(Infinity, scaledActivation('Tanh')),
  ParametricSoftplus: raised(Infinity, scaledActivation('Softplus')),
};

/** alpha * f(beta * x) */
function scaledActivation(opType: string) {
  return (node: MutableNode, c: Conversion): boolean => {
    const [x] = node.inputs;
    const dtype = c.dtype(x);
    const inner = c.add('Mul', [x, c.scalar(floatOf(node, 'beta', 1), dtype)]);
    c.add('Mul', [c.add(opType, [inner]), c.scalar(floatOf(node, 'alpha', 1), dtype)], {}, node.outputs[0]);
    return true;
  };
}

/** The shape is an attribute, the elements of the input (input_as_shape) or the input's own shape. */
function constantFill(node: MutableNode, c: Conversion): boolean {
  const dtype = typeAttribute(node.attributes.get('dtype')) ?? 'float32';
  const stated = intsOf(node, 'shape');
  const base = node.inputs[0]
    ? intOf(node, 'input_as_shape', 0)
      ? node.inputs[0]
      : c.add('Shape', [node.inputs[0]])
    : c.ints(stated ?? []);
  const extra = intsOf(node, 'extra_shape');
  const shape = extra?.length ? c.add('Concat', [base, c.ints(extra)], { axis: attribute.int(0) }) : base;
  const value = attribute.tensor(scalarTensor('', dtype, floatOf(node, 'value', 0), [1]));
  c.add('ConstantOfShape', [shape], { value }, node.outputs[0]);
  return true;
}

function givenTensorFill(node: MutableNode, c: Conversion): boolean {
  const values = floatsOf(node, 'values');
  const shape = intsOf(node, 'shape');
  if (!values || !shape || node.inputs[0]) return c.fail(node, say`it does not state its values and shape`);
  if (shape.reduce((a, b) => a * b, 1) !== values.length) return c.fail(node, say`its values do not fill its shape`);
  c.add('Constant', [], { value: attribute.tensor(float32Tensor('', shape, values)) }, node.outputs[0]);
  return true;
}

/** scale * x + bias per channel of an image [N, C, H, W]. */
function imageScaler(node: MutableNode, c: Conversion): boolean {
  const [x] = node.inputs;
  const bias = floatsOf(node, 'bias') ?? [0];
  const shift = c.tensor('bias', (name) => float32Tensor(name, [bias.length, 1, 1], bias));
  const scaled = c.add('Mul', [x, c.scalar(floatOf(node, 'scale', 1))]);
  c.add('Add', [scaled, shift], {}, node.outputs[0]);
  return true;
}

/** `border` [left, top, right, bottom] off an image, or the window of size `scale` at its left top corner. */
function crop(node: MutableNode, c: Conversion): boolean {
  const border = intsOf(node, 'border');
  const scale = intsOf(node, 'scale');
  if (border?.length !== 4) return c.fail(node, say`it does not state its border`);
  const [left, top, right, bottom] = border;
  const [height, width] = c.shape(node.inputs[0])?.slice(2) ?? [];
  const end = (size: unknown, cut: number) => (cut > 0 ? -cut : typeof size === 'number' ? size : 2 ** 31 - 1);
  const ends = scale?.length === 2 ? [top + scale[0], left + scale[1]] : [end(height, bottom), end(width, right)];
  c.add('Slice', [node.inputs[0], c.ints([top, left]), c.ints(ends), c.ints([2, 3])], {}, node.outputs[0]);
  return true;
}
