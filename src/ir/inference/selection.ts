import type { Dim } from '../graph';
import { normalizeAxis, staticDims, unknownDims, type Dims } from './dims';
import { sameType, tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';
import { rowMajor, strided } from './strided';

/** Operators that pick elements. */
export const selectionRules: InferenceRules = {
  Slice: slice,
  DynamicSlice: slice,
  Gather: gather,
  GatherElements: (n) => [tensorFact(n.dtype(0), n.shape(1))],
  GatherND: gatherND,
  TopK: topK,
  NonZero: (n) => [tensorFact('int64', [n.rank(0) ?? null, null])],
  Compress: (n) => {
    const x = n.shape(0);
    const axis = n.number('axis');
    if (axis === undefined) return [tensorFact(n.dtype(0), [null])];
    const at = x && normalizeAxis(axis, x.length);
    return [
      tensorFact(
        n.dtype(0),
        x?.map((d, i) => (i === at ? null : d)),
      ),
    ];
  },
  Unique: (n) => [
    tensorFact(n.dtype(0)),
    tensorFact('int64', [null]),
    tensorFact('int64', [null]),
    tensorFact('int64', [null]),
  ],
  NonMaxSuppression: () => [tensorFact('int64', [null, 3])],
  ArgMax: arg,
  ArgMin: arg,
  OneHot: oneHot,
  Crop: crop,
};

/** Slice: starts, ends, axes are attributes up to opset 9 and inputs, with steps, from 10 on. */
function slice(n: InferenceNode) {
  const x = n.shape(0);
  if (x === undefined) return [tensorFact(n.dtype(0))];
  const asInputs = n.has(1);
  const starts: Dims | undefined = asInputs ? n.data(1) : n.ints('starts');
  const ends: Dims | undefined = asInputs ? n.data(2) : n.ints('ends');
  const axes = n.has(3) ? n.numbers(3) : (n.ints('axes') ?? starts?.map((_, i) => i));
  const steps: Dims | undefined = n.has(4) ? n.data(4) : starts?.map(() => 1);
  if (!axes) return [tensorFact(n.dtype(0), unknownDims(x.length))];
  const shape = [...x];
  const cuts = axes.map((stated, k) => {
    const axis = normalizeAxis(stated, x.length);
    if (axis === undefined) return undefined;
    const cut = sliced(x[axis], starts?.[k] ?? null, ends?.[k] ?? null, steps?.[k] ?? null);
    shape[axis] = cut?.size ?? null;
    return cut;
  });
  return [tensorFact(n.dtype(0), shape, slicedData(n.data(0), x, axes, cuts))];
}

interface Cut {
  readonly start: number;
  readonly step: number;
  readonly size: Dim;
}

/** The elements of a slice, where those of the whole are known. */
function slicedData(
  data: Dims | undefined,
  whole: Dims,
  axes: readonly number[],
  cuts: readonly (Cut | undefined)[],
): Dims | undefined {
  const sizes = data && staticDims(whole);
  if (data === undefined || sizes === undefined) return undefined;
  const counts = [...sizes];
  const strides = rowMajor(sizes);
  let start = 0;
  for (const [k, cut] of cuts.entries()) {
    const axis = normalizeAxis(axes[k], sizes.length);
    if (cut === undefined || axis === undefined || typeof cut.size !== 'number') return undefined;
    start += cut.start * strides[axis];
    strides[axis] *= cut.step;
    counts[axis] = cut.size;
  }
  return strided(data, counts, strides, start);
}

/** First element, step and size of a slice along one axis: bounds are clamped to the axis. */
function sliced(size: Dim, start: Dim, end: Dim, step: Dim): Cut | undefined {
  if (typeof start !== 'number' || typeof step !== 'number' || step === 0) return undefined;
  if (typeof size !== 'number') {
    // The head of an axis of unknown size could be cut short by that axis; only the whole of it is certain.
    const whole = start === 0 && step === 1 && (end === size || (typeof end === 'number' && end >= 2 ** 31 - 1));
    return whole ? { start, step, size } : undefined;
  }
  if (typeof end !== 'number') return undefined;
  const clamp = (v: number, low: number, high: number) => Math.min(Math.max(v < 0 ? v + size : v, low), high);
  const [from, to] =
    step > 0 ? [clamp(start, 0, size), clamp(end, 0, size)] : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)];
  return { start: from, step, size: Math.max(0, Math.ceil((to - from) / step)) };
}

