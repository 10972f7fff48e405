import { attribute } from '../ir/attribute';
import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { elementCount } from '../ir/tensor';
import { intOf, stringOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';
import { Axis, MOST_PIXELS, sampled } from './sampling';

/**
 * GridSample (opset 16; Jaderberg et al. 2015, Spatial Transformer Networks): X [N, C, H, W] at the places of a grid [N, h, w, 2] of
 * x and y from -1 to 1. Each sample is the weighted sum of the pixels around it, which are gathered; gradients reach the picture through
 * these and the grid through the weights. @returns false where sizes are not known, and for other ranks
 */
export function gridSample(node: MutableNode, r: Rewriter, types: ReadonlyMap<string, ValueType>): boolean {
  const [x, grid] = node.inputs;
  const [image, places] = [x, grid].map((v) => types.get(v)?.shape);
  const dtype = types.get(x)?.dtype ?? 'float32';
  if (!isKnown(image) || !isKnown(places) || image.length !== 4 || places.length !== 4) return false;
  const [batch, channels, height, width] = image;
  const count = places[1] * places[2];
  if (height * width > MOST_PIXELS || elementCount(image) === 0 || count === 0) return false;
  const mode = stringOf(node, 'mode', 'bilinear');
  const padding = stringOf(node, 'padding_mode', 'zeros');
  if (!['bilinear', 'nearest', 'bicubic'].includes(mode) || !['zeros', 'border', 'reflection'].includes(padding))
    return false;
  const aligned = intOf(node, 'align_corners', 0) !== 0;
  const axis = new Axis(r, dtype, mode, padding, aligned);
  const flat = r.add('Reshape', [grid, r.ints([batch, 1, count, 2])]);
  const halves = { axis: attribute.int(-1), num_outputs: attribute.int(2) };
  const [columns, rows] = r
    .addNode('Split', [flat], halves, { outputs: 2 })
    .map((part, i) => axis.taps(r.add('Squeeze', [part, r.ints([3])]), i === 0 ? width : height));
  const pixels = r.add('Reshape', [x, r.ints([batch, channels, height * width])]);
  const sum = sampled(pixels, [rows, columns], { channels, width, dtype }, r);
  r.add('Reshape', [sum, r.ints([batch, channels, places[1], places[2]])], {}, node.outputs[0]);
  return true;
}

function isKnown(shape: readonly unknown[] | undefined): shape is readonly number[] {
  return shape !== undefined && shape.every((d) => typeof d === 'number' && Number.isSafeInteger(d) && d >= 0);
}
