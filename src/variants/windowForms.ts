import { attribute, type Attribute } from '../ir/attribute';
import type { ValueType } from '../ir/graph';
import { normalizeAxis } from '../ir/inference/dims';
import type { MutableNode } from '../ir/mutableGraph';
import { elementCount, float32Tensor } from '../ir/tensor';
import { integersAtHand } from '../ir/tensorValues';
import { intOf, intsOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';
import { sizesOf } from './rotaryForms';

/**
 * Operators on windows of pictures in convolutions and scatters. Each function adds what computes the node's outputs and returns
 * true, or false for a form that is not covered.
 */
type Types = ReadonlyMap<string, ValueType>;

/** Elements of the largest kernel of ones that is written out. */
const LARGEST_KERNEL = 2 ** 20;

/** LpPool (opset 18): the root of the sum of powers under the window, which is a convolution with ones. */
export function lpPool(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x] = node.inputs;
  const [input, output] = [sizesOf(x, types), sizesOf(node.outputs[0], types)];
  const kernel = intsOf(node, 'kernel_shape');
  const p = intOf(node, 'p', 2);
  if (!input || !output || !kernel || !(p >= 1) || intOf(node, 'ceil_mode', 0) !== 0) return false;
  if (input.length !== kernel.length + 2 || !isSmall(kernel)) return false;
  const ones = r.tensor('ones', (name) =>
    float32Tensor(name, [1, 1, ...kernel], new Float32Array(elementCount(kernel)).fill(1)),
  );
  const single = r.add('Reshape', [powers(x, p, r), r.ints([input[0] * input[1], 1, ...input.slice(2)])]);
  const attributes = Object.fromEntries([...node.attributes].filter(([name]) => name !== 'p' && name !== 'ceil_mode'));
  const sums = r.add('Reshape', [r.add('Conv', [single, ones], attributes), r.ints(output)]);
  r.add('Pow', [sums, r.scalar(1 / p)], {}, node.outputs[0]);
  return true;
}

/** GlobalLpPool (opset 2): the same over all places. */
export function globalLpPool(node: MutableNode, r: Rewriter, types: Types): boolean {
  const rank = types.get(node.inputs[0])?.shape?.length;
  const p = intOf(node, 'p', 2);
  if (rank === undefined || rank < 3 || !(p >= 1)) return false;
  const axes = r.ints(Array.from({ length: rank - 2 }, (_, i) => i + 2));
  const sums = r.add('ReduceSum', [powers(node.inputs[0], p, r), axes], { keepdims: attribute.int(1) });
  r.add('Pow', [sums, r.scalar(1 / p)], {}, node.outputs[0]);
  return true;
}

function powers(x: string, p: number, r: Rewriter): string {
  if (p === 2) return r.add('Mul', [x, x]);
  const sizes = r.add('Abs', [x]);
  return p === 1 ? sizes : r.add('Pow', [sizes, r.scalar(p)]);
}

/** MaxUnpool (opset 11): every value at the place in the picture that its index tells, zeros between. */
export function maxUnpool(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, places] = node.inputs;
  const output = sizesOf(node.outputs[0], types);
  if (!output || !places) return false;
  const zeros = r.add('Expand', [r.scalar(0), r.ints([elementCount(output)])]);
  const [flatPlaces, flat] = [places, x].map((value) => r.add('Reshape', [value, r.ints([-1])]));
  const spread = r.add('ScatterElements', [zeros, flatPlaces, flat], { axis: attribute.int(0) });
  r.add('Reshape', [spread, r.ints(output)], {}, node.outputs[0]);
  return true;
}

/**
 * Col2Im (opset 18): columns [batch, channels * block, places] added up where their blocks lie in the picture: a transposed convolution
 * whose kernel has a one for each element of the block.
 */
export function col2Im(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, ...given] = node.inputs;
  const input = sizesOf(x, types);
  const [image, block] = given.map((name) => integersAtHand(r.graph.initializers.get(name)));
  if (input?.length !== 3 || !image || !block || image.length !== block.length || !isSmall(block)) return false;
  const axes = block.map((_, i) => i);
  const [strides, dilations] = ['strides', 'dilations'].map((name) => intsOf(node, name) ?? axes.map(() => 1));
  const pads = intsOf(node, 'pads') ?? [...axes, ...axes].map(() => 0);
  const extent = (i: number) => dilations[i] * (block[i] - 1) + 1;
  const grid = axes.map((i) => Math.floor((image[i] + pads[i] + pads[i + axes.length] - extent(i)) / strides[i]) + 1);
  const taps = elementCount(block);
  if (elementCount(grid) !== input[2] || input[1] % taps !== 0 || taps ** 2 > LARGEST_KERNEL) return false;
  const covered = axes.map((i) => (grid[i] - 1) * strides[i] + extent(i) - pads[i] - pads[i + axes.length]);
  const kernel = r.tensor('places', (name) => {
    const values = Float32Array.from({ length: taps * taps }, (_, i) => (i % (taps + 1) === 0 ? 1 : 0));
    return float32Tensor(name, [taps, 1, ...block], values);
  });
  const channels = input[1] / taps;
  const attributes: Record<string, Attribute> = {
    strides: attribute.ints(strides),
    dilations: attribute.ints(dilations),
    pads: attribute.ints(pads),
    output_padding: attribute.ints(axes.map((i) => image[i] - covered[i])),
  };
  const columns = r.add('Reshape', [x, r.ints([input[0] * channels, taps, ...grid])]);
  const pictures = r.add('ConvTranspose', [columns, kernel], attributes);
  r.add('Reshape', [pictures, r.ints([input[0], channels, ...image])], {}, node.outputs[0]);
  return true;
}

/** CenterCropPad (opset 18): axes cut, or padded with zeros, on both sides. */
export function centerCropPad(node: MutableNode, r: Rewriter, types: Types): boolean {
  const [x, wanted] = node.inputs;
  const input = sizesOf(x, types);
  const sizes = integersAtHand(r.graph.initializers.get(wanted));
  const axes = (intsOf(node, 'axes') ?? input?.map((_, i) => i))?.map((a) => normalizeAxis(a, input?.length ?? 0));
  if (!input || !sizes || axes?.length !== sizes.length || axes.includes(undefined)) return false;
  const missing = axes.map((axis, i) => sizes[i] - input[axis!]);
  const before = missing.map((count) => (count < 0 ? -Math.floor(-count / 2) : Math.floor(count / 2)));
  const pads = [...before, ...missing.map((count, i) => count - before[i])];
  const [some, where] = [r.ints(pads), r.ints(axes as number[])];
  r.add('Pad', [x, some, '', where], {}, node.outputs[0]);
  return true;
}

function isSmall(kernel: readonly number[]): boolean {
  return kernel.every((k) => k >= 1) && elementCount(kernel) <= LARGEST_KERNEL;
}
