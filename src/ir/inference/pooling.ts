import type { Dim } from '../graph';
import { windowOf, type Window } from './convolution';
import { unknownDims, type Dims } from './dims';
import { tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';

export const poolingRules: InferenceRules = {
  MaxPool: (n) => {
    const pooled = pool(n);
    return [pooled, tensorFact('int64', pooled.shape)];
  },
  AveragePool: (n) => [pool(n)],
  LpPool: (n) => [pool(n)],
  GlobalMaxPool: globalPool,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  MaxUnpool: maxUnpool,
  MaxRoiPool: (n) => roiPool(n, n.ints('pooled_shape')),
  RoiAlign: (n) => roiPool(n, [n.int('output_height', 1), n.int('output_width', 1)]),
};

function pool(n: InferenceNode): Fact {
  const x = n.shape(0);
  if (x === undefined || x.length < 3) return tensorFact(n.dtype(0));
  const spatial = x.length - 2;
  const kernel = n.ints('kernel_shape');
  const window = windowOf(n, spatial);
  const sizes =
    kernel?.length === spatial && window
      ? pooled(x.slice(2), kernel, window, n.int('ceil_mode', 0) !== 0)
      : unknownDims(spatial);
  return tensorFact(n.dtype(0), [x[0], x[1], ...sizes]);
}

/** With ceil_mode a window that would start in the padding behind the data is dropped (MaxPool, AveragePool opset 19 and ONNX Runtime). */
function pooled(
  sizes: Dims,
  kernel: readonly number[],
  { strides, dilations, pads, autoPad }: Window,
  ceil: boolean,
): Dims {
  return sizes.map((size, i): Dim => {
    const extent = dilations[i] * (kernel[i] - 1) + 1;
    const same = autoPad.startsWith('SAME');
    if (typeof size !== 'number') {
      const padding = autoPad === 'VALID' ? 0 : pads[i] + pads[i + sizes.length];
      return strides[i] === 1 && (same || padding === extent - 1) ? size : null;
    }
    if (same) return Math.ceil(size / strides[i]);
    const [before, after] = autoPad === 'VALID' ? [0, 0] : [pads[i], pads[i + sizes.length]];
    const steps = (size + before + after - extent) / strides[i];
    if (!ceil) return Math.floor(steps) + 1;
    const count = Math.ceil(steps) + 1;
    return (count - 1) * strides[i] >= size + before ? count - 1 : count;
  });
}

function globalPool(n: InferenceNode) {
  const x = n.shape(0);
  return [
    tensorFact(
      n.dtype(0),
      x?.map((d, i) => (i < 2 ? d : 1)),
    ),
  ];
}

/** MaxUnpool (opset 9): sizes from the third input, else as a pooling of this window would have been fed. */
function maxUnpool(n: InferenceNode) {
  const x = n.shape(0);
  const stated = n.has(2) ? (n.data(2) ?? (x && unknownDims(x.length))) : undefined;
  if (stated !== undefined) return [tensorFact(n.dtype(0), stated)];
  const kernel = n.ints('kernel_shape');
  const window = x && windowOf(n, x.length - 2);
  if (!x || !window || kernel?.length !== x.length - 2) return [tensorFact(n.dtype(0), x && unknownDims(x.length))];
  const sizes = x.slice(2).map((size, i): Dim => {
    const padding = window.pads[i] + window.pads[i + x.length - 2];
    return typeof size === 'number' ? (size - 1) * window.strides[i] + kernel[i] - padding : null;
  });
  return [tensorFact(n.dtype(0), [x[0], x[1], ...sizes])];
}

function roiPool(n: InferenceNode, size: readonly number[] | undefined) {
  const spatial = size?.length === 2 ? size : [null, null];
  return [tensorFact(n.dtype(0), [n.shape(1)?.[0] ?? null, n.shape(0)?.[1] ?? null, ...spatial])];
}
