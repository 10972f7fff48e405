import { attribute } from '../ir/attribute';
import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { elementCount, float32Tensor } from '../ir/tensor';
import { intOf, intsOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';
import { sizesOf } from './rotaryForms';
import { Axis, MOST_PIXELS, sampled } from './sampling';

/**
 * DeformConv (opset 19; Zhu et al. 2019, Deformable ConvNets v2): a convolution whose kernel elements look at places that are moved by
 * offsets, and count as a mask says. The picture is sampled there, and the rest is one product. @returns false where sizes are not known
 */
export function deformableConvolution(node: MutableNode, r: Rewriter, types: ReadonlyMap<string, ValueType>): boolean {
  const [x, weight, offset, bias, mask] = node.inputs;
  const [, channels, ...image] = types.get(x)?.shape ?? [];
  const grid = types.get(offset)?.shape?.slice(2);
  const kernel = sizesOf(weight, types);
  if (kernel?.length !== 4 || !isPicture(image) || !isPicture(grid) || typeof channels !== 'number') return false;
  const dtype = types.get(x)?.dtype ?? 'float32';
  const [groups, parts] = [intOf(node, 'group', 1), intOf(node, 'offset_group', 1)];
  const [strides, dilations] = ['strides', 'dilations'].map((name) => intsOf(node, name) ?? [1, 1]);
  const pads = intsOf(node, 'pads') ?? [0, 0, 0, 0];
  const taps = kernel[2] * kernel[3];
  const places = elementCount(grid);
  if (
    !(elementCount(image) <= MOST_PIXELS && taps * places <= MOST_PIXELS) ||
    channels % parts !== 0 ||
    kernel[0] % groups !== 0
  )
    return false;

  const axis = new Axis(r, dtype, 'bilinear', 'zeros');
  const moves = r.add('Reshape', [offset, r.ints([-1, taps, 2, ...grid])]);
  const halves = { axis: attribute.int(2), num_outputs: attribute.int(2) };
  const [rows, columns] = r.addNode('Split', [moves], halves, { outputs: 2 }).map((move, i) => {
    // where a plain convolution's kernel elements lie, along this axis
    const start = (t: number) => (i === 0 ? Math.floor(t / kernel[3]) : t % kernel[3]) * dilations[i] - pads[i];
    const shape = [taps, 1, i === 0 ? grid[0] : 1, i === 1 ? grid[1] : 1];
    const values = Float32Array.from({ length: taps * grid[i] }, (_, k) => {
      return start(Math.floor(k / grid[i])) + (k % grid[i]) * strides[i];
    });
    const plain = r.tensor('places', (name) => float32Tensor(name, shape, values));
    const position = r.add('Reshape', [r.add('Add', [move, plain]), r.ints([-1, 1, taps * places])]);
    return axis.tapsAt(position, image[i]);
  });
  const pixels = r.add('Reshape', [x, r.ints([-1, channels / parts, elementCount(image)])]);
  const seen = sampled(pixels, [rows, columns], { channels: channels / parts, width: image[1], dtype }, r);
  const counted = mask ? r.add('Mul', [seen, r.add('Reshape', [mask, r.ints([-1, 1, taps * places])])]) : seen;
  const inputs = kernel[1] * taps;
  const patches = r.add('Reshape', [counted, r.ints([-1, groups, inputs, places])]);
  const matrices = r.add('Reshape', [weight, r.ints([groups, kernel[0] / groups, inputs])]);
  const product = r.add('Reshape', [r.add('MatMul', [matrices, patches]), r.ints([-1, kernel[0], ...grid])]);
  if (bias) r.add('Add', [product, r.add('Reshape', [bias, r.ints([-1, 1, 1])])], {}, node.outputs[0]);
  else r.add('Identity', [product], {}, node.outputs[0]);
  return true;
}

function isPicture(sizes: readonly unknown[] | undefined): sizes is readonly [number, number] {
  return sizes?.length === 2 && sizes.every((d) => typeof d === 'number' && d > 0);
}
