import type { DataType } from '../dataType';
import type { Dim } from '../graph';
import {
  addDims,
  multiplyDims,
  normalizeAxes,
  normalizeAxis,
  productOf,
  quotientOf,
  staticDims,
  unknownDims,
  type Dims,
} from './dims';
import {
  sameType,
  tensorFact,
  trackedCount,
  type Fact,
  type InferenceNode,
  type InferenceRules,
} from './inferenceNode';
import { rowMajor, strided } from './strided';

/** Operators that keep the elements and change how they lie. */
export const layoutRules: InferenceRules = {
  Identity: (n) => [n.fact(0)],
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  Concat: concat,
  Split: split,
  DepthToSpace: (n) => depthAndSpace(n, (d, b) => quotientOf([d], [b, b]), multiplyDims),
  SpaceToDepth: (n) =>
    depthAndSpace(
      n,
      (d, b) => multiplyDims(d, multiplyDims(b, b)),
      (d, b) => quotientOf([d], [b]),
    ),
  Col2Im: (n) => {
    const image = n.data(1);
    const block = n.data(2);
    const x = n.shape(0);
    if (!image || !block || !x) return [tensorFact(n.dtype(0))];
    return [tensorFact(n.dtype(0), [x[0], quotientOf([x[1] ?? null], block), ...image])];
  },
  CenterCropPad: (n) => {
    const x = n.shape(0);
    const wanted = n.data(1);
    if (!x) return [tensorFact(n.dtype(0))];
    const axes = [...(normalizeAxes(n.ints('axes') ?? [...x.keys()], x.length) ?? x.keys())];
    return [
      tensorFact(
        n.dtype(0),
        x.map((d, i) => (axes.includes(i) ? (wanted?.[axes.indexOf(i)] ?? null) : d)),
      ),
    ];
  },
};

/** Reshape: 0 keeps the size of this axis (unless allowzero, opset 14), one -1 takes what is left. Opset 1 states `shape` as an attribute. */
function reshape(n: InferenceNode) {
  const dtype = n.dtype(0);
  const from = n.shape(0);
  const target: Dims | undefined = n.has(1) ? n.data(1) : n.ints('shape');
  if (target === undefined) {
    const rank = n.shape(1)?.[0];
    return [tensorFact(dtype, typeof rank === 'number' && rank <= 64 ? unknownDims(rank) : undefined)];
  }
  const keepZero = n.int('allowzero', 0) !== 0;
  const shape = target.map((d, i): Dim => (d === 0 && !keepZero ? (from?.[i] ?? null) : d));
  // A single size that is not known is what is left over, whether it is spelled -1 or merely could not be followed.
  const open = shape.flatMap((d, i) => (d === -1 || d === null ? [i] : []));
  if (open.length === 1) {
    const rest = shape.filter((_, i) => i !== open[0]);
    shape[open[0]] = from === undefined ? null : quotientOf(from, rest);
  }
  return [tensorFact(dtype, shape, n.data(0))];
}

/** Flatten (opset 1): two axes, split before `axis`. */
function flatten(n: InferenceNode) {
  const x = n.shape(0);
  if (x === undefined) return [tensorFact(n.dtype(0), [null, null])];
  const stated = n.int('axis', 1);
  const axis = stated < 0 ? stated + x.length : stated;
  return [tensorFact(n.dtype(0), [productOf(x.slice(0, axis)), productOf(x.slice(axis))], n.data(0))];
}

function transpose(n: InferenceNode) {
  const x = n.shape(0);
  if (x === undefined) return [tensorFact(n.dtype(0))];
  const perm = n.ints('perm') ?? [...x.keys()].reverse();
  if (perm.length !== x.length) return [tensorFact(n.dtype(0), unknownDims(x.length))];
  const shape = perm.map((axis) => x[axis] ?? null);
  const [data, sizes, counts] = [n.data(0), staticDims(x), staticDims(shape)];
  if (data === undefined || sizes === undefined || counts === undefined) return [tensorFact(n.dtype(0), shape)];
  const strides = rowMajor(sizes);
  return [
    tensorFact(
      n.dtype(0),
      shape,
      strided(
        data,
        counts,
        perm.map((axis) => strides[axis]),
      ),
    ),
  ];
}