function gather(n: InferenceNode): Fact[] {
  const x = n.shape(0);
  const indices = n.shape(1);
  if (!x || !indices) return [tensorFact(n.dtype(0))];
  const axis = normalizeAxis(n.int('axis', 0), x.length);
  if (axis === undefined) return [tensorFact(n.dtype(0))];
  const shape = [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)];
  const from = n.data(0);
  const data =
    from && x.length === 1
      ? n.data(1)?.map((i): Dim => (typeof i === 'number' ? (from[i < 0 ? i + from.length : i] ?? null) : null))
      : undefined;
  return [tensorFact(n.dtype(0), shape, data)];
}

/** GatherND (opset 11): indices [batch..., k] give indices[:-1] followed by the axes of the data that the index leaves. */
function gatherND(n: InferenceNode) {
  const x = n.shape(0);
  const indices = n.shape(1);
  const depth = indices?.[indices.length - 1];
  if (!x || !indices || typeof depth !== 'number') return [tensorFact(n.dtype(0))];
  return [tensorFact(n.dtype(0), [...indices.slice(0, -1), ...x.slice(n.int('batch_dims', 0) + depth)])];
}

/** TopK: k is an attribute up to opset 9 and an input from 10 on. */
function topK(n: InferenceNode) {
  const x = n.shape(0);
  const k: Dim = n.has(1) ? (n.data(1)?.[0] ?? null) : (n.number('k') ?? null);
  const axis = x && normalizeAxis(n.int('axis', -1), x.length);
  const shape = axis === undefined ? undefined : x!.map((d, i) => (i === axis ? k : d));
  return [tensorFact(n.dtype(0), shape), tensorFact('int64', shape)];
}

function arg(n: InferenceNode) {
  const x = n.shape(0);
  const axis = x && normalizeAxis(n.int('axis', 0), x.length);
  if (axis === undefined) return [tensorFact('int64')];
  const keep = n.int('keepdims', 1) !== 0;
  return [tensorFact('int64', keep ? x!.map((d, i) => (i === axis ? 1 : d)) : x!.filter((_, i) => i !== axis))];
}

function oneHot(n: InferenceNode) {
  const indices = n.shape(0);
  if (indices === undefined) return [tensorFact(n.dtype(2))];
  const axis = normalizeAxis(n.int('axis', -1), indices.length + 1);
  if (axis === undefined) return [tensorFact(n.dtype(2))];
  return [tensorFact(n.dtype(2), [...indices.slice(0, axis), n.data(1)?.[0] ?? null, ...indices.slice(axis)])];
}

/** Crop (experimental, opset 1 to 9): border [left, top, right, bottom] off the last two axes, or a window of size `scale`. */
function crop(n: InferenceNode) {
  const x = n.shape(0);
  const border = n.ints('border');
  const scale = n.ints('scale');
  if (x?.length !== 4 || border?.length !== 4) return [sameType(n.fact(0)) && tensorFact(n.dtype(0))];
  const less = (d: Dim, cut: number): Dim => (typeof d === 'number' ? d - cut : cut === 0 ? d : null);
  const [height, width] =
    scale?.length === 2 ? scale : [less(x[2], border[1] + border[3]), less(x[3], border[0] + border[2])];
  return [tensorFact(n.dtype(0), [x[0], x[1], height, width])];
}
