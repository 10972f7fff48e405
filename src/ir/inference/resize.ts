import type { Dim } from '../graph';
import { normalizeAxes, unknownDims, type Dims } from './dims';
import { tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';

export const resizeRules: InferenceRules = {
  Resize: resize,
  Upsample: (n) => {
    // Opset 1: height_scale and width_scale of an image [N, C, H, W]; 7: attribute; 9: input.
    const [height, width] = [n.number('height_scale'), n.number('width_scale')];
    const attribute = n.floats('scales') ?? (height && width ? [1, 1, height, width] : undefined);
    return [scaled(n, n.has(1) ? n.data(1) : attribute)];
  },
  GridSample: (n) => {
    const x = n.shape(0);
    const grid = n.shape(1);
    return [tensorFact(n.dtype(0), x && grid && [x[0], x[1], ...grid.slice(1, -1)])];
  },
  AffineGrid: (n) => {
    const size = n.data(1);
    return [tensorFact(n.dtype(0), size && [size[0], ...size.slice(2), size.length - 2])];
  },
};

/** Resize: scales (opset 10: the second input), or roi, scales and sizes (11 on), for `axes` (18) or all axes. */
function resize(n: InferenceNode): Fact[] {
  const x = n.shape(0);
  if (x === undefined) return [tensorFact(n.dtype(0))];
  if (n.inputCount === 2) return [scaled(n, n.data(1))];
  const stated = n.ints('axes');
  const axes = stated ? [...(normalizeAxes(stated, x.length) ?? [])] : [...x.keys()];
  if (n.has(3)) {
    const sizes = n.data(3);
    if (!sizes || sizes.length !== axes.length) return [tensorFact(n.dtype(0), unknownDims(x.length))];
    const wanted = keptRatio(n, x, axes, sizes);
    return [
      tensorFact(
        n.dtype(0),
        x.map((d, i) => (axes.includes(i) ? wanted[axes.indexOf(i)] : d)),
      ),
    ];
  }
  return [scaled(n, n.data(2), axes)];
}

/** keep_aspect_ratio_policy (opset 18): one factor for all resized axes, the smallest or largest that the sizes ask for. */
function keptRatio(n: InferenceNode, x: Dims, axes: readonly number[], sizes: Dims): Dims {
  const policy = n.string('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return sizes;
  const ratios = sizes.map((s, k) =>
    typeof s === 'number' && typeof x[axes[k]] === 'number' ? s / (x[axes[k]] as number) : NaN,
  );
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return sizes.map((_, k) => (Number.isNaN(ratio) ? null : Math.round(ratio * (x[axes[k]] as number))));
}

function scaled(n: InferenceNode, scales: Dims | undefined, axes?: readonly number[]): Fact {
  const x = n.shape(0);
  const resized = axes ?? x?.map((_, i) => i) ?? [];
  const sizes = x?.map((d, i): Dim => {
    const k = resized.indexOf(i);
    if (k < 0) return d;
    const scale = scales?.[k] ?? null;
    if (scale === 1) return d;
    return typeof d === 'number' && typeof scale === 'number' ? Math.floor(Math.fround(d * scale)) : null;
  });
  return tensorFact(n.dtype(0), sizes);
}