/** Axes are an attribute up to opset 12 and an input from 13 on; without them all axes of size 1 go. */
function squeeze(n: InferenceNode) {
  const x = n.shape(0);
  const stated = n.intsOrInput('axes', 1);
  if (x === undefined || stated === 'unknown') return [tensorFact(n.dtype(0))];
  if (stated === undefined && x.some((d) => typeof d !== 'number')) return [tensorFact(n.dtype(0))];
  const axes = stated === undefined ? new Set(x.keys()) : normalizeAxes(stated, x.length);
  if (axes === undefined) return [tensorFact(n.dtype(0))];
  const kept = x.filter((d, i) => !axes.has(i) || (stated === undefined && d !== 1));
  return [tensorFact(n.dtype(0), kept, n.data(0))];
}

function unsqueeze(n: InferenceNode) {
  const x = n.shape(0);
  const stated = n.intsOrInput('axes', 1);
  if (x === undefined || stated === undefined || stated === 'unknown') return [tensorFact(n.dtype(0))];
  const rank = x.length + stated.length;
  const axes = normalizeAxes(stated, rank);
  if (axes === undefined || axes.size !== stated.length) return [tensorFact(n.dtype(0))];
  let next = 0;
  const shape = Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : x[next++]));
  return [tensorFact(n.dtype(0), shape, n.data(0))];
}

function expand(n: InferenceNode) {
  const x = n.shape(0);
  const target = n.data(1);
  if (!x || !target) return [tensorFact(n.dtype(0))];
  const rank = Math.max(x.length, target.length);
  const shape = Array.from({ length: rank }, (_, i): Dim => {
    const own = x[i - rank + x.length] ?? (i < rank - x.length ? 1 : null);
    const wanted = i < rank - target.length ? 1 : target[i - rank + target.length];
    if (own === wanted || wanted === 1) return own;
    if (own === 1) return wanted;
    return typeof own === 'number' ? own : typeof wanted === 'number' ? wanted : null;
  });
  const first = n.data(0);
  const count = first?.length === 1 ? trackedCount(shape) : undefined;
  return [tensorFact(n.dtype(0), shape, count === undefined ? undefined : new Array<Dim>(count).fill(first![0]))];
}

/** Tile: repeats per axis; opset 1 takes `tiles` and `axis` as two scalar inputs. */
function tile(n: InferenceNode) {
  const x = n.shape(0);
  if (x === undefined) return [tensorFact(n.dtype(0))];
  if (n.opset < 6) {
    const [axis] = n.numbers(2) ?? [];
    const at = axis === undefined ? undefined : normalizeAxis(axis, x.length);
    if (at === undefined) return [tensorFact(n.dtype(0), unknownDims(x.length))];
    return [
      tensorFact(
        n.dtype(0),
        x.map((d, i) => (i === at ? multiplyDims(d, n.data(1)?.[0] ?? null) : d)),
      ),
    ];
  }
  const repeats = n.data(1);
  return [
    tensorFact(
      n.dtype(0),
      x.map((d, i) => multiplyDims(d, repeats?.[i] ?? null)),
    ),
  ];
}

