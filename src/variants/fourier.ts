import { attribute } from '../ir/attribute';
import type { ValueType } from '../ir/graph';
import { normalizeAxis } from '../ir/inference/dims';
import type { MutableNode } from '../ir/mutableGraph';
import { elementCount, float32Tensor } from '../ir/tensor';
import { integersAtHand } from '../ir/tensorValues';
import { intOf } from './nodeAttributes';
import type { Rewriter } from './rewriter';
import { sizesOf } from './rotaryForms';

/** Numbers of the largest matrix that is written out: of 2048 complex numbers to as many. */
const LARGEST_MATRIX = 2 ** 24;

/** What a transform makes of what: `size` numbers that are there, of which `used` count, and the transform's own length. */
interface Transform {
  readonly size: number;
  readonly used: number;
  readonly length: number;
  readonly bins: number;
  /** 1 for real numbers, 2 for complex ones. */
  readonly from: number;
  readonly to: number;
  readonly inverse: boolean;
  /** The input is the first half of a spectrum whose second half mirrors it. */
  readonly mirrored: boolean;
}

/** DFT (opset 17): a product with a matrix of cosines and sines. @returns false where sizes are not known, or are too large for one */
export function dft(node: MutableNode, r: Rewriter, types: ReadonlyMap<string, ValueType>): boolean {
  const [x, stated] = node.inputs;
  const shape = sizesOf(x, types);
  const axis = shape && normalizeAxis(intOf(node, 'axis', 1), shape.length);
  if (shape === undefined || axis === undefined || axis >= shape.length - 1) return false;
  const [inverse, oneSided] = [intOf(node, 'inverse', 0) !== 0, intOf(node, 'onesided', 0) !== 0];
  const mirrored = inverse && oneSided;
  const [size, from] = [shape[axis], shape[shape.length - 1]];
  const length = stated ? integersAtHand(r.graph.initializers.get(stated))?.[0] : mirrored ? 2 * (size - 1) : size;
  if (length === undefined || length < 1 || size < 1 || from < 1 || from > 2) return false;
  const half = Math.floor(length / 2) + 1;
  const bins = oneSided && !inverse ? half : length;
  const used = Math.min(size, mirrored ? half : length);
  const transform = { size, used, length, bins, from, to: mirrored ? 1 : 2, inverse, mirrored };
  if (!(size * from * bins * transform.to <= LARGEST_MATRIX)) return false;

  const last = shape.length - 2;
  // the axis and the pair of numbers at the end, as one
  const swap = shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  const turned = (value: string, output?: string) =>
    r.add('Transpose', [value], { perm: attribute.ints(swap) }, output);
  const before = swap.slice(0, -2).map((i) => shape[i]);
  const rows = r.add('Reshape', [axis === last ? x : turned(x), r.ints([elementCount(before), size * from])]);
  const matrix = r.tensor('fourier', (name) =>
    float32Tensor(name, [size * from, bins * transform.to], matrixOf(transform)),
  );
  const sizes = r.ints([...before, bins, transform.to]);
  const spectrum = r.add('MatMul', [rows, matrix]);
  if (axis === last) r.add('Reshape', [spectrum, sizes], {}, node.outputs[0]);
  else turned(r.add('Reshape', [spectrum, sizes]), node.outputs[0]);
  return true;
}

/**
 * STFT (opset 17): a convolution of the signal [batch, length, 1 or 2] whose kernels are the window times cosines and sines.
 * @returns false where sizes are not known, or too large
 */
export function stft(node: MutableNode, r: Rewriter, types: ReadonlyMap<string, ValueType>): boolean {
  const [x, hop, window, stated] = node.inputs;
  const shape = sizesOf(x, types);
  const at = (name: string | undefined) => (name ? integersAtHand(r.graph.initializers.get(name))?.[0] : undefined);
  const [step, length] = [at(hop), stated ? at(stated) : window ? sizesOf(window, types)?.[0] : undefined];
  if (shape?.length !== 3 || step === undefined || length === undefined || step < 1 || length < 1) return false;
  const [batch, samples, from] = shape;
  if (from < 1 || from > 2 || samples < length) return false;
  const bins = intOf(node, 'onesided', 1) !== 0 ? Math.floor(length / 2) + 1 : length;
  if (!(length * from * bins * 2 <= LARGEST_MATRIX)) return false;
  const transform = { size: length, used: length, length, bins, from, to: 2, inverse: false, mirrored: false };
  const waves = r.tensor('fourier', (name) => float32Tensor(name, [length, from, bins * 2], matrixOf(transform)));
  const weighted = window ? r.add('Mul', [waves, r.add('Reshape', [window, r.ints([length, 1, 1])])]) : waves;
  const kernels = r.add('Transpose', [weighted], { perm: attribute.ints([2, 1, 0]) });
  const signal = r.add('Transpose', [x], { perm: attribute.ints([0, 2, 1]) });
  const spectra = r.add('Conv', [signal, kernels], { strides: attribute.ints([step]) });
  const frames = Math.floor((samples - length) / step) + 1;
  const turned = r.add('Transpose', [spectra], { perm: attribute.ints([0, 2, 1]) });
  r.add('Reshape', [turned, r.ints([batch, frames, bins, 2])], {}, node.outputs[0]);
  return true;
}

/** Rows for the numbers of the input (real part, imaginary part), columns for those of the output. */
function matrixOf({ size, used, length, bins, from, to, inverse, mirrored }: Transform): Float32Array {
  const matrix = new Float32Array(size * from * bins * to);
  for (let k = 0; k < used; k++) {
    const twice = mirrored && k > 0 && 2 * k < length ? 2 : 1;
    const factor = inverse ? twice / length : 1;
    for (let m = 0; m < bins; m++) {
      const angle = ((inverse ? 2 : -2) * Math.PI * ((k * m) % length)) / length;
      const [cos, sin] = [factor * Math.cos(angle), factor * Math.sin(angle)];
      const at = (part: number, result: number) => (k * from + part) * bins * to + m * to + result;
      matrix[at(0, 0)] = cos;
      if (to === 2) matrix[at(0, 1)] = sin;
      if (from === 2) matrix[at(1, 0)] = -sin;
      if (from === 2 && to === 2) matrix[at(1, 1)] = cos;
    }
  }
  return matrix;
}
