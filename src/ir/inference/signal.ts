import type { Dim } from '../graph';
import { saneDim } from './dims';
import { tensorFact, type InferenceNode, type InferenceRules } from './inferenceNode';

/** Operators on signals (opset 17). */
export const signalRules: InferenceRules = {
  DFT: (n) => {
    const shape = n.shape(0);
    if (shape === undefined || shape.length < 2) return [tensorFact(n.dtype(0))];
    const axis = axisOf(n, shape.length);
    if (axis === undefined) return [tensorFact(n.dtype(0), [...shape.slice(0, -1).map(() => null), null])];
    const [oneSided, inverse] = [n.int('onesided', 0) !== 0, n.int('inverse', 0) !== 0];
    const size = shape[axis];
    const whole = oneSided && inverse ? (typeof size === 'number' ? 2 * (size - 1) : null) : size;
    const length = n.has(1) ? (n.data(1)?.[0] ?? null) : whole;
    const bins = oneSided && !inverse ? half(length) : length;
    const sizes = shape.with(axis, bins).with(-1, oneSided && inverse ? 1 : 2);
    return [tensorFact(n.dtype(0), sizes)];
  },
  STFT: (n) => {
    const [batch = null, length = null] = n.shape(0) ?? [];
    const step = n.data(1)?.[0];
    const frame = n.has(3) ? (n.data(3)?.[0] ?? null) : (n.shape(2)?.[0] ?? null);
    const isKnown = typeof length === 'number' && typeof step === 'number' && typeof frame === 'number' && step > 0;
    const frames = isKnown ? saneDim(Math.floor((length - frame) / step) + 1) : null;
    return [tensorFact(n.dtype(0), [batch, frames, n.int('onesided', 1) !== 0 ? half(frame) : frame, 2])];
  },
  MelWeightMatrix: (n) => [tensorFact('float32', [half(n.data(1)?.[0] ?? null), n.data(0)?.[0] ?? null])],
};

/** The axis is an attribute at first, by default the one behind the batch, and an input from opset 20 on, by default the last of the signal. */
function axisOf(n: InferenceNode, rank: number): number | undefined {
  const stated = n.opset < 20 ? n.int('axis', 1) : n.has(2) ? n.data(2)?.[0] : -2;
  const axis = typeof stated === 'number' && stated < 0 ? stated + rank : stated;
  return typeof axis === 'number' && axis >= 0 && axis < rank - 1 ? axis : undefined;
}

function half(size: Dim): Dim {
  return typeof size === 'number' ? Math.floor(size / 2) + 1 : null;
}
