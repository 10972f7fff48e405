import { attribute } from '../ir/attribute';
import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { elementCount, float32Tensor } from '../ir/tensor';
import { integersAtHand } from '../ir/tensorValues';
import { intOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';

/** Numbers of the largest grid that is written out. */
const LARGEST_GRID = 2 ** 24;

/**
 * AffineGrid (opset 20; Jaderberg et al. 2015, Spatial Transformer Networks): the places of all pixels, from -1 to 1 along each axis,
 * times maps theta [N, 2, 3] or [N, 3, 4]. @returns false unless the picture's sizes are constants
 */
export function affineGrid(node: MutableNode, r: Rewriter, types: ReadonlyMap<string, ValueType>): boolean {
  const [theta, size] = node.inputs;
  const sizes =
    integersAtHand(r.graph.initializers.get(size))?.slice(2) ?? types.get(node.outputs[0])?.shape?.slice(1, -1);
  if (!sizes?.every((d): d is number => typeof d === 'number' && d > 0) || sizes.length < 2 || sizes.length > 3)
    return false;
  const axes = sizes.length;
  const count = elementCount(sizes);
  if (count * (axes + 1) > LARGEST_GRID) return false;
  const aligned = intOf(node, 'align_corners', 0) !== 0;
  // an axis of a single pixel has its place in the middle, as in PyTorch
  const place = (i: number, length: number) =>
    aligned && length > 1 ? (2 * i) / (length - 1) - 1 : (2 * i + 1) / length - 1;
  const values = new Float32Array(count * (axes + 1)).fill(1);
  for (let p = 0; p < count; p++) {
    let rest = p;
    // x, the last axis, comes first
    for (let axis = axes - 1; axis >= 0; axis--) {
      values[p * (axes + 1) + axes - 1 - axis] = place(rest % sizes[axis], sizes[axis]);
      rest = Math.floor(rest / sizes[axis]);
    }
  }
  const places = r.tensor('places', (name) => float32Tensor(name, [count, axes + 1], values));
  const moved = r.add('MatMul', [places, r.add('Transpose', [theta], { perm: attribute.ints([0, 2, 1]) })]);
  r.add('Reshape', [moved, r.ints([-1, ...sizes, axes])], {}, node.outputs[0]);
  return true;
}
