import type { Dim } from '../graph';
import { normalizeAxes, staticDims, unknownDims } from './dims';
import { sameType, tensorFact, type InferenceNode, type InferenceRule, type InferenceRules } from './inferenceNode';

export const reductionRules: InferenceRules = {
  ReduceMean: reduce(),
  ReduceSum: reduce((values) => values.reduce((a, b) => a + b, 0)),
  ReduceProd: reduce((values) => values.reduce((a, b) => a * b, 1)),
  ReduceMax: reduce((values) => (values.length > 0 ? Math.max(...values) : NaN)),
  ReduceMin: reduce((values) => (values.length > 0 ? Math.min(...values) : NaN)),
  ReduceL1: reduce(),
  ReduceL2: reduce(),
  ReduceLogSum: reduce(),
  ReduceLogSumExp: reduce(),
  ReduceSumSquare: reduce(),
  NegativeLogLikelihoodLoss: (n) => [
    tensorFact(n.dtype(0), n.string('reduction', 'mean') === 'none' ? n.shape(1) : []),
  ],
  SoftmaxCrossEntropyLoss: (n) => [
    tensorFact(n.dtype(0), n.string('reduction', 'mean') === 'none' ? n.shape(1) : []),
    sameType(n.fact(0)),
  ],
};

/** Reductions: axes are an attribute or (ReduceSum 13, all from 18 on) an input; without axes all are reduced. */
function reduce(compute?: (values: readonly number[]) => number): InferenceRule {
  return (n: InferenceNode) => {
    const x = n.shape(0);
    const dtype = n.dtype(0);
    const keep = n.int('keepdims', 1) !== 0;
    const stated = n.intsOrInput('axes', 1);
    if (x === undefined) return [tensorFact(dtype)];
    if (stated === 'unknown') return [tensorFact(dtype, keep ? unknownDims(x.length) : undefined)];
    const none = stated === undefined || stated.length === 0;
    if (none && n.int('noop_with_empty_axes', 0) !== 0) return [tensorFact(dtype, x, n.data(0))];
    const axes = none ? new Set(x.keys()) : normalizeAxes(stated, x.length);
    if (axes === undefined) return [tensorFact(dtype)];
    const shape = keep ? x.map((d, i): Dim => (axes.has(i) ? 1 : d)) : x.filter((_, i) => !axes.has(i));
    const values = axes.size === x.length ? staticDims(n.data(0)) : undefined;
    return [tensorFact(dtype, shape, compute && values ? [compute(values)] : undefined)];
  };
}