/** Pad: `pads` (opset 2), `paddings` (1) or the second input (11 on), for `axes` (18) or all axes. */
function pad(n: InferenceNode) {
  const x = n.shape(0);
  if (x === undefined) return [tensorFact(n.dtype(0))];
  const pads = n.has(1) ? n.data(1) : (n.ints('pads') ?? n.ints('paddings'));
  const axes = n.has(3) ? n.numbers(3)?.map((a) => normalizeAxis(a, x.length)) : [...x.keys()];
  if (!pads || !axes || pads.length !== 2 * axes.length) return [tensorFact(n.dtype(0), unknownDims(x.length))];
  const shape = [...x];
  axes.forEach((axis, k) => {
    if (axis !== undefined) shape[axis] = addDims(addDims(shape[axis], pads[k]), pads[k + axes.length]);
  });
  return [tensorFact(n.dtype(0), shape)];
}

function concat(n: InferenceNode): Fact[] {
  const parts = Array.from({ length: n.inputCount }, (_, i) => n.fact(i));
  const dtype: DataType | undefined = parts.map((p) => p?.dtype).find((t) => t !== undefined);
  const rank = parts.map((p) => p?.shape?.length).find((r) => r !== undefined);
  const axis = rank === undefined ? undefined : normalizeAxis(n.int('axis', 1), rank);
  if (rank === undefined || axis === undefined) return [tensorFact(dtype)];
  const shape = Array.from({ length: rank }, (_, i): Dim => {
    const sizes = parts.map((p) => (p?.shape?.length === rank ? p.shape[i] : null));
    if (i === axis) return sizes.reduce<Dim>(addDims, 0);
    return sizes.find((d) => typeof d === 'number') ?? sizes.find((d) => d !== null) ?? null;
  });
  if (rank > 1) return [tensorFact(dtype, shape)];
  const data = parts.map((p) => elementsOf(p));
  return [tensorFact(dtype, shape, data.every((d) => d !== undefined) ? data.flat() : undefined)];
}

/** The elements of a vector, each null when its size is known and small but its values are not. */
function elementsOf(part: Fact | undefined): Dims | undefined {
  if (part?.data !== undefined) return part.data;
  const size = part?.shape?.length === 1 ? part.shape[0] : undefined;
  return typeof size === 'number' && size <= 64 && part?.dtype === 'int64' ? unknownDims(size) : undefined;
}

/** Split: sizes as attribute (up to 12), input (1 to 2 outputs of an early file, 13 on), or equal parts, the last one smaller (18). */
function split(n: InferenceNode) {
  const x = n.shape(0);
  const axis = x && normalizeAxis(n.int('axis', 0), x.length);
  const parts = n.int('num_outputs', n.outputCount);
  const outputs = Array.from({ length: n.outputCount }, (_, i) => i);
  if (axis === undefined || x === undefined) return outputs.map(() => tensorFact(n.dtype(0)));
  const stated: Dims | undefined | 'unknown' = n.has(1) ? (n.data(1) ?? 'unknown') : n.ints('split');
  const whole = x[axis];
  const size = (i: number): Dim => {
    if (stated === 'unknown') return null;
    if (stated !== undefined) return stated[i] ?? null;
    if (typeof whole !== 'number') return parts === 1 ? whole : null;
    const chunk = Math.ceil(whole / parts);
    return Math.max(0, Math.min(chunk, whole - i * chunk));
  };
  let from: Dim = 0;
  return outputs.map((i) => {
    const length = size(i);
    const data =
      x.length === 1 && typeof from === 'number' && typeof length === 'number'
        ? n.data(0)?.slice(from, from + length)
        : undefined;
    from = addDims(from, length);
    return tensorFact(
      n.dtype(0),
      x.map((d, k) => (k === axis ? length : d)),
      data,
    );
  });
}

function depthAndSpace(n: InferenceNode, depth: (d: Dim, block: Dim) => Dim, space: (d: Dim, block: Dim) => Dim) {
  const x = n.shape(0);
  const block = n.int('blocksize', 0);
  if (x?.length !== 4 || block < 1) return [sameType(n.fact(0)) && tensorFact(n.dtype(0))];
  return [tensorFact(n.dtype(0), [x[0], depth(x[1], block), space(x[2], block), space(x[3], block)])];
}
